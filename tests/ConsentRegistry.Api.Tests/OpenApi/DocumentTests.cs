using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.OpenApi;

public sealed class DocumentTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Served = "/swagger/v1/swagger.json";

    private const string Regenerate =
        "docs/openapi.json is not the document of this code. Run ./dev openapi, look at what changed, and commit it.";

    [Fact]
    public async Task The_repository_keeps_the_document_that_the_code_writes()
    {
        await using var app = Commands.BuildWithoutDatabase();
        Assert.True(
            CommittedDocument.Text == await RegistryDocument.WriteAsync(app, TestContext.Current.CancellationToken),
            Regenerate
        );
    }

    // What other specifications define is theirs to limit.
    [Fact]
    public void Every_field_that_callers_write_says_which_values_it_takes()
    {
        var fields = typeof(RequestTypes)
            .Assembly.GetTypes()
            .Where(type => RequestTypes.Contains(type) && !type.IsDefined(typeof(OpenBodyAttribute)))
            .SelectMany(type => type.GetProperties().Where(field => field.GetMethod!.IsPublic))
            .ToList();

        Assert.NotEmpty(fields);
        Assert.All(
            fields.Where(TakesMoreThanItsTypeSays),
            field =>
                Assert.True(
                    field.IsDefined(typeof(LimitAttribute))
                        || field.IsDefined(typeof(WordsAttribute))
                        || field.IsDefined(typeof(TimeAttribute)),
                    $"{field.DeclaringType!.Name}.{field.Name} has no limit. Give it an attribute of "
                        + $"{nameof(LimitAttribute)}."
                )
        );

        // A truth value and an id that is a UUID are limited by their types, and a record by its own fields.
        static bool TakesMoreThanItsTypeSays(PropertyInfo field) =>
            (Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType) is var type
            && type != typeof(bool)
            && type != typeof(Guid)
            && !RequestTypes.Contains(SchemaNames.InContract(type));
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var dangling = Nodes(CommittedDocument.Json)
            .Select(node => (string?)node["$ref"])
            .OfType<string>()
            .Distinct()
            .Where(reference => Find(reference) is null);
        Assert.Empty(dangling);
    }

    [Fact]
    public void No_value_has_a_choice_of_shapes_but_null()
    {
        // A generator without a discriminator takes the first that seems to fit, or throws, or gives null.
        foreach (var node in Nodes(CommittedDocument.Json))
        {
            foreach (var choices in new[] { node["oneOf"], node["anyOf"], node["allOf"] }.OfType<JsonArray>())
                Assert.True(choices.Count(choice => (string?)choice!["type"] != "null") == 1, node.ToJsonString());
        }
    }

    [Fact]
    public void No_list_of_words_begins_with_one_that_lets_something_go_ahead()
    {
        // What a generated client takes for a value that nobody set.
        string[] permissive =
        [
            "allow",
            "all",
            "standing",
            "consented",
            "approved",
            "creatorDefault",
            "videoOverride",
            "grant",
            "unbeaten",
            "platform",
            "delivered",
            "clearDefault",
            "clearOverride",
        ];
        var lists = CommittedDocument
            .Schemas.Where(schema => schema.Value!["enum"] is not null)
            .ToDictionary(schema => schema.Key, schema => (string)schema.Value!["enum"]![0]!);
        Assert.Equal("deny", lists["Effect"]);
        Assert.DoesNotContain(lists, list => permissive.Contains(list.Value));
    }

    [Fact]
    public void Every_list_of_words_has_a_name_of_its_own()
    {
        var named = CommittedDocument.Schemas.Select(schema => schema.Value!).ToHashSet();
        Assert.Empty(
            Nodes(CommittedDocument.Json)
                .Where(node => node["enum"] is JsonArray && !named.Contains(node))
                .Select(node => node.ToJsonString())
        );
    }

    [Fact]
    public void No_schema_is_called_what_languages_call_something_of_their_own()
    {
        string[] taken =
        [
            "Record",
            "Exception",
            "Exceptions",
            "Error",
            "Object",
            "String",
            "Number",
            "Boolean",
            "Array",
            "Date",
            "DateTime",
            "Map",
            "Set",
            "List",
            "Function",
            "Class",
            "Type",
            "Enum",
            "Event",
            "File",
            "Request",
            "Response",
            "Task",
            "Use",
            "Case",
            "Default",
            "Interface",
            "Package",
            "Promise",
            "Process",
            "System",
            "Thread",
            "Iterator",
            "Symbol",
            "Partial",
            "Required",
            "Readonly",
            "Pick",
            "Exclude",
            "Extract",
            "Option",
            "Result",
            "Self",
            "Any",
            "Void",
            "Null",
        ];
        Assert.Empty(
            CommittedDocument.Schemas.Select(schema => schema.Key).Intersect(taken, StringComparer.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public void A_truth_value_that_a_request_has_to_say_may_be_left_unset_by_a_client()
    {
        // Otherwise a generated client sends false where its user said nothing: a purpose that uses likeness would be
        // registered as one that does not.
        var requests = CommittedDocument.Schemas.Where(schema =>
            schema.Value!["additionalProperties"] is JsonValue closed && !(bool)closed
        );
        var truths = requests
            .SelectMany(schema => schema.Value!["properties"]!.AsObject())
            .Where(property => $"{property.Value!["type"]}".Contains("boolean", StringComparison.Ordinal))
            .ToList();
        Assert.Contains(truths, property => property.Key == "usesLikeness");
        Assert.All(truths, property => Assert.Contains("null", $"{property.Value!["type"]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_service_serves_the_document_that_the_repository_keeps()
    {
        var served = (await registry.App.Anonymous().GetAsync(Served)).Is(200);
        Assert.True(CommittedDocument.Text == served.Text, Regenerate);
    }

    [Fact]
    public async Task The_document_is_served_packed_and_is_not_sent_to_whoever_has_it()
    {
        var client = registry.App.Anonymous();
        var plain = (await client.GetAsync(Served)).Is(200);
        var packed = (await client.GetAsync(Served, "Accept-Encoding: br;q=1, gzip;q=0.5")).Is(200);
        Assert.Equal(
            ("gzip", "Accept-Encoding", "no-cache"),
            (packed.Header("Content-Encoding"), packed.Header("Vary"), packed.Header("Cache-Control"))
        );
        Assert.InRange(
            long.Parse(packed.Header("Content-Length")!, CultureInfo.InvariantCulture),
            1,
            plain.Text.Length / 5
        );
        Assert.Null(plain.Header("Content-Encoding"));
        Assert.Null((await client.GetAsync(Served, "Accept-Encoding: gzip;q=0, *")).Is(200).Header("Content-Encoding"));
        Assert.NotEqual(plain.Header("ETag"), packed.Header("ETag"));
        Assert.Empty((await client.GetAsync(Served, $"If-None-Match: {plain.Header("ETag")}")).Is(304).Text);
        Assert.Empty(
            (
                await client.GetAsync(
                    Served,
                    "Accept-Encoding: gzip",
                    $"If-None-Match: \"other\", W/{packed.Header("ETag")}"
                )
            )
                .Is(304)
                .Text
        );
        (await client.GetAsync(Served, "Accept-Encoding: gzip", $"If-None-Match: {plain.Header("ETag")}")).Is(200);
        var head = (await client.SendAsync(HttpMethod.Head, Served, null)).Is(200);
        Assert.Equal(
            (plain.Header("ETag"), plain.Header("Content-Length"), ""),
            (head.Header("ETag"), head.Header("Content-Length"), head.Text)
        );
    }

    [Fact]
    public async Task The_document_is_made_once_however_many_ask_for_it()
    {
        var made = 0;
        var document = new PublishedDocument(async () =>
        {
            Interlocked.Increment(ref made);
            await Task.Yield();
            return "{}";
        });
        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(_ => document.AnswerAsync(new DefaultHttpContext { RequestServices = registry.App.Services }))
        );
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Nobody_holds_a_thread_while_the_document_is_made()
    {
        using var made = new ManualResetEventSlim();
        using var returned = new SemaphoreSlim(0);
        var document = new PublishedDocument(() =>
        {
            made.Wait(CancellationToken.None);
            return Task.FromResult("{}");
        });
        // Threads that are nobody else's, since they may be held.
        var callers = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Factory.StartNew(
                        () =>
                        {
                            var answer = document.AnswerAsync(
                                new DefaultHttpContext { RequestServices = registry.App.Services }
                            );
                            returned.Release();
                            return answer;
                        },
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                    .Unwrap()
            )
            .ToList();
        try
        {
            for (var caller = 0; caller < callers.Count; caller++)
                Assert.True(
                    await returned.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
                    "A caller holds its thread."
                );
        }
        finally
        {
            made.Set();
            await Task.WhenAll(callers);
        }
    }

    [Fact]
    public async Task The_page_is_there() =>
        Assert.Contains(
            "swagger-ui",
            (await registry.App.Anonymous().GetAsync("/swagger/index.html")).Is(200).Text,
            StringComparison.Ordinal
        );

    [Fact]
    public void Every_operation_says_what_it_does()
    {
        var tags = CommittedDocument.Json["tags"]!.AsArray().Select(tag => (string)tag!["name"]!).ToList();
        foreach (var (path, method, operation) in CommittedDocument.Operations)
        {
            var name = $"{method} {path}";
            Assert.False(string.IsNullOrWhiteSpace((string?)operation["operationId"]), name);
            Assert.InRange(((string?)operation["summary"] ?? "").Length, 10, 80);
            Assert.True(((string?)operation["description"])?.Length > 20, name);
            Assert.Contains((string)Assert.Single(operation["tags"]!.AsArray())!, tags);
        }
    }

    [Fact]
    public void Every_operation_says_who_may_call_it()
    {
        foreach (var (path, method, operation) in CommittedDocument.Operations)
        {
            var ways = operation["security"] as JsonArray;
            Assert.True(ways is not null, $"{method} {path}");
            foreach (var (scheme, scopes) in ways.Select(way => Assert.Single(way!.AsObject())))
            {
                Assert.Equal("bearer", scheme);
                Assert.Contains((string)Assert.Single(scopes!.AsArray())!, Scopes.All.Keys);
            }
            Assert.Equal(ways.Count > 0, operation["responses"]!["401"] is not null);
            Assert.Equal(ways.Count > 0, operation["responses"]!["403"] is not null);
        }
    }

    [Fact]
    public void Every_body_and_every_answer_has_an_example()
    {
        foreach (var (path, method, operation) in CommittedDocument.Operations)
        {
            if (operation["requestBody"]?["content"]!["application/json"] is { } request)
                Assert.True(
                    request["examples"] is JsonObject { Count: > 0 },
                    $"{method} {path} has a body without an example."
                );
            foreach (var (status, answer) in operation["responses"]!.AsObject().Where(answer => answer.Key != "304"))
            {
                Assert.NotEmpty(answer!["content"]!.AsObject());
                Assert.All(
                    answer["content"]!.AsObject(),
                    content =>
                        Assert.True(
                            content.Value!["examples"] is JsonObject { Count: > 0 },
                            $"{method} {path} answers {status} without an example."
                        )
                );
            }
        }
    }

    [Fact]
    public void Every_example_fits_its_schema()
    {
        var contents =
            from operation in CommittedDocument.Operations
            let request = operation.Operation["requestBody"]?["content"]
            let answers = operation.Operation["responses"]!.AsObject().Select(answer => answer.Value!["content"])
            from content in answers.Prepend(request).OfType<JsonObject>()
            from media in content
            select ((string)operation.Operation["operationId"]!, media.Value!);
        var wrong =
            from content in contents
            from example in content.Item2["examples"]!.AsObject()
            from problem in SchemaCheck.Problems(
                content.Item2["schema"]!,
                CommittedDocument.Resolve(example.Value!)["value"],
                $"{content.Item1} {example.Key}"
            )
            select problem;
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_property_is_described()
    {
        foreach (var (name, schema) in CommittedDocument.Json["components"]!["schemas"]!.AsObject())
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)schema!["description"]), name);
            foreach (var (property, inner) in schema["properties"]?.AsObject() ?? [])
                Assert.False(string.IsNullOrWhiteSpace((string?)inner!["description"]), $"{name}.{property}");
        }
    }

    [Fact]
    public void Every_code_of_a_problem_is_listed()
    {
        var codes = new[] { typeof(ProblemCode), typeof(FailureCode) }
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(
            codes.Order(StringComparer.Ordinal),
            ProblemCatalog.All.Select(entry => entry.Code).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_refusal_that_a_route_table_names_is_explained()
    {
        var endpoints = registry.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        foreach (var (_, _, operation) in CommittedDocument.Operations)
        {
            var metadata = endpoints
                .Single(one =>
                    one.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == (string?)operation["operationId"]
                )
                .Metadata;
            var named = metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode.ToString());
            Assert.Subset(
                operation["responses"]!.AsObject().Select(answer => answer.Key).ToHashSet(),
                named.ToHashSet()
            );
        }
    }

    // Every object of the document, examples apart: what stands in these is not the document's own.
    private static IEnumerable<JsonObject> Nodes(JsonNode? node) =>
        node switch
        {
            JsonObject members => members
                .Where(member => member.Key is not ("example" or "examples"))
                .SelectMany(member => Nodes(member.Value))
                .Prepend(members),
            JsonArray items => items.SelectMany(Nodes),
            _ => [],
        };

    private static JsonNode? Find(string reference) =>
        reference[2..]
            .Split('/')
            .Aggregate(
                (JsonNode?)CommittedDocument.Json,
                (at, step) =>
                    at?[step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]
            );
}
