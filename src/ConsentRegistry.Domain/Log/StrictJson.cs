using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Reads JSON objects that everyone reads alike: no member twice, no comments, no half surrogate pairs.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads an object, however it is spelled.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonObject? value) =>
        TryRead(utf8, out value, out _);

    /// <summary>Reads an object that is spelled as <see cref="CanonicalJson"/> writes it, byte by byte.</summary>
    public static bool TryReadCanonical(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonObject? value)
    {
        if (TryRead(utf8, out value, out var canonical) && utf8.SequenceEqual(canonical))
            return true;
        value = null;
        return false;
    }

    /// <summary>The text of a member; null where there is none, or it is no text.</summary>
    public static string? Text(this JsonObject value, string member) =>
        value[member] is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : null;

    private static bool TryRead(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out JsonObject? value,
        [NotNullWhen(true)] out byte[]? canonical
    )
    {
        (value, canonical) = (null, null);
        try
        {
            if (JsonNode.Parse(utf8, documentOptions: Options) is not JsonObject read)
                return false;
            // Text is decoded only when it is read: encoding all of it finds now what would fail later.
            (canonical, value) = (CanonicalJson.Encode(read), read);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
