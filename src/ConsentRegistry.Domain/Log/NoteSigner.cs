namespace ConsentRegistry.Domain.Log;

/// <summary>A name and the private key that signs notes under it.</summary>
public sealed class NoteSigner
{
    private readonly Ed25519PrivateKey key;

    /// <summary>A signer.</summary>
    /// <param name="name">The name of its key; see <see cref="NoteKey.IsName"/>.</param>
    /// <param name="key">What signs.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public NoteSigner(string name, Ed25519PrivateKey key)
    {
        if (!NoteKey.IsName(name))
            throw new ArgumentException(
                "A key's name is not empty and has no spaces, plus signs or control characters.",
                nameof(name)
            );
        (Name, this.key) = (name, key);
    }

    /// <summary>The name of the key.</summary>
    public string Name { get; }

    /// <summary>The key by which others verify what this signer signs.</summary>
    public NoteKey Key(NoteKeyType type) => new(Name, type, key.PublicKey);

    /// <summary>Never the private key.</summary>
    public override string ToString() => $"Signer {Name}";

    internal byte[] Sign(ReadOnlySpan<byte> message) => key.Sign(message);
}
