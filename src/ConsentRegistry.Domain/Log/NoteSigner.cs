namespace ConsentRegistry.Domain.Log;

/// <summary>A name and the private key that signs notes under it.</summary>
public sealed class NoteSigner
{
    private readonly byte[] seed;

    /// <summary>A signer.</summary>
    /// <param name="name">The name of its key; see <see cref="NoteKey.IsName"/>.</param>
    /// <param name="seed">The private seed of Ed25519, 32 bytes.</param>
    /// <exception cref="ArgumentException">The name or the seed is none.</exception>
    public NoteSigner(string name, ReadOnlySpan<byte> seed)
    {
        if (!NoteKey.IsName(name))
            throw new ArgumentException("A key's name is not empty and has no spaces, plus signs or control characters.", nameof(name));
        if (seed.Length != Ed25519.SeedLength)
            throw new ArgumentException($"A seed of Ed25519 is {Ed25519.SeedLength} bytes.", nameof(seed));
        (Name, this.seed) = (name, seed.ToArray());
    }

    /// <summary>The name of the key.</summary>
    public string Name { get; }

    /// <summary>The key by which others verify what this signer signs.</summary>
    public NoteKey Key(NoteKeyType type, IEd25519 ed25519) => new(Name, type, ed25519.PublicKeyOf(seed));

    /// <summary>Never the private key.</summary>
    public override string ToString() => $"Signer {Name}";

    internal byte[] Sign(ReadOnlySpan<byte> message, IEd25519 ed25519) => ed25519.Sign(seed, message);
}
