using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// One key of the registry as a JSON Web Key (RFC 7517), with or without its private part. Printing it never shows the
/// private part; only <see cref="KeySet.ToJson"/> writes it, when asked to.
/// </summary>
public abstract class Jwk
{
    private protected Jwk(
        string type,
        string curve,
        string algorithm,
        params ReadOnlySpan<(string Member, byte[] Value)> publicPart
    )
    {
        PublicMembers = new() { ["kty"] = type, ["crv"] = curve };
        foreach (var (member, value) in publicPart)
            PublicMembers[member] = StrictBase64.EncodeUrl(value);
        // RFC 7638: SHA-256 over exactly the members that make the public key, which are so far the only ones.
        Kid = StrictBase64.EncodeUrl(SHA256.HashData(CanonicalJson.Encode(PublicMembers)));
        PublicMembers["kid"] = Kid;
        PublicMembers["alg"] = algorithm;
        PublicMembers["use"] = "sig";
        Curve = curve;
    }

    /// <summary>The key's thumbprint by RFC 7638, 43 characters: the same for the same public key everywhere.</summary>
    public string Kid { get; }

    /// <summary>Whether this key can sign; otherwise it only verifies.</summary>
    public abstract bool HasPrivatePart { get; }

    /// <summary>Which older key handed over to this one; null for a first key.</summary>
    public KeyHandover? Handover { get; private protected init; }

    /// <summary>The same key, as one that an older key handed over to.</summary>
    public abstract Jwk With(KeyHandover handover);

    /// <summary>The same key, for verifying only.</summary>
    public abstract Jwk WithoutPrivatePart();

    /// <summary>The curve and the thumbprint; nothing private.</summary>
    public sealed override string ToString() => $"{Curve} {Kid}";

    private protected string Curve { get; }

    private protected JsonObject PublicMembers { get; }

    private protected abstract byte[]? PrivatePart { get; }

    internal JsonObject ToJson(bool includePrivate)
    {
        var members = (JsonObject)PublicMembers.DeepClone();
        if (includePrivate && PrivatePart is { } secret)
            members["d"] = StrictBase64.EncodeUrl(secret);
        if (Handover is not null)
            members[KeyHandover.Member] = Handover.ToJson();
        return members;
    }
}
