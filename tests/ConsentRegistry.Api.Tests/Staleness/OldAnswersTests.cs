using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>Answers that do not know a version that was acknowledged, or asked for.</summary>
public sealed class OldAnswersTests
{
    [Theory]
    [InlineData("a version was acknowledged before the check", "widens 1-2 v1, restricts 3-4 v2", "allowed 5-6 v1", 2)]
    [InlineData("of several the newest counts", "widens 1-2 v1, restricts 3-4 v7, widens 5-6 v9", "denied 7-8 v8", 9)]
    [InlineData("stale denials are found as well", "restricts 1-2 v1, widens 3-4 v2", "denied 5-6 v1", 2)]
    [InlineData("recorded in another order", "restricts 3-4 v2, widens 1-2 v1", "denied 5-6 v1", 2)]
    [InlineData("the check asked for more", "widens 1-2 v1", "allowed 3-4 v1 min2", 2)]
    public void An_answer_is_too_old_where(string what, string changes, string check, long version)
    {
        var old = OldAnswers.Find(Recordings.Of(changes, check)).ToList();
        Assert.True(old.Count == 1, what);
        Assert.Equal(version, old[0].Version);
    }

    [Theory]
    [InlineData("it knows the version", "widens 1-2 v1, restricts 3-4 v2", "denied 5-6 v2")]
    [InlineData("it knows more", "widens 1-2 v1", "denied 3-4 v2")]
    [InlineData(
        "the version was acknowledged only after the check had started",
        "widens 1-2 v1, restricts 3-6 v2",
        "allowed 6-7 v1"
    )]
    [InlineData("the change was never acknowledged", "widens 1-2 v1, restricts 3-? v2", "allowed 5-6 v1")]
    [InlineData("the change was of another stream", "widens 1-2 v1, restricts 3-4", "denied 5-6 v1")]
    [InlineData("it names none", "widens 1-2 v1", "none 5-6")]
    [InlineData("it knows what was asked for", "", "denied 5-6 v3 min3")]
    public void An_answer_is_new_enough_where(string what, string changes, string check) =>
        Assert.True(!OldAnswers.Find(Recordings.Of(changes, check)).Any(), what);
}
