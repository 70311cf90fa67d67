using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>The command line of a staleness run.</summary>
public sealed class StalenessOptionsTests
{
    [Fact]
    public void Options_are_read_in_any_order()
    {
        Assert.Equal(new StalenessOptions(), StalenessOptions.Parse([]));
        Assert.Equal(
            new StalenessOptions
            {
                Checks = 5_000,
                Seed = 7,
                HasFence = false,
                Nodes = 4,
                Delta = TimeSpan.FromMilliseconds(500),
            },
            StalenessOptions.Parse(["--seed", "7", "5000", "--fence", "off", "--nodes", "4", "--delta", "500"])
        );
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("--seed")]
    [InlineData("--seed", "x")]
    [InlineData("--fence", "perhaps")]
    [InlineData("--nodes", "0")]
    [InlineData("--unheard", "1")]
    public void What_makes_no_sense_is_refused(params string[] words) => Assert.Null(StalenessOptions.Parse(words));
}
