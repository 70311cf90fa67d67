namespace ConsentRegistry.Console.Tests;

/// <summary>How a reader looks at a page.</summary>
/// <param name="HasScripts">Whether JavaScript runs.</param>
/// <param name="Width">How wide the window is, in CSS pixels.</param>
/// <param name="IsDark">Whether they prefer dark colours.</param>
/// <param name="Language">Their language.</param>
public sealed record Mode(bool HasScripts, int Width, bool IsDark, string Language)
{
    /// <summary>The narrowest phone that pages are made for.</summary>
    public const int Phone = 360;

    /// <summary>A desktop.</summary>
    public const int Desktop = 1_440;

    /// <summary>What most tests use.</summary>
    public static Mode Usual { get; } = new(HasScripts: true, Desktop, IsDark: false, "en");

    /// <summary>
    /// Five modes in which each pair of two properties occurs: with them each page is looked at once, and all pages
    /// together in each pair.
    /// </summary>
    public static IReadOnlyList<Mode> Pairwise { get; } =
    [
        new(HasScripts: true, Phone, IsDark: false, "en"),
        new(HasScripts: false, Phone, IsDark: true, "de"),
        new(HasScripts: true, Desktop, IsDark: true, "de"),
        new(HasScripts: false, Desktop, IsDark: false, "de"),
        new(HasScripts: false, Desktop, IsDark: true, "en"),
    ];

    /// <summary>All modes.</summary>
    public static IEnumerable<Mode> All =>
        from hasScripts in new[] { true, false }
        from width in new[] { Phone, Desktop }
        from isDark in new[] { false, true }
        from language in new[] { "en", "de" }
        select new Mode(hasScripts, width, isDark, language);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(HasScripts ? "scripts" : "no-scripts")}-{Width}-{(IsDark ? "dark" : "light")}-{Language}";
}
