using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>What readers of JSON have in common.</summary>
internal static class Json
{
    /// <summary>Reads a text. Half of a surrogate pair is taken for U+FFFD.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(string text) => JsonDocument.Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Where a text is no JSON.</summary>
    public static Unreadable Unreadable(JsonException wrong) =>
        new((int)(wrong.LineNumber ?? 0) + 1, (int)(wrong.BytePositionInLine ?? 0) + 1, "The text is no JSON.");
}
