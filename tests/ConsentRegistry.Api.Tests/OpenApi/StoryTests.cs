using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>The examples of the document are what the service answers.</summary>
public sealed class StoryTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    [Fact]
    public async Task Every_example_is_what_an_empty_registry_answers_when_the_story_is_played()
    {
        foreach (var scene in Story.Read().Scenes)
        {
            var answer = (await SendAsync(scene, scene.Request)).Is(scene.Status);
            var (expected, actual) = (WithoutTimes(scene.Answer!), WithoutTimes(answer.Json));
            Assert.True(
                JsonNode.DeepEquals(expected, actual),
                $"{scene.Operation}, '{scene.Name}': the service answers\n{answer.Json.ToJsonString(Readable)}\nIf that is right, put it into OpenApi/Story.json and run ./dev openapi.");
        }
    }

    [Fact]
    public async Task A_body_without_a_field_that_the_document_requires_is_refused()
    {
        foreach (var scene in Story.Read().Scenes.Where(scene => scene.Request is not null))
        {
            var operation = CommittedDocument.Operations.Single(one => (string?)one.Operation["operationId"] == scene.Operation).Operation;
            var schema = CommittedDocument.Resolve(operation["requestBody"]!["content"]!["application/json"]!["schema"]!);
            foreach (var field in schema["required"]?.AsArray().Select(name => (string)name!) ?? [])
            {
                var body = scene.Request!.DeepClone().AsObject();
                body.Remove(field);
                var problem = (await SendAsync(scene, body)).IsProblem(422, FailureCode.Invalid);
                Assert.Contains(field, problem.Fields);
            }
        }
    }

    private Task<Answer> SendAsync(Scene scene, JsonNode? body)
    {
        var app = registry.App;
        var caller = scene.Caller?.Split(' ') switch
        {
            ["platform", var id] => app.Platform(id),
            ["creator", var id] => app.Creator(id),
            ["admin"] => app.Admin(),
            _ => app.Anonymous(),
        };
        return caller.SendAsync(new(scene.Method), scene.Path, body?.ToJsonString(), [.. scene.Headers ?? []]);
    }

    // What the clock says differs from run to run; that there is a time does not.
    private static JsonNode? WithoutTimes(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Key is "changedAt" or "freshAt" or "from" && member.Value is JsonValue ? JsonValue.Create("a time") : WithoutTimes(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutTimes)]),
        _ => node?.DeepClone(),
    };
}
