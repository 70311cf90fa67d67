namespace ConsentRegistry.Domain.Tests;

/// <summary>Text is counted and shown in characters, whatever UTF-16 makes of them.</summary>
public sealed class CharactersTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("é", 1)]
    [InlineData("😀😀", 2)]
    [InlineData("e\u0301", 2)]
    public void A_character_is_a_code_point(string text, int expected) =>
        Assert.Equal(expected, Characters.Count(text));

    [Theory]
    [InlineData("", false)]
    [InlineData("😀😀😀", true)]
    [InlineData("abc", true)]
    [InlineData("abcd", false)]
    [InlineData("😀😀😀😀", false)]
    [InlineData("😀😀😀a", false)]
    public void A_limit_counts_characters(string text, bool fits) => Assert.Equal(fits, Characters.IsOneTo(3, text));

    [Theory]
    [InlineData("permit", "'permit'")]
    [InlineData("a\r\nb\u0000", "'a\uFFFD\uFFFDb\uFFFD'")]
    public void A_quoted_value_has_no_control_characters(string text, string expected) =>
        Assert.Equal(expected, Characters.Quote(text));

    // An attribute cannot hold it: metadata are UTF-8.
    [Fact]
    public void Half_a_surrogate_pair_is_one_character_and_shown_as_none()
    {
        var half = new string('\ud83d', 1);

        Assert.Equal(1, Characters.Count(half));
        Assert.Equal("'\uFFFD'", Characters.Quote(half));
    }

    [Fact]
    public void A_quoted_value_is_cut_between_characters() =>
        Assert.Equal(
            $"'{string.Concat(Enumerable.Repeat("😀", Characters.MaxQuoted))}…'",
            Characters.Quote(string.Concat(Enumerable.Repeat("😀", Characters.MaxQuoted + 1)))
        );
}
