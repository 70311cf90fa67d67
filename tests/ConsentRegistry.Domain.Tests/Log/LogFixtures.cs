using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>Keys that stand for themselves, and the damage that is done to what they sign.</summary>
internal static class LogFixtures
{
    public const string Origin = "log.example.org/consent";

    public static IEd25519 Ed25519 { get; } = new NSecEd25519();

    public static byte[] Seed(byte first) => [first, .. Enumerable.Repeat((byte)7, 31)];

    public static Ed25519PrivateKey PrivateKey(byte first) => Ed25519.ImportPrivateKey(Seed(first));

    public static NoteSigner Signer(byte first, string name = Origin) => new(name, PrivateKey(first));

    public static NoteKey Key(byte first, string name = Origin, NoteKeyType type = NoteKeyType.Ed25519) =>
        Signer(first, name).Key(type);

    /// <summary>A pair of keys whose private parts begin so.</summary>
    public static KeySet Keys(byte first) => KeySet.Create(Seed(first), P256(first), Ed25519).Value;

    public static ECParameters P256(byte first)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Seed(first) });
        return key.ExportParameters(includePrivateParameters: true);
    }

    public static byte[] Root(byte first) => [first, .. Enumerable.Range(1, 31).Select(i => (byte)i)];

    public static string Text { get; } = new Checkpoint(Origin, 20852163, Root(9)).ToString();

    /// <summary>The bytes with each of their bits flipped in turn, and which it was.</summary>
    public static IEnumerable<(int Bit, byte[] Damaged)> WithEachBitFlipped(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return (bit, damaged);
        }
    }

    /// <summary>
    /// Bytes of no meaning, and texts that lost or gained a letter; the seed is fixed, so that a failure repeats.
    /// </summary>
    public static IEnumerable<byte[]> Hostile(string text)
    {
        var random = new Random(20_261_123);
        var letters = Encoding.UTF8.GetBytes(text);
        for (var length = 0; length < 400; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            yield return bytes;
        }
        for (var at = 0; at < letters.Length; at++)
        {
            yield return letters[..at];
            yield return letters[at..];
            yield return [.. letters[..at], .. letters[(at + 1)..]];
            yield return [.. letters[..at], (byte)random.Next(256), .. letters[at..]];
        }
    }
}
