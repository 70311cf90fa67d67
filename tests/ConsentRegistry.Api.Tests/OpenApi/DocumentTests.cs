using System.Reflection;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.OpenApi;

public sealed class DocumentTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Regenerate = "docs/openapi.json is not the document of this code. Run ./dev openapi, look at what changed, and commit it.";

    [Fact]
    public async Task The_repository_keeps_the_document_that_the_code_writes()
    {
        await using var app = Commands.BuildWithoutDatabase();
        Assert.True(CommittedDocument.Text == await RegistryDocument.WriteAsync(app, TestContext.Current.CancellationToken), Regenerate);
    }

    [Fact]
    public async Task The_service_serves_the_document_that_the_repository_keeps()
    {
        var served = (await registry.App.Anonymous().GetAsync("/swagger/v1/swagger.json")).Is(200);
        Assert.True(JsonNode.DeepEquals(CommittedDocument.Json, served.Json), Regenerate);
    }

    [Fact]
    public async Task The_page_is_there() =>
        Assert.Contains("swagger-ui", (await registry.App.Anonymous().GetAsync("/swagger/index.html")).Is(200).Text, StringComparison.Ordinal);

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
                Assert.True(request["examples"] is JsonObject { Count: > 0 }, $"{method} {path} has a body without an example.");
            foreach (var (status, answer) in operation["responses"]!.AsObject().Where(answer => answer.Key != "304"))
            {
                Assert.NotEmpty(answer!["content"]!.AsObject());
                Assert.All(
                    answer["content"]!.AsObject(),
                    content => Assert.True(content.Value!["examples"] is JsonObject { Count: > 0 }, $"{method} {path} answers {status} without an example."));
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
            from problem in SchemaCheck.Problems(content.Item2["schema"]!, CommittedDocument.Resolve(example.Value!)["value"], $"{content.Item1} {example.Key}")
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
        Assert.Equal(codes.Order(StringComparer.Ordinal), ProblemCatalog.All.Select(entry => entry.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_refusal_that_a_route_table_names_is_explained()
    {
        var endpoints = registry.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        foreach (var (_, _, operation) in CommittedDocument.Operations)
        {
            var metadata = endpoints.Single(one => one.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == (string?)operation["operationId"]).Metadata;
            var named = metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode.ToString());
            Assert.Subset(operation["responses"]!.AsObject().Select(answer => answer.Key).ToHashSet(), named.ToHashSet());
        }
    }
}
