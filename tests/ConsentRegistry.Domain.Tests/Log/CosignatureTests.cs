using System.Buffers.Binary;
using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>C2SP tlog-cosignature, type 0x04.</summary>
public sealed class CosignatureTests
{
    private const long Time = 1_679_315_147;
    private const string Name = "witness.example.com/w1";

    private static readonly NoteSigner witness = LogFixtures.Signer(5, Name);
    private static readonly NoteKey key = LogFixtures.Key(5, Name, NoteKeyType.Cosignature);

    [Fact]
    public void A_cosignature_is_time_and_signature_over_header_time_and_text()
    {
        var signature = Cosignature.Sign(LogFixtures.Text, Time, witness);
        Assert.Equal(Time, BinaryPrimitives.ReadInt64BigEndian(signature.Bytes));
        Assert.Equal(72, signature.Bytes.Length);
        Assert.True(
            key.PublicKey.Verify(
                Encoding.UTF8.GetBytes("cosignature/v1\ntime 1679315147\n" + LogFixtures.Text),
                signature.Bytes[8..]
            )
        );
        Assert.True(signature.ClaimsToBeBy(key));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Time)]
    [InlineData(long.MaxValue)]
    public void It_is_verified_and_tells_its_time(long time)
    {
        Assert.True(
            Cosignature.TryVerify(
                Cosignature.Sign(LogFixtures.Text, time, witness),
                LogFixtures.Text,
                key,
                out var seconds
            )
        );
        Assert.Equal(time, seconds);
    }

    [Fact]
    public void It_stands_under_a_note_beside_the_logs_own_signature()
    {
        var note = SignedNote
            .Sign(LogFixtures.Text, [LogFixtures.Signer(1)])
            .With(Cosignature.Sign(LogFixtures.Text, Time, witness));
        Assert.True(SignedNote.TryParse(note.ToString(), out var read));
        Assert.True(read.IsSignedOnlyBy([LogFixtures.Key(1), key]));
        Assert.Equal(NoteVerdict.Valid, read.VerifiedBy(key));
        Assert.Equal(NoteVerdict.NotSigned, read.VerifiedBy(LogFixtures.Key(5, Name)));
    }

    [Fact]
    public void A_flipped_bit_is_noticed()
    {
        var line = Cosignature.Sign(LogFixtures.Text, Time, witness).ToString();
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(line))
        {
            Assert.False(
                NoteSignature.TryParse(Encoding.UTF8.GetString(damaged), out var read)
                    && Cosignature.TryVerify(read, LogFixtures.Text, key, out _),
                $"Bit {bit}"
            );
        }
    }

    [Fact]
    public void Another_text_another_key_and_another_kind_of_key_do_not_verify_it()
    {
        var signature = Cosignature.Sign(LogFixtures.Text, Time, witness);
        var other = new Checkpoint(LogFixtures.Origin, 20852164, LogFixtures.Root(9)).ToString();
        Assert.False(Cosignature.TryVerify(signature, other, key, out var seconds));
        Assert.Equal(0, seconds);
        Assert.False(Cosignature.TryVerify(signature, "no checkpoint\n", key, out _));
        Assert.False(
            Cosignature.TryVerify(signature, LogFixtures.Text, LogFixtures.Key(6, Name, NoteKeyType.Cosignature), out _)
        );
        Assert.False(Cosignature.TryVerify(signature, LogFixtures.Text, LogFixtures.Key(5, Name), out _));
    }

    [Fact]
    public void A_key_for_plain_signatures_verifies_no_cosignature_even_when_the_line_names_it()
    {
        var plain = LogFixtures.Key(5, Name);
        var signature = new NoteSignature(Name, plain.Id, Cosignature.Sign(LogFixtures.Text, Time, witness).Bytes);
        Assert.True(signature.ClaimsToBeBy(plain));
        Assert.False(Cosignature.TryVerify(signature, LogFixtures.Text, plain, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(71)]
    [InlineData(73)]
    public void A_signature_of_a_wrong_length_is_refused(int length) =>
        Assert.False(Cosignature.TryVerify(new(Name, key.Id, new byte[length]), LogFixtures.Text, key, out _));

    [Fact]
    public void A_time_beyond_the_largest_is_refused_even_when_signed()
    {
        var message = Encoding.UTF8.GetBytes($"cosignature/v1\ntime -1\n{LogFixtures.Text}");
        var signature = new NoteSignature(
            Name,
            key.Id,
            [.. Enumerable.Repeat((byte)0xFF, 8), .. LogFixtures.PrivateKey(5).Sign(message)]
        );
        Assert.False(Cosignature.TryVerify(signature, LogFixtures.Text, key, out _));
    }

    [Fact]
    public void Only_a_checkpoint_is_cosigned_and_no_time_before_1970()
    {
        Assert.Throws<ArgumentException>(() => Cosignature.Sign("text\n", Time, witness));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cosignature.Sign(LogFixtures.Text, -1, witness));
    }
}
