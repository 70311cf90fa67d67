namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Signatures by Ed25519 (RFC 8032), which .NET itself does not have. Implementations are safe for use by several threads at once.
/// </summary>
public interface IEd25519
{
    /// <summary>The public key, 32 bytes, of a private seed.</summary>
    /// <param name="seed">The private key as RFC 8032 draws it: 32 random bytes.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    /// <exception cref="Ed25519UnavailableException">This machine cannot compute Ed25519.</exception>
    byte[] PublicKeyOf(ReadOnlySpan<byte> seed);

    /// <summary>The signature, 64 bytes, of a message; always the same for the same seed and message.</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    /// <exception cref="Ed25519UnavailableException">This machine cannot compute Ed25519.</exception>
    byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message);

    /// <summary>Whether the signature is that of the message by the key; false as well for a key or a signature of a wrong length.</summary>
    /// <exception cref="Ed25519UnavailableException">This machine cannot compute Ed25519.</exception>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>The lengths of RFC 8032, section 5.1, in bytes.</summary>
public static class Ed25519
{
    /// <summary>A private seed.</summary>
    public const int SeedLength = 32;

    /// <summary>A public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>A signature.</summary>
    public const int SignatureLength = 64;
}
