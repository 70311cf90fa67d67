using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Settings;

/// <summary>R1: a second stop of the same kind adds to the one that stands. "*" is everything.</summary>
public sealed class StopTests
{
    private static readonly Stamp First = new(1, new(10));
    private static readonly Stamp Second = new(2, new(20));

    [Theory]
    [InlineData("A first list stands as it is, sorted, each purpose once", null, "remix mining remix", "mining remix")]
    [InlineData("A first stop for everything covers everything", null, "*", "*")]
    [InlineData("A list adds to a list", "remix", "mining", "mining remix")]
    [InlineData("A purpose below a listed one is listed as well", "remix", "remix.voice", "remix remix.voice")]
    [InlineData("A list and everything are everything", "remix", "*", "*")]
    public void R1_A_stop_adds(string sentence, string? standing, string added, string expected)
    {
        Assert.NotEmpty(sentence);
        var current = standing is null ? null : Stop.Create(Listed(standing), First);
        var stop = Stop.Add(current, Listed(added), Second);
        Assert.Equal(Stop.Create(Listed(expected), Second), stop);
        Assert.Equal(expected, stop.Purposes is { } purposes ? string.Join(' ', purposes) : "*");
        Assert.Equal(Second, stop.Stamp);
    }

    [Theory]
    [InlineData("*", "*")]
    [InlineData("*", "remix")]
    [InlineData("remix", "remix")]
    [InlineData("remix mining", "mining")]
    [InlineData("remix mining", "mining remix mining")]
    public void R1_A_stop_that_adds_nothing_is_the_one_that_stands(string standing, string added)
    {
        var current = Stop.Create(Listed(standing), First);
        Assert.Same(current, Stop.Add(current, Listed(added), Second));
    }

    [Fact]
    public void R1_A_stop_of_nothing_cannot_be_made() => Assert.Throws<ArgumentException>(() => Stop.Create([], First));

    [Fact]
    public void Stops_are_equal_if_they_cover_the_same_by_the_same_change()
    {
        Assert.Equal(Stop.Create(Listed("remix mining"), First), Stop.Create(Listed("mining remix"), First));
        Assert.NotEqual(Stop.Create(Listed("remix"), First), Stop.Create(Listed("remix"), Second));
        Assert.NotEqual(Stop.Create(Listed("remix"), First), Stop.Create(null, First));
        Assert.NotEqual(Stop.Create(null, First), Stop.Create(Listed("remix"), First));
        Assert.NotEqual(Stop.Create(Listed("remix"), First), Stop.Create(Listed("mining"), First));
    }

    private static Purpose[]? Listed(string words) => words == "*" ? null : [.. words.Split(' ').Select(Purpose.Parse)];
}
