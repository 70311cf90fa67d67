using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Reads a JSON Web Key Set of Ed25519 and P-256. Members that RFC 7517 knows and this set relies on must be right
/// where they are present; others are ignored, as it asks. A key of another type is refused: nobody would sign or
/// verify with it. No failure quotes a value, since any of them might be a private part in the wrong place.
/// </summary>
internal static class KeySetReader
{
    /// <summary>The member of a set that holds its keys.</summary>
    public const string KeysMember = "keys";

    /// <summary>Reads a set.</summary>
    public static Result<KeySet> Read(ReadOnlySpan<byte> utf8, IEd25519 ed25519)
    {
        if (utf8.Length > KeySet.MaxBytes)
            return new Failure(
                FailureCode.TooMany,
                $"The key set is longer than {KeySet.MaxBytes} bytes; give a shorter " + "one."
            );
        if (!StrictJson.TryRead(utf8, out var set))
            return Invalid("The key set is no JSON object, or has a member twice; give one as RFC 7517 has it.");
        if (set[KeysMember] is not JsonArray { Count: <= KeySet.MaxKeys } items)
            return Invalid(
                $"The key set's keys are no list, or too many; give a list of at most {KeySet.MaxKeys}.",
                KeysMember
            );
        var keys = new List<Jwk>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (!ReadKey(items[i], ed25519).Succeeded(out var key, out var failure))
                return failure.Inside($"{KeysMember}[{i}]");
            keys.Add(key);
        }
        return KeySet.Create(keys);
    }

    private static Result<Jwk> ReadKey(JsonNode? node, IEd25519 ed25519)
    {
        if (node is not JsonObject members)
            return Invalid("A key is no object; give objects only.");
        var read = (members.Text("kty"), members.Text("crv")) switch
        {
            ("OKP", "Ed25519") => ReadEd25519(members, ed25519),
            ("EC", "P-256") => ReadP256(members),
            _ => Invalid("The key's type or curve is not known; give OKP with Ed25519, or EC with P-256.", "kty"),
        };
        if (!read.Succeeded(out var key, out var failure))
            return failure;
        if (WrongUse(members, key, ed25519) is { } wrong)
            return wrong;
        if (!members.TryGetPropertyValue(KeyHandover.Member, out var stated))
            return Result.Success(key);
        return KeyHandover.Read(stated) is { } handover
            ? Result.Success(key.With(handover))
            : Invalid(
                "What says that an older key handed over to the key is not of its form; give the older key's "
                    + "thumbprint and its signature, or leave it out.",
                KeyHandover.Member
            );
    }

    private static Result<Jwk> ReadEd25519(JsonObject members, IEd25519 ed25519)
    {
        if (!TryReadPart(members, "x", out var publicKey))
            return WrongPart("x");
        if (!ed25519.TryImportPublicKey(publicKey, out var imported))
            return Invalid(
                "The public key is none that a seed can have: its point is not on the curve, of low order, "
                    + "or not encoded as RFC 8032 does; give another.",
                "x"
            );
        if (!members.ContainsKey("d"))
            return Ed25519Jwk.FromPublicKey(imported);
        if (!TryReadPart(members, "d", out var seed))
            return WrongPart("d");
        var key = Ed25519Jwk.FromSeed(seed, ed25519);
        return key.PublicKey.Bytes.SequenceEqual(publicKey)
            ? key
            : Invalid("The private part is not that of the public " + "key; give the two of one key.", "d");
    }

    private static Result<Jwk> ReadP256(JsonObject members)
    {
        if (!TryReadPart(members, "x", out var x))
            return WrongPart("x");
        if (!TryReadPart(members, "y", out var y))
            return WrongPart("y");
        byte[]? d = null;
        if (members.ContainsKey("d") && !TryReadPart(members, "d", out d))
            return WrongPart("d");
        return P256Jwk
            .From(
                new()
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = x, Y = y },
                    D = d,
                }
            )
            .Succeeded(out var key, out var failure)
            ? Result.Success<Jwk>(key)
            : failure;
    }

    // What is said about a key beside the key itself, and is not so.
    private static Failure? WrongUse(JsonObject members, Jwk key, IEd25519 ed25519)
    {
        if (members.ContainsKey("kid") && members.Text("kid") != key.Kid)
            return Invalid("The key's id is not its thumbprint; give the thumbprint by RFC 7638, or none.", "kid");
        if (members.ContainsKey("use") && members.Text("use") != "sig")
            return Invalid("The key's use is not signing; give sig, or none.", "use");
        if (members.ContainsKey("key_ops") && !IsFor(members["key_ops"], key.HasPrivatePart ? "sign" : "verify"))
            return Invalid(
                "The key is for other operations; give key_ops with sign for a private key and verify for a public "
                    + "one, or none.",
                "key_ops"
            );
        // EdDSA is the name of RFC 8037, Ed25519 the later one of RFC 9864.
        var algorithmFits =
            key is Ed25519Jwk ? members.Text("alg") is "EdDSA" or "Ed25519" : members.Text("alg") == "ES256";
        if (members.ContainsKey("alg") && !algorithmFits)
            return Invalid(
                "The key's algorithm does not go with its type; give EdDSA for Ed25519, ES256 for P-256, " + "or none.",
                "alg"
            );
        var verifierKeyFits =
            key is Ed25519Jwk own
            && Log.NoteKey.TryParse(members.Text("vkey"), ed25519, out var stated)
            && stated.Equals(own.NoteKey(stated.Name));
        return members.ContainsKey("vkey") && !verifierKeyFits
            ? Invalid("The verifier key is another key's; give " + "this key's, or none.", "vkey")
            : null;
    }

    // RFC 7517, section 4.3: a list of operations, none of them twice.
    private static bool IsFor(JsonNode? operations, string wanted)
    {
        if (operations is not JsonArray items)
            return false;
        var words = items
            .Select(item => item is JsonValue word && word.TryGetValue<string>(out var text) ? text : "")
            .ToList();
        return !words.Contains("")
            && words.Distinct(StringComparer.Ordinal).Count() == words.Count
            && words.Contains(wanted);
    }

    // Coordinates, public keys and private parts all have 32 bytes on both curves.
    private static bool TryReadPart(JsonObject members, string member, [NotNullWhen(true)] out byte[]? part) =>
        StrictBase64.TryDecodeUrl(members.Text(member), out part) && part.Length == Ed25519.PublicKeyLength;

    private static Failure WrongPart(string member) =>
        Invalid(
            "A part of the key is missing or not of its form; " + "give 32 bytes in base64url without padding.",
            member
        );

    private static Failure Invalid(string why, string? member = null) => new(FailureCode.Invalid, why, member);
}
