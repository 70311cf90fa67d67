using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>
/// What the search for stale allows finds, and what it must not: an allow that is right in some order.
/// </summary>
public sealed class StaleAllowsTests
{
    [Theory]
    [InlineData("a check that starts after a restriction was acknowledged", "widens 1-2, restricts 3-4", "allowed 5-6")]
    [InlineData("a check long after", "widens 1-2, restricts 3-4", "allowed 500-600")]
    [InlineData(
        "a check that lasts long, with nothing widened meanwhile",
        "widens 1-2, restricts 3-4",
        "allowed 5-5000"
    )]
    [InlineData("the next widening starts after the answer", "widens 1-2, restricts 3-4, widens 7-8", "allowed 5-6")]
    [InlineData(
        "the widening ended just before the restriction started",
        "widens 1-2, restricts 3-10",
        "allowed 11-12"
    )]
    [InlineData(
        "a repeated restriction was acknowledged, the first attempt was not",
        "widens 1-2, restricts 3-?, restricts 5-6",
        "allowed 7-8"
    )]
    [InlineData(
        "a restriction of unknown outcome came after the acknowledged one",
        "widens 1-2, restricts 3-4, restricts 5-?",
        "allowed 6-7"
    )]
    [InlineData("the second of two restrictions", "widens 1-2, restricts 3-4, restricts 5-6", "allowed 7-8")]
    [InlineData("between two acknowledged restrictions", "widens 1-2, restricts 3-4, restricts 10-11", "allowed 5-6")]
    [InlineData("the second restriction is under way", "widens 1-2, restricts 3-4, restricts 5-20", "allowed 6-7")]
    [InlineData(
        "consent was given back and withdrawn again",
        "widens 1-2, restricts 3-4, widens 5-6, restricts 7-8",
        "allowed 9-10"
    )]
    [InlineData("nothing was ever changed", "", "allowed 1-2")]
    [InlineData("nothing was allowed yet", "widens 5-6", "allowed 1-2")]
    [InlineData("only ever restricted", "restricts 1-2", "allowed 3-4")]
    [InlineData("only restricted, with unknown outcome", "restricts 1-?", "allowed 3-4")]
    [InlineData("recorded in another order", "restricts 3-4, widens 1-2", "allowed 5-6")]
    public void An_allow_is_stale_where(string what, string changes, string check)
    {
        var stale = StaleAllows.Find(Recordings.Of(changes, check)).ToList();
        Assert.True(stale.Count == 1, what);
        Assert.Equal(Recordings.Key, stale[0].Key);
    }

    [Theory]
    [InlineData("it stands", "widens 1-2", "allowed 3-4")]
    [InlineData(
        "the restriction is not acknowledged yet when the check starts",
        "widens 1-2, restricts 3-10",
        "allowed 9-20"
    )]
    [InlineData(
        "the restriction is acknowledged at the moment at which the check starts",
        "widens 1-2, restricts 3-5",
        "allowed 5-6"
    )]
    [InlineData("the check had ended before", "widens 1-2, restricts 5-6", "allowed 3-4")]
    [InlineData("whether it was restricted is not known", "widens 1-2, restricts 3-?", "allowed 5-6")]
    [InlineData("consent was given back", "widens 1-2, restricts 3-4, widens 5-6", "allowed 7-8")]
    [InlineData(
        "consent is being given back when the check starts",
        "widens 1-2, restricts 3-4, widens 5-20",
        "allowed 6-7"
    )]
    [InlineData(
        "giving back starts before the answer arrives",
        "widens 1-2, restricts 3-4, widens 9-20",
        "allowed 5-10"
    )]
    [InlineData(
        "giving back starts at the moment at which the answer arrives",
        "widens 1-2, restricts 3-4, widens 10-20",
        "allowed 5-10"
    )]
    [InlineData("whether it was given back is not known", "widens 1-2, restricts 3-4, widens 5-?", "allowed 600-700")]
    [InlineData(
        "a widening of unknown outcome, however many restrictions follow",
        "widens 1-?, restricts 3-4, restricts 5-6",
        "allowed 7-8"
    )]
    [InlineData("a widening was under way when the restriction started", "widens 1-4, restricts 3-5", "allowed 6-7")]
    [InlineData(
        "a widening was acknowledged at the moment at which the restriction started",
        "widens 1-3, restricts 3-5",
        "allowed 6-7"
    )]
    [InlineData("nothing was allowed before, and it is being allowed", "widens 1-20", "allowed 2-3")]
    public void An_allow_is_right_where(string what, string changes, string check) =>
        Assert.True(!StaleAllows.Find(Recordings.Of(changes, check)).Any(), what);

    [Theory]
    [InlineData("denied 5-6")]
    [InlineData("none 5-6")]
    public void Only_an_allow_is_ever_stale(string check) =>
        Assert.Empty(StaleAllows.Find(Recordings.Of("widens 1-2, restricts 3-4", check)));

    [Fact]
    public void A_finding_names_the_restriction_that_the_answer_does_not_know_and_the_widening_before_it()
    {
        var stale = Assert.Single(
            StaleAllows.Find(
                Recordings.Of(
                    "widens 1-2, restricts 3-4, widens 5-6, restricts 7-8, restricts 9-10, widens 30-31",
                    "allowed 1-2, denied 11-12, allowed 20-21, allowed 32-33"
                )
            )
        );
        Assert.Equal((20, 9, 5), (stale.Check.Start, stale.Restriction!.Start, stale.LastWidening!.Start));
    }

    [Fact]
    public void Keys_are_searched_each_for_itself()
    {
        var recording = new Recording();
        var (closed, open) = (Recordings.Key, Recordings.Key with { Video = "second" });
        foreach (var key in new[] { closed, open })
            recording.Add(key, new Change(Direction.Widens, 1, 2));
        recording.Add(closed, new Change(Direction.Restricts, 3, 4));
        foreach (var key in new[] { closed, open })
            recording.Add(key, new Check(5, 6, CheckAnswer.Allowed));
        Assert.Equal(closed, Assert.Single(StaleAllows.Find(recording)).Key);
    }

    /// <summary>
    /// Every order of single moments, tried: changes take effect at one moment each, and an allow is stale if no choice
    /// of moments allows it.
    /// </summary>
    [Fact]
    public void The_search_agrees_with_trying_every_order()
    {
        var random = new Random(1);
        var (stale, right) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var (key, time) = (new KeyRecording(Recordings.Key), 0);
            var changes = new List<Change>();
            for (var change = random.Next(5); change > 0; change--)
            {
                var start = time + random.Next(3);
                time = start + random.Next(4);
                changes.Add(new((Direction)random.Next(2), start, random.Next(5) == 0 ? null : time));
                key.Add(changes[^1]);
            }
            var checkStart = random.Next(time + 3);
            var check = new Check(checkStart, checkStart + random.Next(4), CheckAnswer.Allowed);
            key.Add(check);

            var isStale = StaleAllows.Find(key).Any();
            Assert.Equal(!MayBeAllowed(changes, check), isStale);
            (stale, right) = isStale ? (stale + 1, right) : (stale, right + 1);
        }
        Assert.True(stale > 1_000 && right > 1_000, $"{stale} stale, {right} right");
    }

    // At some moment of the check, the widening that took effect last may be newer than every restriction that has to
    // have taken effect. Changes that end at the moment at which another starts may be in either order.
    private static bool MayBeAllowed(List<Change> changes, Check check) =>
        changes.Exists(widening =>
            widening.Direction == Direction.Widens
            && widening.Start <= check.End
            && Enumerable
                .Range((int)widening.Start, 40)
                .Where(at => at <= (widening.End ?? 40) && at <= check.End)
                .Any(at =>
                    changes.TrueForAll(other =>
                        other.Direction == Direction.Widens || MayBeBefore(other, at) || MayBeAfter(other, check)
                    )
                )
        );

    private static bool MayBeBefore(Change restriction, int at) => restriction.Start <= at;

    private static bool MayBeAfter(Change restriction, Check check) =>
        restriction.End is not { } end || end >= check.Start;
}
