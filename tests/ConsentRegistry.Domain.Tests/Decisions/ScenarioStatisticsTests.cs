using ConsentRegistry.Domain.TestSupport;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// A generator that never produces something shows nothing about it: what random registries really contain.
/// </summary>
public sealed class ScenarioStatisticsTests(ITestOutputHelper output)
{
    private const int Worlds = 2_000;

    /// <summary>What has to occur, and in how many of a thousand checks at least.</summary>
    private static readonly Dictionary<string, int> Least = new(StringComparer.Ordinal)
    {
        ["allow"] = 100,
        ["ask"] = 50,
        ["deny"] = 100,
        ["creatorDefault"] = 100,
        ["videoOverride"] = 20,
        ["grant"] = 5,
        ["noConsent"] = 50,
        ["lockdown"] = 5,
        ["hold"] = 5,
        ["erased"] = 5,
        ["neverSet"] = 20,
        ["publishedBeforeConsent"] = 10,
        ["purposeNewerThanConsent"] = 2,
        ["expired"] = 2,
        ["videoNotRegistered"] = 5,
        ["excludes something"] = 10,
        ["has obligations"] = 40,
        ["rests on a counted grant"] = 2,
        ["expires"] = 20,
        ["a participant decided"] = 20,
        ["a source decided"] = 20,
        ["a source's participant decided"] = 2,
        ["a setting below decided"] = 10,
        ["a setting above decided"] = 50,
        ["a setting for a named requester decided"] = 30,
        ["a change after the first decided"] = 50,
        ["a further segment decided"] = 4,
        ["a clamped segment decided"] = 5,
        ["a purpose of the operator was checked"] = 20,
    };

    [Fact]
    public void Every_reason_detail_and_corner_occurs_often_enough_in_random_registries()
    {
        var counts = Least.Keys.ToDictionary(k => k, _ => 0, StringComparer.Ordinal);
        var checks = 0;
        foreach (var scenario in Scenarios.Generator.Sample(Worlds))
        {
            var registry = ReferenceRegistry.Play(scenario.Operations);
            foreach (var question in scenario.Questions)
            {
                checks++;
                foreach (var label in LabelsOf(registry, question).Where(l => l is not null).Distinct())
                    counts[label!]++;
            }
        }
        foreach (var (label, count) in counts)
            output.WriteLine($"{1000.0 * count / checks, 7:0.0} ‰  {label}");
        Assert.All(
            counts,
            c =>
                Assert.True(
                    1000.0 * c.Value / checks >= Least[c.Key],
                    $"'{c.Key}' occurs in {c.Value} of {checks} checks only."
                )
        );
    }

    private static IEnumerable<string?> LabelsOf(ReferenceRegistry registry, CaseQuestion question)
    {
        var video = $"{question.CreatorId}/{question.VideoId}";
        var answer = new Reference(registry).Decide(video, question.Purpose, question.Requester);
        var by = answer.DecidedBy!;
        yield return answer.Effect;
        yield return answer.Reason;
        yield return answer.Detail;
        yield return answer.Excludes.Length > 0 ? "excludes something" : null;
        yield return answer.Obligations.Length > 0 ? "has obligations" : null;
        yield return answer.RestsOnCountedGrant ? "rests on a counted grant" : null;
        yield return answer.HoldsUntil < long.MaxValue ? "expires" : null;
        yield return by.Video == video && by.Role != "owner" ? "a participant decided" : null;
        yield return by.Video != video ? "a source decided" : null;
        yield return by.Video != video && by.Role != "owner" ? "a source's participant decided" : null;
        yield return by.Purpose is { } below && Reference.IsBelow(below, question.Purpose)
            ? "a setting below decided"
            : null;
        yield return by.Purpose is { } above && Reference.IsBelow(question.Purpose, above)
            ? "a setting above decided"
            : null;
        yield return by.Requester is not null && by.Scope != "grant" ? "a setting for a named requester decided" : null;
        yield return by.Version > 1 ? "a change after the first decided" : null;
        var segments = by.Scope == "default" ? registry.People[by.CreatorId].Defaults[(by.Purpose!, by.Requester)] : [];
        yield return segments.Count > 1 && segments.FindIndex(x => x.ChangedAt == by.ChangedAt) > 0
            ? "a further segment decided"
            : null;
        yield return segments.Count > 1 && segments.Exists(x => x.ChangedAt == by.ChangedAt && x.From != x.ChangedAt)
            ? "a clamped segment decided"
            : null;
        yield return registry.Purposes[question.Purpose].IntroducedIn > 1
            ? "a purpose of the operator was checked"
            : null;
    }
}
