using System.Security.Cryptography;
using NSec.Cryptography;

namespace ConsentRegistry.Cryptography;

/// <summary>
/// Encrypts short secrets, each bound to what stands beside it: XChaCha20-Poly1305 by NSec. Its nonces of 192 bits are
/// drawn at random, which is safe for as many as anybody ever writes.
/// </summary>
/// <param name="key">32 secret bytes, used for nothing else.</param>
public sealed class AuthenticatedBox(ReadOnlySpan<byte> key)
{
    /// <summary>Bytes of a box beyond those of the secret: nonce and tag.</summary>
    public const int Overhead = NonceLength + TagLength;

    private const int NonceLength = 24;

    private const int TagLength = 16;

    private readonly Key key = Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);

    /// <summary>Encrypts.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="beside">What it is bound to.</param>
    public byte[] Encrypt(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> beside)
    {
        var box = new byte[secret.Length + Overhead];
        var nonce = box.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        AeadAlgorithm.XChaCha20Poly1305.Encrypt(key, nonce, beside, secret, box.AsSpan(NonceLength));
        return box;
    }

    /// <summary>Decrypts; false if the box is another, or beside something else.</summary>
    /// <param name="box">What <see cref="Encrypt"/> made.</param>
    /// <param name="beside">What it is bound to.</param>
    /// <param name="secret">Receives the secret, and has its length.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> box, ReadOnlySpan<byte> beside, Span<byte> secret) =>
        box.Length == secret.Length + Overhead
        && AeadAlgorithm.XChaCha20Poly1305.Decrypt(key, box[..NonceLength], beside, box[NonceLength..], secret);
}
