using System.Text;
using System.Text.Json;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// Decides a check of content straight from a request's bytes, where one video carries it, or none. Content of several
/// videos, and identifiers that are not in their normal form, go the usual way.
/// </summary>
internal static class DirectContent
{
    /// <summary>Bytes of the names of a video.</summary>
    public const int LongestNames = 2 * Identifier.MaxLength;

    /// <summary>Decides; false if it is not of the usual kind, or something was stored meanwhile.</summary>
    /// <param name="content">The list of identifiers, as JSON.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="purpose">The purpose.</param>
    /// <param name="withholds">Whether a deny does not tell whose the content is.</param>
    /// <param name="permit">The permission by which it is decided.</param>
    /// <param name="names">Room for the names of the video.</param>
    /// <param name="asked">The check of the video.</param>
    /// <param name="outcome">The decision.</param>
    public static bool TryDecide(
        scoped ReadOnlySpan<byte> content,
        ReadOnlySpan<byte> requester,
        PurposeIndex purpose,
        bool withholds,
        scoped in Permit permit,
        Span<byte> names,
        out AskedCheck asked,
        out Outcome outcome
    )
    {
        var memory = permit.Memory;
        // What is read from here on has to be of one state.
        var state = memory.Generation;
        asked = default;
        outcome = default;
        Span<FactKey> identifiers = stackalloc FactKey[Limits.IdentifiersPerVideo];
        if (!TryRead(content, memory, identifiers, out var count))
            return false;
        if (memory.IsCarriedByNone(identifiers[..count], state))
        {
            asked = new()
            {
                Creator = default,
                Video = default,
                Requester = requester,
                Purpose = purpose,
                IsContent = true,
                Withholds = withholds,
            };
            outcome = new() { Decision = Decision.OfNobody(Detail.VideoNotRegistered) };
            // In another form somebody may carry it.
            return AreNormal(content);
        }
        if (!memory.TryFindOnlyCarrier(identifiers[..count], names, out var owner, out var video))
            return false;
        asked = new()
        {
            Creator = owner,
            Video = video,
            Requester = requester,
            Purpose = purpose,
            IsContent = true,
            Withholds = withholds,
        };
        return memory.TryDecide(asked, state, permit.Now, out outcome);
    }

    private static bool TryRead(
        ReadOnlySpan<byte> content,
        FactMemory memory,
        scoped Span<FactKey> identifiers,
        out int count
    )
    {
        count = 0;
        var reader = new Utf8JsonReader(content, isFinalBlock: true, default);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        Span<byte> text = stackalloc byte[KeyHasher.LongestIdentifier];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (count == identifiers.Length || !TryReadText(ref reader, text, out var length))
                return false;
            if (memory.ErasedIdentifiers.Contains(text[..length]))
                return false;
            identifiers[count++] = memory.Hasher.OfIdentifier(text[..length]);
        }
        return count > 0 && reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool AreNormal(scoped ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content, isFinalBlock: true, default);
        Span<byte> text = stackalloc byte[KeyHasher.LongestIdentifier];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (!TryReadText(ref reader, text, out var length))
                return false;
            var colon = text[..length].IndexOf((byte)':');
            var value = Encoding.UTF8.GetString(text[(colon + 1)..length]);
            if (
                !Wording.TryParse<IdentifierScheme>(text[..colon], out var known)
                || !ContentIdentifier.Parse(known, value).Succeeded(out var normal, out _)
                || normal.Value != value
            )
                return false;
        }
        return true;
    }

    // {"scheme": "…", "value": "…"}, in either order, without an escape.
    private static bool TryReadText(scoped ref Utf8JsonReader reader, scoped Span<byte> text, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> scheme = default;
        ReadOnlySpan<byte> value = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isScheme = reader.ValueTextEquals("scheme"u8);
            if (
                (!isScheme && !reader.ValueTextEquals("value"u8))
                || !(isScheme ? scheme : value).IsEmpty
                || !reader.Read()
                || reader.TokenType != JsonTokenType.String
                || reader.ValueIsEscaped
            )
                return false;
            if (isScheme)
                scheme = reader.ValueSpan;
            else
                value = reader.ValueSpan;
        }
        if (
            reader.TokenType != JsonTokenType.EndObject
            || value.IsEmpty
            || !Wording.TryParse<IdentifierScheme>(scheme, out _)
            || scheme.Length + 1 + value.Length > text.Length
        )
            return false;
        scheme.CopyTo(text);
        text[scheme.Length] = (byte)':';
        value.CopyTo(text[(scheme.Length + 1)..]);
        length = scheme.Length + 1 + value.Length;
        return true;
    }
}
