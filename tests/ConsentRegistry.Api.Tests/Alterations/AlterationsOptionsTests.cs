using ConsentRegistry.Soak.Alterations;

namespace ConsentRegistry.Api.Tests.Alterations;

/// <summary>The command line of a run of alterations, and what a line of it says.</summary>
public sealed class AlterationsOptionsTests
{
    [Fact]
    public void Options_are_read_in_any_order()
    {
        Assert.Equal(new AlterationsOptions(), AlterationsOptions.Parse([]));
        Assert.Equal(
            new AlterationsOptions
            {
                Number = 60,
                Seed = 7,
                Only = Finder.Audit,
                Blind = Finder.StartingNode,
            },
            AlterationsOptions.Parse(["--blind", "starting-node", "60", "--seed", "7", "--only", "audit"])
        );
        Assert.All(Finders.All, finder => Assert.Equal(finder, Finders.Parse(finder.Word())));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0")]
    [InlineData("--seed")]
    [InlineData("--seed", "x")]
    [InlineData("--blind", "nobody")]
    [InlineData("--only", "nobody")]
    [InlineData("--unheard", "1")]
    public void What_makes_no_sense_is_refused(params string[] words) => Assert.Null(AlterationsOptions.Parse(words));

    [Theory]
    [InlineData(true, false, 0, null, true)]
    [InlineData(false, false, 0, null, false)]
    [InlineData(true, false, 31, null, false)]
    [InlineData(true, false, 0, "a check says allow", false)]
    [InlineData(false, true, 0, null, true)]
    [InlineData(true, true, 0, null, false)]
    public void An_alteration_is_found_in_time_by_who_has_to_or_by_nobody(
        bool isFound,
        bool isForNobody,
        int seconds,
        string? wrong,
        bool isAsExpected
    )
    {
        var alteration = new SoloAlteration("a name", Means.Database, Finder.StartingNode, "", "")
        {
            Unfound = isForNobody ? "a page says why" : null,
        };
        var outcome = new Outcome(alteration, isFound ? "a place" : null, TimeSpan.FromSeconds(seconds), wrong);
        Assert.Equal(isAsExpected, outcome.IsAsExpected);
        Assert.Equal(isAsExpected, new AlterationsSummary(new(), [outcome], TimeSpan.Zero).Passed);
    }
}
