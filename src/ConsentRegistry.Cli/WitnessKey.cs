using System.Security.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>The witness's private key: a file of 32 random bytes, base64, that nobody else can read.</summary>
internal static class WitnessKey
{
    public static NoteSigner ReadOrCreate(string path, string name, IEd25519 ed25519)
    {
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new StreamWriter(path, options))
                file.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Ed25519.SeedLength)));
            Console.Error.WriteLine($"A new key is in '{path}'.");
        }
        var seed = new byte[Ed25519.SeedLength + 1];
        if (!Convert.TryFromBase64String(File.ReadAllText(path).Trim(), seed, out var length) || length != Ed25519.SeedLength)
            throw new UnusableException($"'{path}' does not hold a witness's key.");
        var signer = new NoteSigner(name, ed25519.ImportPrivateKey(seed.AsSpan(0, length)));
        Console.Error.WriteLine($"Cosignatures are verified by {signer.Key(NoteKeyType.Cosignature)}");
        return signer;
    }
}
