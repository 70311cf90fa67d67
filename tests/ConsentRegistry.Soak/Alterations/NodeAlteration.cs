namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Rows of one creator are altered, of whom nothing may be answered then. Such alterations of different creators
/// share a copy of the database: nodes judge each creator alone, and all others have to be answered as before.
/// </summary>
/// <param name="Statement">The statement; <c>{creator}</c> stands for the creator.</param>
/// <param name="IsOfErased">Whether it has to be a creator who was erased.</param>
internal sealed record NodeAlteration(string Name, Finder Finder, string Statement, bool IsOfErased = false)
    : Alteration(Name, Means.DatabaseWithoutTriggers, Finder)
{
    /// <summary>The statement for a creator.</summary>
    public string For(string creator) => Statement.Replace("{creator}", creator, StringComparison.Ordinal);
}
