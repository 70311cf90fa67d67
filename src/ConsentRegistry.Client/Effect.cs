using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>What a setting says; deny is more restrictive than ask, ask more than allow.</summary>
/// <remarks>
/// No other value than <see cref="Allow"/> lets anything go ahead, and a value that nobody set is not it.
/// </remarks>
[JsonConverter(typeof(EffectConverter))]
public enum Effect
{
    /// <summary>
    /// A word that this client does not know, from a newer registry. Nothing may go ahead; it cannot be set.
    /// </summary>
    Unknown,

    /// <summary>The use may go ahead, under the obligations.</summary>
    Allow,

    /// <summary>The use may go ahead only with the creator's approval.</summary>
    Ask,

    /// <summary>The use may not go ahead.</summary>
    Deny,
}

/// <summary>
/// Reads the words exactly, and anything else as unknown: one new word must not spoil a whole batch, and never be an
/// allow.
/// </summary>
internal sealed class EffectConverter : JsonConverter<Effect>
{
    public override Effect Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return Effect.Unknown;
        }
        return reader.GetString() switch
        {
            "allow" => Effect.Allow,
            "ask" => Effect.Ask,
            "deny" => Effect.Deny,
            _ => Effect.Unknown,
        };
    }

    public override void Write(Utf8JsonWriter writer, Effect value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WordOf(value));

    /// <summary>The word for an effect that a caller names.</summary>
    public static string WordOf(Effect value) =>
        value switch
        {
            Effect.Allow => "allow",
            Effect.Ask => "ask",
            Effect.Deny => "deny",
            _ => throw new ArgumentException("An effect to name is allow, ask or deny.", nameof(value)),
        };
}
