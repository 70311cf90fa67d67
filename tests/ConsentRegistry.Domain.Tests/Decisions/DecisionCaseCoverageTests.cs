using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// The project's own cases leave no rule, reason or detail without one, and the reference agrees with each.
/// </summary>
public sealed class DecisionCaseCoverageTests
{
    private static readonly DecisionCase[] Own = [.. DecisionCaseFiles.Own()];

    [Fact]
    public void Every_rule_has_a_case() =>
        Assert.Equal(
            Enumerable.Range(1, 9).Select(n => $"R{n}"),
            Own.SelectMany(c => c.Rules).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_reason_has_a_case() =>
        Assert.Equal(
            Words<Reason>(),
            Expectations().Select(e => e.Reason).OfType<string>().Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_detail_has_a_case() =>
        Assert.Equal(
            Words<Detail>().Where(d => d != "none"),
            Expectations().Select(e => e.Detail).OfType<string>().Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void No_two_cases_have_the_same_name() =>
        Assert.Equal(Own.Length, Own.Select(c => c.Name).Distinct().Count());

    [Fact]
    public void Cases_that_wait_or_expire_or_date_a_video_by_seconds_say_that_they_need_a_controlled_clock() =>
        Assert.All(
            Own,
            c =>
                Assert.Equal(
                    c.ControlledClock,
                    c.Operations.Any(o =>
                        o.Op == "wait"
                        || o.ExpiresInSeconds is not null
                        || o.Published is not (null or "now" or "longAgo" or "unknown")
                    )
                )
        );

    [Fact]
    public void The_reference_agrees_with_every_case() =>
        Assert.All(
            Own,
            c =>
            {
                var registry = ReferenceRegistry.Play(c.Operations);
                foreach (
                    var (check, expected) in c
                        .Checks.Select(x => (x.Check, x.Expect))
                        .Where(x => x.Expect.Error is null)
                )
                {
                    var answer = new Reference(registry).Decide(
                        $"{check.CreatorId}/{check.VideoId}",
                        check.Purpose,
                        check.Requester
                    );
                    var by = expected.DecidedBy is not { } d
                        ? null
                        : new AnsweringDecider(
                            d.CreatorId,
                            d.Role,
                            $"{d.Video.CreatorId}/{d.Video.VideoId}",
                            d.Scope,
                            d.Purpose,
                            d.Requester,
                            answer.DecidedBy?.Version,
                            answer.DecidedBy?.ChangedAt
                        );
                    var wanted = new Answer(
                        expected.Allowed,
                        expected.Effect!,
                        expected.Reason!,
                        expected.Detail,
                        string.Join(' ', expected.Obligations!),
                        string.Join(' ', expected.Excludes!),
                        by
                    );
                    Assert.Equal(wanted, answer with { HoldsUntil = wanted.HoldsUntil, RestsOnCountedGrant = false });
                }
            }
        );

    private static IEnumerable<Expectation> Expectations() => Own.SelectMany(c => c.Checks).Select(c => c.Expect);

    private static IEnumerable<string> Words<T>()
        where T : struct, Enum =>
        Enum.GetNames<T>().Select(n => char.ToLowerInvariant(n[0]) + n[1..]).Order(StringComparer.Ordinal);
}
