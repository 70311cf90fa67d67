using System.Collections.Immutable;
using System.Text;

namespace ConsentRegistry.Domain.Signals;

/// <summary>IETF AIPREF (draft-ietf-aipref-vocab-08, draft-ietf-aipref-attach-05).</summary>
internal static class Aipref
{
    // The label "search" is none of ours, and its "y" would override "train-ai=n".
    internal static readonly ImmutableArray<Word> Words =
    [
        new("train-ai", StandardPurposes.Generative),
        new("ai-use", StandardPurposes.Grounding),
    ];

    public static Signal OfContent(PublicConsent consent)
    {
        var statement = new Statement(consent, new() { KeptFor = Signal.ShortestAge }, Words);
        var value = Value(statement.Says);
        return new(
            SignalFormat.Aipref,
            SignalForm.Headers,
            null,
            null,
            value.Length == 0 ? [] : [new("Content-Usage", value)],
            statement.ExpiresAt,
            [.. statement.Losses]
        );
    }

    public static Signal OfSite(Site site, IReadOnlyList<SiteEntry> entries, bool isWhole)
    {
        var plan = SitePlan.Create(site, entries, new() { KeptFor = Signal.RobotsKeptFor }, Words);
        var text = new StringBuilder();
        foreach (var rule in plan.Rules)
            text.Append("Content-Usage: ").Append(rule.Pattern).Append(' ').Append(Value(rule.Says)).Append('\n');
        if (!isWhole || text.Length > Signal.MaxLength)
            return Robots("Content-Usage: train-ai=n, ai-use=n\n", null, plan.Statements.Select(one => one.Denied()));
        return Robots(text.ToString(), plan.ExpiresAt, plan.Statements);
    }

    private static Signal Robots(string rules, Instant? expiresAt, IEnumerable<Statement> statements) =>
        new(
            SignalFormat.Aipref,
            SignalForm.Robots,
            rules.Length == 0 ? null : "text/plain",
            rules.Length == 0 ? null : "User-agent: *\n" + rules,
            [],
            expiresAt,
            Loss.Sum(statements.SelectMany(one => one.Losses))
        );

    private static string Value(ImmutableArray<Said> says) =>
        string.Join(
            ", ",
            Words
                .Zip(says)
                .Where(word => word.Second != Said.Nothing)
                .Select(word => $"{word.First.Name}={(word.Second == Said.Allow ? 'y' : 'n')}")
        );
}
