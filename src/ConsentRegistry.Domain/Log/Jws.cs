using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// A signed token: a compact JWS (RFC 7515) by ES256. Its header has exactly the members <c>alg</c>, <c>kid</c> and
/// <c>typ</c>; header and payload are canonical JSON. So a token's signed part has one spelling, and no header chooses
/// an algorithm or brings a key of its own.
/// </summary>
public sealed class Jws
{
    /// <summary>The longest token, in characters: 1 MiB.</summary>
    public const int MaxLength = 1 << 20;

    private const string Algorithm = "ES256";

    private readonly byte[] payload;
    private readonly byte[] signature;
    private readonly string signed;

    private Jws(string kid, string type, byte[] payload, string signed, byte[] signature) =>
        (Kid, Type, this.payload, this.signed, this.signature) = (kid, type, payload, signed, signature);

    /// <summary>The id of the key that is said to have signed; see <see cref="Jwk.Kid"/>.</summary>
    public string Kid { get; }

    /// <summary>
    /// What kind of token this is, so that one kind is never taken for another (RFC 8725, section 3.11).
    /// </summary>
    public string Type { get; }

    /// <summary>The payload, an object in canonical JSON.</summary>
    public ReadOnlySpan<byte> Payload => payload;

    /// <summary>Signs an object as a token.</summary>
    /// <param name="payload">What <see cref="CanonicalJson"/> can write.</param>
    /// <param name="type">What kind of token it is.</param>
    /// <param name="key">A key with its private part.</param>
    /// <exception cref="ArgumentException">There is no type, or the token would be too long.</exception>
    /// <exception cref="FormatException">The payload is not what canonical JSON can say.</exception>
    /// <exception cref="InvalidOperationException">The key only verifies.</exception>
    public static string Sign(JsonObject payload, string type, P256Jwk key)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        var header = CanonicalJson.Encode(
            new JsonObject
            {
                ["alg"] = Algorithm,
                ["kid"] = key.Kid,
                ["typ"] = type,
            }
        );
        var message = $"{StrictBase64.EncodeUrl(header)}.{StrictBase64.EncodeUrl(CanonicalJson.Encode(payload))}";
        var token = $"{message}.{StrictBase64.EncodeUrl(key.Sign(Encoding.ASCII.GetBytes(message)))}";
        return token.Length <= MaxLength
            ? token
            : throw new ArgumentException($"A token has at most {MaxLength} characters.", nameof(payload));
    }

    /// <summary>
    /// Reads a token without verifying it. False for every spelling of header and payload but the canonical one.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? token, [NotNullWhen(true)] out Jws? jws)
    {
        jws = null;
        if (token is null || token.Length > MaxLength)
            return false;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || !TryReadHeader(parts[0], out var kid, out var type))
            return false;
        if (!StrictBase64.TryDecodeUrl(parts[1], out var payload) || !StrictJson.TryReadCanonical(payload, out _))
            return false;
        if (!StrictBase64.TryDecodeUrl(parts[2], out var signature) || signature.Length != P256Jwk.SignatureLength)
            return false;
        jws = new(kid, type, payload, $"{parts[0]}.{parts[1]}", signature);
        return true;
    }

    /// <summary>
    /// The token, if it is of that type and signed by one of the keys; otherwise why not, by a code of
    /// <see cref="JwsFailure"/>.
    /// </summary>
    public static Result<Jws> Verify(string? token, string type, KeySet keys)
    {
        if (!TryParse(token, out var jws))
            return new Failure(
                JwsFailure.Malformed,
                "The text is no token of the registry's form; give one as the " + "registry made it."
            );
        if (jws.Type != type)
            return new Failure(JwsFailure.WrongType, $"The token is of another kind; give one of the kind {type}.");
        if (keys.FindTokenKey(jws.Kid) is not { } key)
            return new Failure(
                JwsFailure.UnknownKey,
                "The token is signed by a key that is not known here; give the " + "key set that holds it."
            );
        return key.Verify(Encoding.ASCII.GetBytes(jws.signed), jws.signature)
            ? jws
            : new Failure(
                JwsFailure.BadSignature,
                "The signature is not that of the token by its key; give the token as the registry made it."
            );
    }

    private static bool TryReadHeader(
        string part,
        [NotNullWhen(true)] out string? kid,
        [NotNullWhen(true)] out string? type
    )
    {
        (kid, type) = (null, null);
        if (!StrictBase64.TryDecodeUrl(part, out var utf8) || !StrictJson.TryReadCanonical(utf8, out var header))
            return false;
        (kid, type) = (header.Text("kid"), header.Text("typ"));
        return header.Count == 3
            && header.Text("alg") == Algorithm
            && kid is { Length: > 0 }
            && type is { Length: > 0 };
    }
}

/// <summary>The stable codes of refused tokens.</summary>
public static class JwsFailure
{
    /// <summary>It is not a token, or not spelled in the one way.</summary>
    public const string Malformed = "malformed";

    /// <summary>It is a token of another kind.</summary>
    public const string WrongType = "wrongType";

    /// <summary>No key of that id is known.</summary>
    public const string UnknownKey = "unknownKey";

    /// <summary>The signature is not that of the token.</summary>
    public const string BadSignature = "badSignature";
}
