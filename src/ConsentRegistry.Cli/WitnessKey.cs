using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>The witness's private key: a file of 32 random bytes, base64, that nobody else can read.</summary>
internal static class WitnessKey
{
    public static NoteSigner ReadOrCreate(string path, string name, IEd25519 ed25519)
    {
        var fresh = $"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(Ed25519.SeedLength))}\n";
        if (SecretFile.CreateIfMissing(path, Encoding.ASCII.GetBytes(fresh)))
            Console.Error.WriteLine($"A new key is in '{path}'.");
        var seed = new byte[Ed25519.SeedLength + 1];
        if (
            !Convert.TryFromBase64String(File.ReadAllText(path).Trim(), seed, out var length)
            || length != Ed25519.SeedLength
        )
            throw new UnusableException($"'{path}' does not hold a witness's key.");
        var signer = new NoteSigner(name, ed25519.ImportPrivateKey(seed.AsSpan(0, length)));
        Console.Error.WriteLine($"Cosignatures are verified by {signer.Key(NoteKeyType.Cosignature)}");
        return signer;
    }
}
