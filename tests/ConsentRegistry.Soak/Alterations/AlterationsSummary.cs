using System.Globalization;
using System.Text;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>What a run came to.</summary>
internal sealed class AlterationsSummary(AlterationsOptions options, IReadOnlyList<Outcome> outcomes, TimeSpan took)
{
    /// <summary>Characters of a place that are printed, at most.</summary>
    private const int MostOfAPlace = 160;

    /// <summary>What was not as the catalogue says: missed, late, or found though nobody was to find it.</summary>
    public IReadOnlyList<Outcome> Misses => [.. outcomes.Where(outcome => !outcome.IsAsExpected)];

    /// <summary>How many alterations there were.</summary>
    public int Count => outcomes.Count;

    /// <summary>Whether each was found by who has to, in time.</summary>
    public bool Passed => Misses.Count == 0 && outcomes.Count > 0;

    /// <summary>One line for an alteration.</summary>
    public static string LineOf(Outcome outcome)
    {
        var (alteration, verdict) = (outcome.Alteration, outcome.IsAsExpected ? "ok" : "MISSED");
        var found =
            outcome.Place is { } place
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"found after {outcome.After.TotalSeconds:0.00} s: {place[..Math.Min(place.Length, MostOfAPlace)]}"
                )
            : alteration.Unfound is { } why ? $"nobody here: {why}"
            : "not found";
        var wrong = outcome.Wrong is { } what ? $"; {what}" : "";
        return $"{verdict} | {alteration.Name} | {alteration.Means} | "
            + $"{alteration.Finder.Word()}, {alteration.Finder.Soon()} | {found}{wrong}";
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Line($"| finder | when | alterations | found | nobody here | missed | median, s | longest, s |");
        Line($"|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var group in outcomes.GroupBy(outcome => outcome.Alteration.Finder).OrderBy(group => group.Key))
        {
            var times = group
                .Where(outcome => outcome.Place is not null)
                .Select(outcome => outcome.After.TotalSeconds)
                .Order()
                .ToList();
            var (median, longest) = times.Count == 0 ? (0, 0) : (times[times.Count / 2], times[^1]);
            var (nobody, missed) = (CountNobody(group), group.Count(one => !one.IsAsExpected));
            var when = $"{group.Key.Word()} | {group.Key.Soon()}";
            Line(
                $"| {when} | {group.Count()} | {times.Count} | {nobody} | {missed} | {median:0.00} | {longest:0.00} |"
            );
        }
        var found = outcomes.Count(one => one.Place is not null);
        Line($"| all | | {Count} | {found} | {CountNobody(outcomes)} | {Misses.Count} | | |");
        foreach (var miss in Misses)
            Line($"{LineOf(miss)}");
        Line($"{(Passed ? "passed" : "FAILED")}: {Count} alterations, seed {options.Seed}, {took.TotalSeconds:0} s");
        return text.ToString();

        static int CountNobody(IEnumerable<Outcome> all) => all.Count(one => one.Alteration.Unfound is not null);

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
