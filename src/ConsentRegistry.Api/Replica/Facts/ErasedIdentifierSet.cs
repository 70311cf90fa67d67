using System.Runtime.CompilerServices;
using System.Text;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// The identifiers that erased creators' videos carried, as the hashes that their erasures kept. One writer adds while
/// any number of readers look. Nothing is ever taken away.
/// </summary>
/// <param name="keys">The keys of the hashes.</param>
internal sealed class ErasedIdentifierSet(IReadOnlyList<IdentifierKey> keys)
{
    private readonly SlotTable<HashSlot> hashes = new();
    private volatile IdentifierKey[] inUse = [];
    private volatile bool lacksKey;

    /// <summary>Hashes that are kept. It is exact for the one writer only.</summary>
    public long Count => hashes.Count;

    /// <summary>
    /// Whether a hash was kept under a key that this node does not have: then nobody can tell here what was erased.
    /// </summary>
    public bool LacksKey => lacksKey;

    /// <summary>Whether an identifier denies for good.</summary>
    public bool Contains(ContentIdentifier identifier) => Contains(Encoding.ASCII.GetBytes(identifier.ToString()));

    /// <summary>
    /// Whether an identifier denies for good, by its text. Where it cannot be told, it does.
    /// </summary>
    public bool Contains(ReadOnlySpan<byte> identifier)
    {
        foreach (var key in inUse)
        {
            if (!Unsafe.IsNullRef(in hashes.Find(NameOf(key.HashOf(identifier)))))
                return true;
        }
        return LacksKey;
    }

    /// <summary>Whether all these hashes are kept.</summary>
    public bool Has(ErasedIdentifiers erased) =>
        erased.Hashes.All(hash => !Unsafe.IsNullRef(in hashes.Find(NameOf(hash))));

    /// <summary>Adds hashes. Only the one writer may.</summary>
    public void Add(ErasedIdentifiers erased)
    {
        if (keys.FirstOrDefault(key => key.Kid == erased.Kid) is not { } key)
            lacksKey = true;
        else if (!inUse.Contains(key))
            inUse = [.. inUse, key];
        foreach (var hash in erased.Hashes)
            hashes.Put(new() { Name = NameOf(hash) });
    }

    private static FactKey NameOf(IdentifierHash hash) => new((ulong)(hash.Value >> 64), (ulong)hash.Value);

    /// <summary>A hash. 16 bytes.</summary>
    private struct HashSlot : ISlot
    {
        public FactKey Name;

        public readonly FactKey Key => Name;

        public readonly bool IsDead => false;
    }
}
