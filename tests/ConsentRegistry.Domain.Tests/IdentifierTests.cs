namespace ConsentRegistry.Domain.Tests;

/// <summary>The grammar of ids: creators, videos and requesters share it.</summary>
public sealed class IdentifierTests
{
    public static TheoryData<string> Ids { get; } =
    [
        "a",
        "Z",
        "0",
        "a.b",
        "...",
        ".a",
        "a.",
        "-",
        "_",
        "~",
        ":",
        "@",
        "user@example.org",
        "urn:video:1",
        "did:web:example.org~1",
        new string('x', 128),
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-",
    ];

    public static TheoryData<string?> NoIds { get; } =
    [
        (string?)null,
        "",
        ".",
        "..",
        " ",
        "a b",
        " a",
        "a ",
        "a\n",
        "a\0",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "a%20b",
        "a+b",
        "a,b",
        "a;b",
        "a=b",
        "a&b",
        "a!b",
        "a$b",
        "a*b",
        "a'b",
        "a\"b",
        "(a)",
        "[a]",
        "{a}",
        "<a>",
        "a|b",
        "a^b",
        "a`b",
        "ä",
        "é",
        "ａ",
        "日本",
        "a\u0301",
        "a\u200b",
        "😀",
        new string('x', 129),
    ];

    [Theory]
    [MemberData(nameof(Ids))]
    public void An_id_is_read_and_written_as_it_is(string text)
    {
        Assert.True(Identifier.IsValid(text));
        Assert.True(
            CreatorId.TryParse(text, out var creator)
                && VideoId.TryParse(text, out var video)
                && Requester.TryParse(text, out var requester)
                && creator.Value == text
                && video.Value == text
                && requester.Value == text
        );
        Assert.Equal(
            (text, text, text),
            (CreatorId.Parse(text).ToString(), VideoId.Parse(text).ToString(), Requester.Parse(text).ToString())
        );
    }

    [Theory]
    [MemberData(nameof(NoIds))]
    public void Anything_else_is_no_id(string? text)
    {
        Assert.False(Identifier.IsValid(text));
        Assert.False(
            CreatorId.TryParse(text, out _) || VideoId.TryParse(text, out _) || Requester.TryParse(text, out _)
        );
        Assert.Throws<FormatException>(() => CreatorId.Parse(text!));
        Assert.Throws<FormatException>(() => VideoId.Parse(text!));
        Assert.Throws<FormatException>(() => Requester.Parse(text!));
    }

    [Fact]
    public void The_default_value_is_no_id()
    {
        Assert.Throws<InvalidOperationException>(() => default(CreatorId).Value);
        Assert.Throws<InvalidOperationException>(() => default(VideoId).Value);
        Assert.Throws<InvalidOperationException>(() => default(Requester).Value);
    }

    [Fact]
    public void Ids_are_compared_byte_by_byte()
    {
        Assert.NotEqual(CreatorId.Parse("Ana"), CreatorId.Parse("ana"));
        Assert.Equal(
            ["-", "0", "Z", "_", "a", "aa", "~"],
            "~ aa a _ Z 0 -".Split(' ').Select(CreatorId.Parse).Order().Select(c => c.Value)
        );
        Assert.True(VideoId.Parse("Z").CompareTo(VideoId.Parse("a")) < 0);
        Assert.True(Requester.Parse("Z").CompareTo(Requester.Parse("a")) < 0);
    }

    [Fact]
    public void Videos_are_ordered_by_owner_and_then_by_id()
    {
        static VideoKey Key(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));

        Assert.Equal(
            ["Zoe/b", "mia/a", "mia/b"],
            new[] { Key("mia", "b"), Key("Zoe", "b"), Key("mia", "a") }.Order().Select(v => v.ToString())
        );
        Assert.NotEqual(Key("mia", "a"), Key("Zoe", "a"));
    }
}
