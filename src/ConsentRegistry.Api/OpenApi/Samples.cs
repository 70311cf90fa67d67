using System.Text.Json.Nodes;
using ConsentRegistry.Api.Features.Log;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>Examples of answers that are not JSON, which the story cannot tell.</summary>
internal static class Samples
{
    private const string Export =
        """
        {"from":0,"kind":"log","origin":"registry.example.com/log","to":1,"v":1}
        {"keys":[],"kind":"keys"}
        {"body":"{}","kind":"entry","leaf":"{}","salt":"c2FsdA","seq":0}
        {"kind":"end","sha256":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
        """;

    private static readonly Dictionary<string, string> All = new(StringComparer.Ordinal)
    {
        ["getCheckpoint"] = "registry.example.com/log\n812\nqqSVmdpgYYuyBLg2Upyt5XyMTfh+l9vNSN8vUNEBYrg=\n\n— registry.example.com/log Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n",
        ["getTile"] = "32 bytes for each hash",
        ["getEntries"] = "two bytes of length and a leaf, for each",
        ["exportHistory"] = Export,
        ["exportLog"] = Export,
        ["listChanges"] = "event: overrideChanged\nid: 812\ndata: {\"eventId\":\"019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55\",\"seq\":812}\n\n",
    };

    /// <summary>The examples of an operation.</summary>
    public static Dictionary<string, IOpenApiExample> Of(string operation) =>
        new(StringComparer.Ordinal) { ["example"] = new OpenApiExample { Summary = "What it looks like.", Value = JsonValue.Create(All[operation]) } };

    /// <summary>The schema of a text, or of bytes.</summary>
    public static IOpenApiSchema Schema(string media) => new OpenApiSchema { Type = JsonSchemaType.String, Format = media == LogMedia.Bytes ? "binary" : null };
}
