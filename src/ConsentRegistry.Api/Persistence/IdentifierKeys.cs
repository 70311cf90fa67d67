using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// The keys of the hashes that erasures keep of identifiers, the newest first: it makes new hashes, and all are looked
/// up by.
/// </summary>
/// <param name="All">The keys; none if the node was given none.</param>
public sealed record IdentifierKeys(IReadOnlyList<IdentifierKey> All)
{
    /// <summary>The key of new hashes; null if the node was given none.</summary>
    public IdentifierKey? Newest => All.Count == 0 ? null : All[0];

    /// <summary>Whether the node has the key of this name.</summary>
    public bool Has(string kid) => All.Any(key => key.Kid == kid);
}
