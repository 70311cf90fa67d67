using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>What is known of a change that was sent several times with the same key.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public void It_begins_with_the_first_attempt_and_ends_with_the_first_acknowledgement() =>
        Assert.Equal(
            new Outcome(1, 5, 7, 2, Knowledge.InForce),
            Outcome.OfOne([
                Unknown(1),
                InForce(3, 9, version: 7, node: 1),
                InForce(4, 5, version: 7, node: 2),
                Outcome.NotSent,
            ])
        );

    [Fact]
    public void An_early_answer_says_that_it_was_made_whatever_else_failed() =>
        Assert.Equal(Knowledge.Made, Outcome.OfOne([new(1, null, 7, 0, Knowledge.Made), Unknown(2)]).Knowledge);

    [Fact]
    public void Without_any_answer_it_is_unknown_and_never_sent_only_if_no_attempt_was()
    {
        Assert.Equal(Unknown(1), Outcome.OfOne([Unknown(2) with { Start = 1 }, Outcome.NotSent]));
        Assert.Equal(Outcome.NotSent, Outcome.OfOne([Outcome.NotSent, Outcome.NotSent]));
    }

    [Fact]
    public void A_refusal_says_that_nothing_was_made() =>
        Assert.Equal(Knowledge.Refused, Outcome.OfOne([Unknown(1), Refused(2)]).Knowledge);

    [Fact]
    public void Answers_that_differ_are_an_error()
    {
        Assert.Throws<InvalidOperationException>(() =>
            Outcome.OfOne([InForce(1, 2, version: 7, node: 0), InForce(3, 4, version: 8, node: 0)])
        );
        Assert.Throws<InvalidOperationException>(() => Outcome.OfOne([InForce(1, 2, version: 7, node: 0), Refused(3)]));
    }

    private static Outcome Unknown(long start) => Outcome.UnknownSince(start, node: 0);

    private static Outcome Refused(long start) => new(start, null, null, 0, Knowledge.Refused);

    private static Outcome InForce(long start, long end, long version, int node) =>
        new(start, end, version, node, Knowledge.InForce);
}
