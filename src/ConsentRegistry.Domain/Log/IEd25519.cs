using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Imports keys of Ed25519 (RFC 8032), which .NET itself does not have. A key is imported once and then signs or
/// verifies any number of messages. Implementations are safe for use by several threads at once, and so are the keys.
/// </summary>
public interface IEd25519
{
    /// <summary>The private key of a seed.</summary>
    /// <param name="seed">The private key as RFC 8032 draws it: 32 random bytes.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    Ed25519PrivateKey ImportPrivateKey(ReadOnlySpan<byte> seed);

    /// <summary>
    /// Reads a public key. False for everything that no seed has as its key: another length than 32 bytes, a point that
    /// is not on the curve or not in its canonical encoding, and a point of low order or with a part of low order.
    /// Under some of these anybody can sign anything.
    /// </summary>
    bool TryImportPublicKey(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ed25519PublicKey? key);
}

/// <summary>A public key of Ed25519, which verifies.</summary>
/// <param name="bytes">The key as RFC 8032 encodes it, 32 bytes.</param>
public abstract class Ed25519PublicKey(byte[] bytes)
{
    /// <summary>The key as RFC 8032 encodes it, 32 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>
    /// Whether a signature is that of the message by this key. False as well for a signature of another length than 64
    /// bytes, and for one that is not encoded as RFC 8032 does: nobody can make a second signature out of a first.
    /// </summary>
    public abstract bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>A private key of Ed25519, which signs.</summary>
/// <param name="publicKey">The key that verifies what this one signs.</param>
public abstract class Ed25519PrivateKey(Ed25519PublicKey publicKey)
{
    /// <summary>The key that verifies what this one signs.</summary>
    public Ed25519PublicKey PublicKey => publicKey;

    /// <summary>The signature, 64 bytes, of a message; always the same for the same message.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> message);
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
