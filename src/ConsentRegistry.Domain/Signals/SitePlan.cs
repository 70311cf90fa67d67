using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Signals;

/// <summary>What a document about a site says of one pattern.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Says">What it says with each word.</param>
/// <param name="Statement">The statement about the one URL of the pattern; null of a prefix.</param>
internal sealed record SiteRule(string Pattern, ImmutableArray<Said> Says, Statement? Statement);

/// <summary>
/// The rules of a document about a site, the longest first. Allows stand for one URL alone. The rest stands for
/// everything that begins as a URL does, for that is how crawlers come by it: with further parameters of a query.
/// </summary>
internal sealed class SitePlan
{
    private SitePlan(ImmutableArray<SiteRule> rules, ImmutableArray<Statement> statements) =>
        (Rules, Statements) = (rules, statements);

    /// <summary>The rules. No pattern is there twice.</summary>
    public ImmutableArray<SiteRule> Rules { get; }

    /// <summary>What is said of each URL.</summary>
    public ImmutableArray<Statement> Statements { get; }

    /// <summary>The end of the first allow.</summary>
    public Instant? ExpiresAt => Statements.Min(statement => statement.ExpiresAt);

    public static SitePlan Create(
        Site site,
        IEnumerable<SiteEntry> entries,
        Ability ability,
        ImmutableArray<Word> words
    )
    {
        var (statements, rules) = (ImmutableArray.CreateBuilder<Statement>(), new List<SiteRule>());
        foreach (var entry in entries)
        {
            var path = entry.Url.Value[site.Origin.Length..];
            var exact = UrlPattern.Exact(path);
            var statement = new Statement(
                entry.Consent,
                exact is null ? ability with { NeverAllows = Lost.Path } : ability,
                words
            );
            statements.Add(statement);
            if (exact is not null && statement.Says.Contains(Said.Allow))
                rules.Add(new(exact, statement.Says, statement));
            if (statement.Says.Any(said => said is Said.Ask or Said.Deny))
                rules.Add(new(UrlPattern.Prefix(path), [.. statement.Says.Select(WithoutAllow)], null));
        }
        return new(
            [
                .. rules
                    .GroupBy(rule => rule.Pattern)
                    .Select(Merge)
                    .OrderByDescending(rule => rule.Pattern.Length)
                    .ThenBy(rule => rule.Pattern, StringComparer.Ordinal),
            ],
            statements.DrainToImmutable()
        );
    }

    private static Said WithoutAllow(Said said) => said == Said.Allow ? Said.Nothing : said;

    // Two URLs may have one prefix once it is escaped.
    private static SiteRule Merge(IEnumerable<SiteRule> same) =>
        same.Aggregate((one, other) => one with { Says = [.. one.Says.Zip(other.Says, Stricter)] });

    private static Said Stricter(Said one, Said other) => one > other ? one : other;
}
