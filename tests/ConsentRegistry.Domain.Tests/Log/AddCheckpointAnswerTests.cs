using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>What a log reads out of the answers of witnesses, and what it believes of them.</summary>
public sealed class AddCheckpointAnswerTests
{
    private const string Name = "witness.example/w1";
    private const long Time = 1_800_000_000;

    private static readonly SignedNote Note = SignedNote.Sign(LogFixtures.Text, [LogFixtures.Signer(1)]);
    private static readonly NoteKey Key = LogFixtures.Key(5, Name, NoteKeyType.Cosignature);

    [Fact]
    public void A_cosignature_is_taken_and_lines_of_other_keys_are_ignored()
    {
        var own = Line(5, Name, Time);
        foreach (var body in new[] { own, Line(6, "other", Time) + own, own + Line(6, Name, Time) })
            Assert.Equal(own, $"{Assert.IsType<AddCheckpointAnswer.Cosigned>(Read(200, body)).Line}\n");
        // The newest of several that is not too late.
        var answer = Assert.IsType<AddCheckpointAnswer.Cosigned>(
            Read(200, Line(5, Name, Time - 9) + own + Line(5, Name, Time - 3) + Line(5, Name, Time + 61))
        );
        Assert.Equal(Time, answer.Seconds);
    }

    [Fact]
    public void What_is_no_cosignature_of_this_checkpoint_by_this_key_is_unusable()
    {
        var own = Line(5, Name, Time);
        var other = new Checkpoint(LogFixtures.Origin, 7, LogFixtures.Root(7)).ToString();
        string[] bodies =
        [
            "",
            "\n",
            own.TrimEnd('\n'),
            own + "\n",
            own + "garbage\n",
            "<html>Please sign in.</html>",
            Line(6, Name, Time),
            Line(5, "another.example", Time),
            Line(5, Name, Time + 61),
            $"{Cosignature.Sign(other, Time, LogFixtures.Signer(5, Name))}\n",
            $"{SignedNote.Sign(LogFixtures.Text, [LogFixtures.Signer(5, Name)]).Signatures[0]}\n",
            string.Concat(Enumerable.Repeat(own, SignedNote.MaxSignatures + 1)),
            own + new string('x', AddCheckpointAnswer.MaxBytes),
        ];
        Assert.All(bodies, body => Assert.IsType<AddCheckpointAnswer.Unusable>(Read(200, body)));
        Assert.IsType<AddCheckpointAnswer.Cosigned>(
            Read(200, string.Concat(Enumerable.Repeat(own, SignedNote.MaxSignatures)))
        );
    }

    [Fact]
    public void A_flipped_bit_is_noticed()
    {
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(Line(5, Name, Time)))
            Assert.False(
                AddCheckpointAnswer.Read(200, damaged, Note, Key, Time + 60) is AddCheckpointAnswer.Cosigned,
                $"Bit {bit}"
            );
    }

    [Theory]
    [InlineData("0\n", 0)]
    [InlineData("20852163\n", 20852163)]
    [InlineData("", null)]
    [InlineData("7", null)]
    [InlineData("07\n", null)]
    [InlineData("-7\n", null)]
    [InlineData("7\n\n", null)]
    [InlineData("99999999999999999999\n", null)]
    public void Status_409_tells_a_size(string body, int? size) =>
        Assert.Equal(size, Read(409, body) is AddCheckpointAnswer.Seen seen ? (int)seen.Size : null);

    [Theory]
    [InlineData(400, true)]
    [InlineData(403, true)]
    [InlineData(404, true)]
    [InlineData(422, true)]
    [InlineData(204, false)]
    [InlineData(302, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public void Other_statuses_cosign_nothing(int status, bool isRefused)
    {
        var answer = Read(status, Line(5, Name, Time));
        Assert.Equal(isRefused, answer is AddCheckpointAnswer.Refused);
        Assert.Equal(!isRefused, answer is AddCheckpointAnswer.Unusable);
    }

    private static string Line(byte key, string name, long seconds) =>
        $"{Cosignature.Sign(LogFixtures.Text, seconds, LogFixtures.Signer(key, name))}\n";

    private static AddCheckpointAnswer Read(int status, string body) =>
        AddCheckpointAnswer.Read(status, Encoding.UTF8.GetBytes(body), Note, Key, Time + 60);
}
