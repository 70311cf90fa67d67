using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>The examples of the document are what the service answers.</summary>
public sealed class ExampleScenarioTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    [Fact]
    public async Task Every_example_is_what_an_empty_registry_answers_when_the_story_is_played()
    {
        var wrong = new List<string>();
        foreach (var scene in ExampleScenario.Read().Steps)
        {
            await ExampleStory.ReadyAsync(registry.App, scene.Operation);
            var answer = (await SendAsync(scene, scene.Request)).Is(scene.Status);
            var (expected, actual) = (WithoutTimes(scene.Answer!), WithoutTimes(answer.Json));
            if (!JsonNode.DeepEquals(expected, actual))
                wrong.Add(
                    $"{scene.Operation}, '{scene.Name}': the service answers\n{answer.Json.ToJsonString(Readable)}\nIf "
                        + "that is right, put it into OpenApi/ExampleScenario.json and run ./dev openapi."
                );
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        await EveryNotificationFitsItsSchemaAsync();
    }

    // Those of the story, of nearly every kind: no member may be missing from the schema.
    private async Task EveryNotificationFitsItsSchemaAsync()
    {
        var schema = CommittedDocument.Schemas["NotificationData"]!;
        var told = await registry.App.QueryAsync<string>(
            "SELECT DISTINCT ON (kind, data::jsonb - 'version') kind || ' ' || data::text FROM consent.notification"
        );
        Assert.InRange(told.Select(one => one.Split(' ')[0]).Distinct().Count(), 6, int.MaxValue);
        foreach (
            var (kind, data) in told.Select(one => one.Split(' ', 2))
                .Select(one => (one[0], JsonNode.Parse(one[1])!.AsObject()))
        )
        {
            Assert.Empty(
                data.Select(member => member.Key)
                    .Except(schema["properties"]!.AsObject().Select(property => property.Key), StringComparer.Ordinal)
            );
            Assert.Empty(SchemaCheck.Problems(schema, data, kind));
        }
    }

    [Fact]
    public async Task A_body_without_a_field_that_the_document_requires_is_refused()
    {
        foreach (var scene in ExampleScenario.Read().Steps.Where(scene => scene.Request is not null))
        {
            var operation = CommittedDocument
                .Operations.Single(one => (string?)one.Operation["operationId"] == scene.Operation)
                .Operation;
            var schema = CommittedDocument.Resolve(
                operation["requestBody"]!["content"]!["application/json"]!["schema"]!
            );
            foreach (var field in schema["required"]?.AsArray().Select(name => (string)name!) ?? [])
            {
                var body = scene.Request!.DeepClone().AsObject();
                body.Remove(field);
                // AuthZEN's bodies are refused as that specification says.
                if (schema["additionalProperties"] is null)
                {
                    (await SendAsync(scene, body)).IsProblem(400, ProblemCode.MalformedJson);
                    continue;
                }
                var problem = (await SendAsync(scene, body)).IsProblem(422, FailureCode.Invalid);
                Assert.Contains(field, problem.Fields);
            }
        }
    }

    private async Task<Answer> SendAsync(ExampleStep scene, JsonNode? body)
    {
        var app = registry.App;
        var caller = ExampleStory.CallerOf(app, scene.Caller);
        return await caller.SendAsync(
            new(scene.Method),
            await ExampleStory.WithIdsAsync(app, scene.Path, name => $"{{{name}}}"),
            body?.ToJsonString(),
            [.. scene.Headers ?? []]
        );
    }

    // What the clock says, what is drawn at random, and what is computed from these differs from run to run; that it is
    // there does not.
    private static readonly HashSet<string> Different =
    [
        "changedAt",
        "effectiveBy",
        "freshAt",
        "from",
        "at",
        "erasedAt",
        "receipt",
        "eventId",
        "proof",
        "leaf",
        "root",
        "checkpoint",
        "fromRoot",
        "toRoot",
        "kid",
        "x",
        "y",
        "vkey",
        "id",
        "requestId",
        "createdAt",
        "expiresAt",
        "usedAt",
        "recordedAt",
        "useId",
        "since",
        "stopBy",
        "webhookId",
        "notificationId",
        "formerSecretUntil",
        "secret",
        "lastEventId",
        "nextCursor",
    ];

    private static JsonNode? WithoutTimes(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members.Select(member =>
                    KeyValuePair.Create(
                        member.Key,
                        member is { Key: "ageMs", Value: not null }
                        || Different.Contains(member.Key)
                            && (
                                member.Value is JsonArray
                                || member.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String
                            )
                            ? JsonValue.Create("something")
                            : WithoutTimes(member.Value)
                    )
                )
            ),
            JsonArray items => new JsonArray([.. items.Select(WithoutTimes)]),
            _ => node?.DeepClone(),
        };
}
