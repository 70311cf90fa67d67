namespace ConsentRegistry.Domain.Log;

/// <summary>A key of Ed25519 (RFC 8037), which signs the log's checkpoints.</summary>
public sealed class Ed25519Jwk : Jwk
{
    private readonly Ed25519PrivateKey? privateKey;
    private readonly byte[]? seed;

    private Ed25519Jwk(Ed25519PublicKey publicKey, Ed25519PrivateKey? privateKey, byte[]? seed)
        : base("OKP", "Ed25519", "EdDSA", ("x", publicKey.Bytes.ToArray())) =>
        (PublicKey, this.privateKey, this.seed) = (publicKey, privateKey, seed);

    /// <summary>The key of a private seed.</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    public static Ed25519Jwk FromSeed(ReadOnlySpan<byte> seed, IEd25519 ed25519)
    {
        var key = ed25519.ImportPrivateKey(seed);
        return new(key.PublicKey, key, seed.ToArray());
    }

    /// <summary>A key that only verifies.</summary>
    public static Ed25519Jwk FromPublicKey(Ed25519PublicKey publicKey) => new(publicKey, null, null);

    /// <summary>What verifies.</summary>
    public Ed25519PublicKey PublicKey { get; }

    /// <inheritdoc/>
    public override bool HasPrivatePart => privateKey is not null;

    /// <summary>The key as notes name it.</summary>
    /// <exception cref="ArgumentException">The name cannot be a key's.</exception>
    public NoteKey NoteKey(string name) => new(name, NoteKeyType.Ed25519, PublicKey);

    /// <summary>What signs notes by that name; null where the key only verifies.</summary>
    /// <exception cref="ArgumentException">The name cannot be a key's.</exception>
    public NoteSigner? Signer(string name) => privateKey is null ? null : new(name, privateKey);

    /// <summary>A signature by this key.</summary>
    /// <exception cref="InvalidOperationException">The key only verifies.</exception>
    internal byte[] Sign(ReadOnlySpan<byte> message) =>
        privateKey?.Sign(message) ?? throw new InvalidOperationException($"The key {Kid} has no private part.");

    /// <inheritdoc/>
    public override Jwk With(KeyHandover handover) =>
        new Ed25519Jwk(PublicKey, privateKey, seed) { Handover = handover };

    /// <inheritdoc/>
    public override Jwk WithoutPrivatePart() => new Ed25519Jwk(PublicKey, null, null) { Handover = Handover };

    private protected override byte[]? PrivatePart => seed;
}
