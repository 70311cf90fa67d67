namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Ed25519 by OpenSSL 3's libcrypto, on which .NET on Linux already relies. Every call has its own key and context, so that threads share nothing.
/// </summary>
public sealed class OpenSslEd25519 : IEd25519
{
    /// <summary>Makes sure, once, that the library is there and knows Ed25519.</summary>
    /// <exception cref="Ed25519UnavailableException">It is not, or does not: one set to FIPS 140-2 refuses Ed25519.</exception>
    public OpenSslEd25519()
    {
        try
        {
            PublicKeyOf(stackalloc byte[Ed25519.SeedLength]);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new Ed25519UnavailableException("The libcrypto found is too old for Ed25519: install OpenSSL 3.", e);
        }
    }

    /// <inheritdoc/>
    public byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        using var key = PrivateKey(seed);
        var publicKey = new byte[Ed25519.PublicKeyLength];
        var length = (nuint)publicKey.Length;
        Require(LibCrypto.GetPublicKey(key, publicKey, ref length) == 1 && length == Ed25519.PublicKeyLength);
        return publicKey;
    }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        using var key = PrivateKey(seed);
        using var digest = LibCrypto.NewDigest();
        // Ed25519 hashes for itself: no hash is named (EVP_SIGNATURE-ED25519).
        Require(!digest.IsInvalid && LibCrypto.SignInit(digest, 0, 0, 0, key) == 1);
        var signature = new byte[Ed25519.SignatureLength];
        var length = (nuint)signature.Length;
        Require(LibCrypto.Sign(digest, signature, ref length, message, (nuint)message.Length) == 1 && length == Ed25519.SignatureLength);
        return signature;
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != Ed25519.PublicKeyLength || signature.Length != Ed25519.SignatureLength)
            return false;
        using var key = LibCrypto.NewPublicKey(LibCrypto.Ed25519Id, 0, publicKey, (nuint)publicKey.Length);
        using var digest = LibCrypto.NewDigest();
        var valid = !key.IsInvalid && !digest.IsInvalid
            && LibCrypto.VerifyInit(digest, 0, 0, 0, key) == 1
            && LibCrypto.Verify(digest, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        // A refusal stays in the thread's error queue, where the runtime's own calls into OpenSSL would find it.
        if (!valid)
            LibCrypto.ClearErrors();
        return valid;
    }

    private static LibCrypto.KeyHandle PrivateKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SeedLength)
            throw new ArgumentException($"A seed of Ed25519 is {Ed25519.SeedLength} bytes.", nameof(seed));
        var key = LibCrypto.NewPrivateKey(LibCrypto.Ed25519Id, 0, seed, (nuint)seed.Length);
        Require(!key.IsInvalid);
        return key;
    }

    private static void Require(bool done)
    {
        if (done)
            return;
        LibCrypto.ClearErrors();
        throw new Ed25519UnavailableException("OpenSSL was found, but does not compute Ed25519: it may be set to FIPS 140-2, or be too old. Install OpenSSL 3 with its default provider.");
    }
}
