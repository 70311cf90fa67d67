using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>C2SP tlog-checkpoint.</summary>
public sealed class CheckpointTests
{
    private const string Root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    public static IEnumerable<TheoryDataRow<string>> Checkpoints() =>
        [
            new($"example.com/behind-the-sofa\n20852163\n{Root}\n")
            {
                TestDisplayName = "The example of the specification",
            },
            new($"go.sum database tree\n0\n{Root}\n") { TestDisplayName = "Spaces in the origin, and an empty tree" },
            new($"o\n{long.MaxValue}\n{Root}\nextension\nand another\n")
            {
                TestDisplayName = "The largest size, and extensions",
            },
        ];

    public static IEnumerable<TheoryDataRow<string?>> NoCheckpoints() =>
        [
            new(null),
            new(""),
            new("\n"),
            new("\n\n\n"),
            new("o\n1\n"),
            new($"o\n1\n{Root}") { TestDisplayName = "No final newline" },
            new($"\n1\n{Root}\n") { TestDisplayName = "No origin" },
            new($"o\n\n{Root}\n") { TestDisplayName = "No size" },
            new($"o\n01\n{Root}\n") { TestDisplayName = "A leading zero" },
            new($"o\n00\n{Root}\n") { TestDisplayName = "Two zeros" },
            new($"o\n+1\n{Root}\n") { TestDisplayName = "A plus sign" },
            new($"o\n-1\n{Root}\n") { TestDisplayName = "A size below zero" },
            new($"o\n 1\n{Root}\n") { TestDisplayName = "A space before the size" },
            new($"o\n1 \n{Root}\n") { TestDisplayName = "A space after the size" },
            new($"o\n1,000\n{Root}\n") { TestDisplayName = "A comma in the size" },
            new($"o\n0x1\n{Root}\n") { TestDisplayName = "Another base" },
            new($"o\n１\n{Root}\n") { TestDisplayName = "A wide digit" },
            new($"o\n9223372036854775808\n{Root}\n") { TestDisplayName = "A size that is too large" },
            new($"o\n1\n{Root}\n\n") { TestDisplayName = "An empty extension" },
            new($"o\n1\n{Root}\n\nmore\n") { TestDisplayName = "An empty line between" },
            new($"o\r\n1\r\n{Root}\r\n") { TestDisplayName = "Windows line ends" },
            new($"o\n1\n{Root}\nmo\tre\n") { TestDisplayName = "A tab in an extension" },
            new("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n") { TestDisplayName = "No padding" },
            new("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")
            {
                TestDisplayName = "Bits set that the last letter does not need",
            },
            new($"o\n1\n{Convert.ToBase64String(new byte[31])}\n") { TestDisplayName = "A root too short" },
            new($"o\n1\n{Convert.ToBase64String(new byte[33])}\n") { TestDisplayName = "A root too long" },
        ];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void A_checkpoint_is_read_and_written_as_it_is(string text)
    {
        Assert.True(Checkpoint.TryParse(text, out var checkpoint));
        Assert.Equal(text, checkpoint.ToString());
    }

    [Theory]
    [MemberData(nameof(NoCheckpoints))]
    public void Anything_else_is_no_checkpoint(string? text) => Assert.False(Checkpoint.TryParse(text, out _));

    // A fact, since a theory's data lose half a pair on their way.
    [Fact]
    public void Half_a_surrogate_pair_is_no_origin() =>
        Assert.False(Checkpoint.TryParse($"o\ud800\n1\n{Root}\n", out _));

    [Fact]
    public void Its_parts_are_what_was_written()
    {
        Assert.True(Checkpoint.TryParse($"o\n42\n{Root}\nmore\n", out var checkpoint));
        Assert.Equal(("o", 42, Root), (checkpoint.Origin, checkpoint.Size, Convert.ToBase64String(checkpoint.Root)));
        Assert.Equal(["more"], checkpoint.Extensions);
    }

    [Fact]
    public void Checkpoints_are_equal_when_they_say_the_same()
    {
        var one = new Checkpoint("o", 1, LogFixtures.Root(1));
        Assert.Equal(one, new Checkpoint("o", 1, LogFixtures.Root(1)));
        Assert.Equal(one.GetHashCode(), new Checkpoint("o", 1, LogFixtures.Root(1)).GetHashCode());
        Assert.NotEqual(one, new Checkpoint("p", 1, LogFixtures.Root(1)));
        Assert.NotEqual(one, new Checkpoint("o", 2, LogFixtures.Root(1)));
        Assert.NotEqual(one, new Checkpoint("o", 1, LogFixtures.Root(2)));
        Assert.NotEqual(one, new Checkpoint("o", 1, LogFixtures.Root(1), ["more"]));
    }

    [Fact]
    public void What_is_no_checkpoint_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new Checkpoint("", 1, new byte[32]));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a\nb", 1, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Checkpoint("o", -1, new byte[32]));
        Assert.Throws<ArgumentException>(() => new Checkpoint("o", 1, new byte[31]));
        Assert.Throws<ArgumentException>(() => new Checkpoint("o", 1, new byte[32], [""]));
    }

    [Fact]
    public void Nonsense_is_refused_and_nothing_more()
    {
        foreach (var bytes in LogFixtures.Hostile(LogFixtures.Text))
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (Checkpoint.TryParse(text, out var checkpoint))
                Assert.Equal(text, checkpoint.ToString());
        }
    }
}
