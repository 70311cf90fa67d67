using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// The keys of the log: a JWK Set that is given to the host, or made in Development. They are never in the database,
/// and never logged.
/// </summary>
internal static class LogKeys
{
    /// <summary>New keys: one that signs checkpoints, one that signs receipts.</summary>
    public static KeySet Create(IEd25519 ed25519)
    {
        using var receipts = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return KeySet
            .Create(
                RandomNumberGenerator.GetBytes(Ed25519.SeedLength),
                receipts.ExportParameters(includePrivateParameters: true),
                ed25519
            )
            .Value;
    }

    /// <summary>Reads the keys.</summary>
    /// <exception cref="StartupException">There are none, or they cannot be used.</exception>
    public static KeySet Read(KeySource source, IEd25519 ed25519)
    {
        if (!KeySet.Parse(source.Bytes, ed25519).Succeeded(out var keys, out var failure))
            throw new StartupException($"{source.Name} cannot be used: {failure.Detail}");
        if (keys.TokenSigner is null || keys.LogSigners("name").Count == 0)
            throw new StartupException(
                $"{source.Name} lacks a private key: one of Ed25519 signs checkpoints, one of P-256 signs receipts."
            );
        return keys;
    }

    /// <summary>Reads the keys of a file.</summary>
    /// <exception cref="StartupException">There is none, or it cannot be used.</exception>
    public static KeySet Read(string path, IEd25519 ed25519) =>
        Read(KeySource.OfFile("The log's key file", path), ed25519);

    /// <summary>Reads the keys of a file, and makes them at first.</summary>
    public static KeySet ReadOrCreate(string path, IEd25519 ed25519)
    {
        if (!File.Exists(path))
            SecretFile.CreateIfMissing(path, Encoding.UTF8.GetBytes(Create(ed25519).ToJson(includePrivate: true)));
        return Read(path, ed25519);
    }
}
