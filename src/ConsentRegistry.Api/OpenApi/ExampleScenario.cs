using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>One request of the story, and what it is answered.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Name">The example's name among those of its operation.</param>
/// <param name="Summary">What happens.</param>
/// <param name="Caller">Who calls, in the words of <c>./dev token</c>; null without a token.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">Headers, each as <c>Name: value</c>.</param>
/// <param name="Request">The body; null for none.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Answer">The body of the answer; null for none.</param>
internal sealed record ExampleStep(
    string Operation,
    string Name,
    string Summary,
    string? Caller,
    string Method,
    string Path,
    IReadOnlyList<string>? Headers,
    JsonNode? Request,
    int Status,
    JsonNode? Answer
);

/// <summary>
/// The examples of the document: one story, played on an empty registry from its first scene to its last. A test plays
/// it, so that no example can become untrue.
/// </summary>
internal sealed class ExampleScenario(IReadOnlyList<ExampleStep> scenes)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public IReadOnlyList<ExampleStep> Steps => scenes;

    public static ExampleScenario Read()
    {
        using var stream = typeof(ExampleScenario).Assembly.GetManifestResourceStream(
            "ConsentRegistry.Api.OpenApi.ExampleScenario.json"
        )!;
        return new(JsonSerializer.Deserialize<ExampleStep[]>(stream, Options)!);
    }

    /// <summary>The requests to an operation.</summary>
    public Dictionary<string, IOpenApiExample> RequestsOf(string operation) =>
        scenes
            .Where(scene => scene.Operation == operation && scene.Request is not null)
            .ToDictionary(scene => scene.Name, scene => Example(scene, scene.Request!), StringComparer.Ordinal);

    /// <summary>The answers of an operation with a status.</summary>
    public Dictionary<string, IOpenApiExample> AnswersOf(string operation, int status) =>
        scenes
            .Where(scene => scene.Operation == operation && scene.Status == status && scene.Answer is not null)
            .ToDictionary(scene => scene.Name, scene => Example(scene, scene.Answer!), StringComparer.Ordinal);

    /// <summary>
    /// The answers of a change to a caller who would not wait: one that was played, or those of callers who did, with
    /// what then differs.
    /// </summary>
    public Dictionary<string, IOpenApiExample> AnswersAtOnceOf(string operation)
    {
        if (AnswersOf(operation, 202) is { Count: > 0 } played)
            return played;
        var by = scenes.First(scene => scene.Status == 202).Answer!["effectiveBy"]!;
        return scenes
            .Where(scene => scene.Operation == operation && scene.Answer?["effectiveEverywhere"] is not null)
            .Take(1)
            .ToDictionary(
                scene => scene.Name,
                scene =>
                {
                    var answer = scene.Answer!.DeepClone();
                    (answer["effectiveEverywhere"], answer["effectiveBy"]) = (false, by.DeepClone());
                    return Example(scene, answer);
                },
                StringComparer.Ordinal
            );
    }

    private static IOpenApiExample Example(ExampleStep scene, JsonNode value) =>
        new OpenApiExample { Summary = scene.Summary, Value = value.DeepClone() };
}
