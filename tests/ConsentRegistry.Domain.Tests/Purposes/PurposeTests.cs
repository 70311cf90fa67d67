using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Tests.Purposes;

public sealed class PurposeTests
{
    private static readonly string LongestSegment = "a" + new string('b', 62);

    public static TheoryData<string> WellFormed { get; } =
    [
        "remix",
        "a",
        "a-",
        "a1",
        "a--b",
        "a.b.c.d",
        "remix.voice",
        LongestSegment,
        string.Join('.', Enumerable.Repeat(LongestSegment, 4)),
    ];

    public static TheoryData<string?> Malformed { get; } =
    [
        (string?)null,
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a.b.c.d.e",
        "A",
        "aB",
        "1a",
        "-a",
        "a_b",
        "a b",
        " a",
        "a ",
        "a\n",
        "a/b",
        "a.1",
        "a.-b",
        "ä",
        "aé",
        "ａ",
        "a.B",
        LongestSegment + "b",
        "a." + LongestSegment + "b",
    ];

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void A_name_of_one_to_four_segments_is_read(string text)
    {
        Assert.True(Purpose.TryParse(text, out var purpose));
        Assert.Equal(text, purpose.Name);
        Assert.Equal(text, purpose.ToString());
        Assert.Equal(purpose, Purpose.Parse(text));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Anything_else_is_no_purpose(string? text)
    {
        Assert.False(Purpose.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Purpose.Parse(text!));
    }

    [Fact]
    public void The_default_value_is_no_purpose() =>
        Assert.Throws<InvalidOperationException>(() => default(Purpose).Name);

    [Fact]
    public void Depth_and_parent_follow_from_the_name()
    {
        Assert.Equal(1, Purpose.Parse("remix").Depth);
        Assert.Equal(4, Purpose.Parse("a.b.c.d").Depth);
        Assert.Null(Purpose.Parse("remix").Parent);
        Assert.Equal(Purpose.Parse("a.b.c"), Purpose.Parse("a.b.c.d").Parent);
    }

    [Theory]
    [InlineData("remix.voice", "remix", true)]
    [InlineData("remix.voice.song", "remix", true)]
    [InlineData("remix.voice.song", "remix.voice", true)]
    [InlineData("remix", "remix", false)]
    [InlineData("remix", "remix.voice", false)]
    [InlineData("remixer", "remix", false)]
    [InlineData("remix-a", "remix", false)]
    [InlineData("remix.voices", "remix.voice", false)]
    [InlineData("remix.voice", "remix.meme", false)]
    [InlineData("training.voice", "remix", false)]
    public void Below_is_by_whole_segments(string purpose, string other, bool expected)
    {
        Assert.Equal(expected, Purpose.Parse(purpose).IsBelow(Purpose.Parse(other)));
        Assert.Equal(expected || purpose == other, Purpose.Parse(purpose).IsAtOrBelow(Purpose.Parse(other)));
    }

    [Fact]
    public void Names_are_ordered_byte_by_byte() =>
        Assert.Equal(
            ["a", "a-b", "a.b", "a1", "aa"],
            "aa a1 a.b a-b a".Split(' ').Select(Purpose.Parse).Order().Select(p => p.Name)
        );
}
