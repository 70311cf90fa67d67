using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A message authentication code beside a row, and the name of its key.</summary>
/// <param name="Kid">The name.</param>
/// <param name="Mac">The code.</param>
public sealed record Mark(string Kid, byte[] Mac);

/// <summary>
/// What the database holds was not written by a node, or was altered since: nobody decides from it, and nothing of it
/// is told.
/// </summary>
internal sealed class IntegrityException(string message) : Exception(message);

/// <summary>
/// The keys of the nodes, which are not in the database: the newest first. It marks what is written, and what any of
/// them has marked is believed.
/// </summary>
/// <param name="All">The keys; none only where nothing is written and nothing believed.</param>
public sealed record IntegrityKeys(IReadOnlyList<IntegrityKey> All)
{
    private readonly SealKey[] sealKeys = [.. All.Select(key => new SealKey(key))];

    /// <summary>The key of what is written.</summary>
    /// <exception cref="InvalidOperationException">There is none: a bug, for no such host writes.</exception>
    public IntegrityKey Newest => All.Count > 0 ? All[0] : throw new InvalidOperationException("There is no key.");

    /// <summary>Whether the node has the key of this name.</summary>
    public bool Has(string kid) => Find(kid) is not null;

    /// <summary>Marks a row that this node writes.</summary>
    public Mark MarkOf(in EventColumns columns) => new(Newest.Kid, Newest.MacOf(columns));

    /// <summary>Whether a node wrote this row as it is, with a body that its leaf commits to, or none any more.</summary>
    public bool IsAuthentic(StoredEvent stored) =>
        stored.Mark is { } mark
        && Find(mark.Kid) is { } key
        && key.Verify(stored.Columns, mark.Mac)
        && (stored.Body is null || Leaf.CommitsTo(stored.Leaf, stored.Body, stored.Salt));

    /// <summary>What seals under the newest key.</summary>
    internal SealKey NewestSealKey => sealKeys[0];

    /// <summary>What seals under the key of this name; null if the node does not have it.</summary>
    internal SealKey? FindSealKey(string kid) => Array.Find(sealKeys, key => key.Kid == kid);

    private IntegrityKey? Find(string kid)
    {
        foreach (var key in All)
        {
            if (key.Kid == kid)
                return key;
        }
        return null;
    }
}
