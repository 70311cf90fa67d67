using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>The OpenAPI document that the repository keeps.</summary>
internal static class CommittedDocument
{
    public static string Text { get; } = Documented.Text("docs/openapi.json");

    public static JsonNode Json { get; } = JsonNode.Parse(Text)!;

    /// <summary>Every named schema.</summary>
    public static JsonObject Schemas => Json["components"]!["schemas"]!.AsObject();

    /// <summary>Every operation, with its path and method.</summary>
    public static IEnumerable<(string Path, string Method, JsonObject Operation)> Operations =>
        from path in Json["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (path.Key, operation.Key, operation.Value!.AsObject());

    /// <summary>What a node is, or refers to.</summary>
    public static JsonNode Resolve(JsonNode node)
    {
        while (node is JsonObject && (string?)node["$ref"] is { } reference)
            node = reference[2..].Split('/').Aggregate(Json, (at, step) => at[step]!);
        return node;
    }
}
