using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The word of an older key that a newer one takes over from it: whoever trusts the older key can trust the newer one.
/// It stands beside the newer key in the set.
/// </summary>
/// <param name="By">The older key's thumbprint (<see cref="Jwk.Kid"/>). It is one of Ed25519.</param>
/// <param name="Signature">Its signature.</param>
public sealed record KeyHandover(string By, byte[] Signature)
{
    /// <summary>The member of a key that holds it.</summary>
    internal const string Member = "handover";

    private const string ByMember = "by";
    private const string SignatureMember = "signature";

    // No checkpoint begins so: an origin has no spaces.
    private const string Subject = "consent-registry key hand-over v1";

    /// <summary>Hands over to a key.</summary>
    /// <param name="by">The older key, with its private part.</param>
    /// <param name="kid">The newer key's thumbprint.</param>
    /// <exception cref="InvalidOperationException">The older key only verifies.</exception>
    internal static KeyHandover Sign(Ed25519Jwk by, string kid) => new(by.Kid, by.Sign(Message(by.Kid, kid)));

    /// <summary>Whether an older key handed over to the key of a thumbprint.</summary>
    internal bool IsBy(Ed25519PublicKey by, string kid) => by.Verify(Message(By, kid), Signature);

    internal JsonObject ToJson() => new() { [ByMember] = By, [SignatureMember] = StrictBase64.EncodeUrl(Signature) };

    /// <summary>Reads the member; null if it is not of its form.</summary>
    internal static KeyHandover? Read(JsonNode? node) =>
        node is JsonObject { Count: 2 } members
        && members.Text(ByMember) is { } by
        && StrictBase64.TryDecodeUrl(by, out var thumbprint)
        && thumbprint.Length == SHA256.HashSizeInBytes
        && StrictBase64.TryDecodeUrl(members.Text(SignatureMember), out var signature)
        && signature.Length == Ed25519.SignatureLength
            ? new(by, signature)
            : null;

    private static byte[] Message(string by, string kid) => Encoding.UTF8.GetBytes($"{Subject}\n{by}\n{kid}\n");
}
