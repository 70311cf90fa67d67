namespace ConsentRegistry.Soak.Alterations;

/// <summary>Something that somebody alters, and who has to find it.</summary>
/// <param name="Name">What is altered.</param>
/// <param name="Means">What it takes to do so.</param>
/// <param name="Finder">Who looks for it.</param>
internal abstract record Alteration(string Name, Means Means, Finder Finder)
{
    /// <summary>
    /// Why the finder does not find it, and nobody else here does, as the threat model says; null where it has to.
    /// </summary>
    public string? Unfound { get; init; }
}

/// <summary>What became of an alteration.</summary>
/// <param name="Alteration">The alteration.</param>
/// <param name="Place">What the finder named; null if it found nothing.</param>
/// <param name="After">How long it took.</param>
/// <param name="Wrong">
/// What else should not have been, such as a check that says allow; null if there was nothing.
/// </param>
internal sealed record Outcome(Alteration Alteration, string? Place, TimeSpan After, string? Wrong = null)
{
    /// <summary>Whether it was found as the catalogue says; or not found, where the catalogue says that.</summary>
    public bool IsAsExpected =>
        Wrong is null
        && (Alteration.Unfound is null ? Place is not null && After <= Alteration.Finder.Limit() : Place is null);

    /// <summary>What a finder that was left out finds.</summary>
    public static Outcome Nothing(Alteration alteration) => new(alteration, null, TimeSpan.Zero);
}
