namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// The log, its tree, or the vocabulary is altered: what one such alteration does to a node would hide another, so each
/// has a copy of the database and a node of its own.
/// </summary>
/// <param name="Statement">The statement.</param>
/// <param name="Says">What the node has to log.</param>
internal sealed record SoloAlteration(string Name, Means Means, Finder Finder, string Statement, string Says)
    : Alteration(Name, Means, Finder)
{
    /// <summary>Whether the node has the checkpoint that it signed last.</summary>
    public bool HasOwnCheckpoint { get; init; }
}
