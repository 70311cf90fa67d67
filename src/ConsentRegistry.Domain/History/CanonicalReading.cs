using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// Reads canonical JSON and nothing else: the same value spelled in any other way is refused, so that its bytes can be
/// hashed.
/// </summary>
public static class CanonicalReading
{
    /// <summary>How deep a value may nest. The registry's own go to six.</summary>
    public const int MaxDepth = 16;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>Reads an object; false if the bytes are not the canonical JSON of one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonObject? members)
    {
        members = null;
        try
        {
            members = JsonNode.Parse(utf8, documentOptions: Strict) as JsonObject;
            if (members is not null && CanonicalJson.Encode(members).AsSpan().SequenceEqual(utf8))
                return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            // Not JSON, or not of this kind.
        }
        members = null;
        return false;
    }

    internal static string Text(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new FormatException("Text is expected.");

    internal static long Integer(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<long>(out var integer)
            ? integer
            : throw new FormatException("An integer is expected.");

    internal static bool Truth(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<bool>(out var truth)
            ? truth
            : throw new FormatException("True or false is expected.");

    internal static JsonObject Object(this JsonNode? node) =>
        node as JsonObject ?? throw new FormatException("An object is expected.");

    internal static JsonArray Array(this JsonObject members, string name) =>
        members[name] as JsonArray ?? throw new FormatException("A list is expected.");

    internal static Instant Moment(this JsonNode? node) =>
        Instant.TryParse(node.Text(), out var moment) ? moment : throw new FormatException("A moment is expected.");

    internal static T? OrNull<T>(this JsonNode? node, Func<JsonNode, T> read)
        where T : struct => node is null ? null : read(node);
}
