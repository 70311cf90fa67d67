using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Signals;

/// <summary>Content-Signal (contentsignals.org, 24 September 2025): lines of robots.txt for a whole site.</summary>
/// <remarks>
/// It cannot speak of one URL. So it never says yes, and says no if one URL of the site is denied.
/// </remarks>
internal static class ContentSignal
{
    internal static readonly ImmutableArray<Word> Words =
    [
        new("ai-train", StandardPurposes.AllTraining),
        new("ai-input", StandardPurposes.Grounding),
    ];

    private static readonly Ability Site = new() { NeverAllows = Lost.Path };

    public static Signal OfContent(PublicConsent consent) =>
        Create(null, [new Statement(consent, Site, Words).Saying([Said.Nothing, Said.Nothing])]);

    public static Signal OfSite(IReadOnlyList<SiteEntry> entries, bool isWhole)
    {
        Statement[] statements = [.. entries.Select(entry => new Statement(entry.Consent, Site, Words))];
        ImmutableArray<Said> says =
        [
            .. Words.Select(
                (_, word) =>
                    !isWhole || statements.Any(statement => statement.Says[word] == Said.Deny)
                        ? Said.Deny
                        : Said.Nothing
            ),
        ];
        var denied = Words.Where((_, word) => says[word] == Said.Deny).Select(word => $"{word.Name}=no").ToArray();
        return Create(
            denied.Length == 0 ? null : $"User-agent: *\nContent-Signal: {string.Join(", ", denied)}\n",
            statements.Select(statement => isWhole ? statement.Saying(says) : statement.Denied())
        );
    }

    private static Signal Create(string? text, IEnumerable<Statement> statements) =>
        new(
            SignalFormat.ContentSignal,
            SignalForm.Robots,
            text is null ? null : "text/plain",
            text,
            [],
            null,
            Loss.Sum(statements.SelectMany(one => one.Losses))
        );
}
