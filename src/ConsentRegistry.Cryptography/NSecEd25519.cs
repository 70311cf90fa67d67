using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Domain.Log;
using NSec.Cryptography;
using Lengths = ConsentRegistry.Domain.Log.Ed25519;

namespace ConsentRegistry.Cryptography;

/// <summary>Ed25519 by NSec, which calls libsodium.</summary>
public sealed class NSecEd25519 : IEd25519
{
    /// <summary>Makes sure, once, that the native library is there and works.</summary>
    /// <exception cref="Ed25519UnavailableException">It is not, or does not.</exception>
    public NSecEd25519()
    {
        try
        {
            TryImportPublicKey(ImportPrivateKey(stackalloc byte[Lengths.SeedLength]).PublicKey.Bytes, out _);
        }
        // NSec loads the library in a static constructor.
        catch (Exception e)
            when (e
                    is DllNotFoundException
                        or EntryPointNotFoundException
                        or TypeInitializationException
                        or PlatformNotSupportedException
                        or InvalidOperationException
            )
        {
            throw new Ed25519UnavailableException(
                "The native library libsodium, which computes the log's Ed25519 signatures, cannot be used. It belongs "
                    + "to "
                    + "the program's own files, for Linux, macOS and Windows on x64 and Arm: install the program anew.",
                e
            );
        }
    }

    /// <inheritdoc/>
    public Ed25519PrivateKey ImportPrivateKey(ReadOnlySpan<byte> seed) =>
        seed.Length == Lengths.SeedLength
            ? new PrivateKey(Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey))
            : throw new ArgumentException($"A seed of Ed25519 is {Lengths.SeedLength} bytes.", nameof(seed));

    /// <inheritdoc/>
    public bool TryImportPublicKey(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ed25519PublicKey? key)
    {
        // NSec itself looks only at the length when it imports a key.
        var isValid = bytes.Length == Lengths.PublicKeyLength && LibSodium.IsValidPoint(bytes) == 1;
        key = isValid
            ? new VerifyingKey(PublicKey.Import(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPublicKey))
            : null;
        return isValid;
    }

    // NSec keeps the private part in memory of its own, lets nobody export it, and wipes it when the key is collected.
    private sealed class PrivateKey(Key key) : Ed25519PrivateKey(new VerifyingKey(key.PublicKey))
    {
        public override byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(key, message);
    }

    private sealed class VerifyingKey(PublicKey key) : Ed25519PublicKey(key.Export(KeyBlobFormat.RawPublicKey))
    {
        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            SignatureAlgorithm.Ed25519.Verify(key, message, signature);
    }
}
