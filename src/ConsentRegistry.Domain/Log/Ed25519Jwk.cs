namespace ConsentRegistry.Domain.Log;

/// <summary>A key of Ed25519 (RFC 8037), which signs the log's checkpoints.</summary>
public sealed class Ed25519Jwk : Jwk
{
    private readonly byte[] publicKey;
    private readonly byte[]? seed;

    private Ed25519Jwk(byte[] publicKey, byte[]? seed)
        : base("OKP", "Ed25519", "EdDSA", ("x", publicKey)) => (this.publicKey, this.seed) = (publicKey, seed);

    /// <summary>The key of a private seed.</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    public static Ed25519Jwk FromSeed(ReadOnlySpan<byte> seed, IEd25519 ed25519) => new(ed25519.PublicKeyOf(seed), seed.ToArray());

    /// <summary>A key that only verifies.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public static Ed25519Jwk FromPublicKey(ReadOnlySpan<byte> publicKey) => publicKey.Length == Ed25519.PublicKeyLength
        ? new(publicKey.ToArray(), null)
        : throw new ArgumentException($"A public key of Ed25519 is {Ed25519.PublicKeyLength} bytes.", nameof(publicKey));

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => publicKey;

    /// <inheritdoc/>
    public override bool HasPrivatePart => seed is not null;

    /// <summary>The key as notes name it.</summary>
    /// <exception cref="ArgumentException">The name cannot be a key's.</exception>
    public NoteKey NoteKey(string name) => new(name, NoteKeyType.Ed25519, publicKey);

    /// <summary>What signs notes by that name; null where the key only verifies.</summary>
    /// <exception cref="ArgumentException">The name cannot be a key's.</exception>
    public NoteSigner? Signer(string name) => seed is null ? null : new(name, seed);

    /// <inheritdoc/>
    public override Jwk WithoutPrivatePart() => new Ed25519Jwk(publicKey, null);

    private protected override byte[]? PrivatePart => seed;
}
