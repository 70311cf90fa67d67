namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// The public files of the log are altered where they are served, and somebody looks who saw them before.
/// </summary>
/// <param name="Alter">Alters a copy of the folder.</param>
internal sealed record FolderAlteration(string Name, Means Means, Finder Finder, Action<string, Random> Alter)
    : Alteration(Name, Means, Finder)
{
    /// <summary>Whether the folder of the mirror itself is altered, and not what it gets.</summary>
    public bool IsOwn { get; init; }
}
