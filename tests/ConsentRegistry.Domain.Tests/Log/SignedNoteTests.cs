using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>C2SP signed-note.</summary>
public sealed class SignedNoteTests
{
    private static readonly string note = SignedNote
        .Sign(LogFixtures.Text, [LogFixtures.Signer(1), LogFixtures.Signer(2)])
        .ToString();
    private static readonly string line = SignatureLine(LogFixtures.Signer(1));

    public static IEnumerable<TheoryDataRow<string?>> NoNotes() =>
        [
            new(null),
            new(""),
            new("\n"),
            new("\n\n"),
            new("text\n"),
            new("text\n\n"),
            new("text"),
            new($"text{line}\n") { TestDisplayName = "No line of its own" },
            new($"text\n{line}\n") { TestDisplayName = "No empty line before the signatures" },
            new($"\n{line}\n") { TestDisplayName = "No text" },
            new($"text\n\n{line}") { TestDisplayName = "No final newline" },
            new($"text\n\n{line}\n\n") { TestDisplayName = "A newline too many" },
            new($"text\n\n{line}\nmore\n") { TestDisplayName = "A line that is no signature" },
            new($"text\r\n\r\n{line}\r\n") { TestDisplayName = "Windows line ends" },
            new($"text\n\n{line}\r\n") { TestDisplayName = "A carriage return after the signature" },
            new($"te\txt\n\n{line}\n") { TestDisplayName = "A tab in the text" },
            new($"te\0xt\n\n{line}\n") { TestDisplayName = "A zero byte in the text" },
            new($"text\n\n {line}\n") { TestDisplayName = "A space before the dash" },
            new($"text\n\n{line} \n") { TestDisplayName = "A space after the signature" },
            new($"text\n\n{line.Replace("— ", "—  ", StringComparison.Ordinal)}\n") { TestDisplayName = "Two spaces" },
            new($"text\n\n{line.Replace('—', '-')}\n") { TestDisplayName = "A hyphen for the dash" },
            new($"text\n\n{line.Replace("log.", "l+g.", StringComparison.Ordinal)}\n")
            {
                TestDisplayName = "A plus sign in the name",
            },
            new("text\n\n—  AAAAAAA=\n") { TestDisplayName = "No name" },
            new("text\n\n— name \n") { TestDisplayName = "Nothing signed" },
            new("text\n\n— name AAAAAA==\n") { TestDisplayName = "A key id and no signature" },
            new("text\n\n— name AAAAAAA\n") { TestDisplayName = "No padding" },
            new("text\n\n— name AAAAAAB=\n") { TestDisplayName = "Bits set that the last letter does not need" },
            new("text\n\n— name AAAAAAAA====\n") { TestDisplayName = "Too much padding" },
            new("text\n\n— name AAAA AAA=\n") { TestDisplayName = "A space inside the signature" },
            new("text\n\n— name AAAAAA_-\n") { TestDisplayName = "Letters of the other base64" },
            new($"text\n\n{string.Concat(Enumerable.Repeat(line + "\n", SignedNote.MaxSignatures + 1))}")
            {
                TestDisplayName = "Too many signatures",
            },
            new($"{new string('x', SignedNote.MaxBytes)}\n\n{line}\n") { TestDisplayName = "Too long" },
            new($"{new string('ä', SignedNote.MaxBytes / 2)}\n\n{line}\n")
            {
                TestDisplayName = "Too long in bytes, though not in characters",
            },
        ];

    /// <summary>
    /// The example of C2SP signed-note, and a checkpoint of sum.golang.org; more where vectors are beside the
    /// repository.
    /// </summary>
    public static IEnumerable<TheoryDataRow<string, string>> Vectors()
    {
        yield return new(
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "This is an example message.\n\n— example.com/foo "
                + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
        )
        {
            TestDisplayName = "The example of C2SP signed-note",
        };
        yield return new(
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n"
                + "— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n"
        )
        {
            TestDisplayName = "A checkpoint of sum.golang.org",
        };
        if (SharedFiles.Find("vectors", "signed-note", "notes.json") is not { } path)
            yield break;
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var vector in document.RootElement.EnumerateObject())
            yield return new(
                vector.Value.GetProperty("vkey").GetString()!,
                vector.Value.GetProperty("note").GetString()!
            )
            {
                TestDisplayName = $"Shared: {vector.Name}",
            };
    }

    [Fact]
    public void Joins_lines_of_other_keys_and_later_ones_of_witnesses_as_long_as_there_is_room()
    {
        var log = SignedNote.Sign("log\n", [LogFixtures.Signer(1)]);
        static NoteSignature Line(string name, byte seconds, int more = 64) =>
            new(name, 1, [.. new byte[7], seconds, .. new byte[more]]);
        SignedNote With(params NoteSignature[] lines) => lines.Aggregate(log, (to, line) => to.With(line));
        static string[] Names(SignedNote note) => [.. note.Signatures.Select(line => line.Name)];

        Assert.Equal(
            With(Line("a", 3), Line("b", 2)).ToString(),
            With(Line("a", 3)).Join(With(Line("b", 2))).ToString()
        );
        Assert.Equal(With(Line("a", 3)).ToString(), With(Line("a", 3)).Join(With(Line("a", 2))).ToString());
        Assert.Equal(With(Line("a", 3)).ToString(), With(Line("a", 2)).Join(With(Line("a", 3))).ToString());
        // What is no cosignature claims no time: it stays as it is here.
        Assert.Equal(With(Line("a", 2, 9)).ToString(), With(Line("a", 2, 9)).Join(With(Line("a", 3))).ToString());
        Assert.Equal(log.ToString(), log.Join(log).ToString());

        var full = With([.. Enumerable.Range(0, SignedNote.MaxSignatures - 2).Select(at => Line($"w{at}", 1))]);
        Assert.Equal([.. Names(full), "a"], Names(full.Join(With(Line("a", 1), Line("b", 1)))));
        var large = Line("large", 1, (SignedNote.MaxBytes / 4 * 3) - 300);
        Assert.Equal(
            [.. Names(log), "large", "b"],
            Names(With(large).Join(With(Line("large2", 1, 900), Line("b", 1))))
        );
        Assert.Throws<ArgumentException>(() => log.Join(SignedNote.Sign("other\n", [LogFixtures.Signer(1)])));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_public_vectors_are_read_and_valid(string verifierKey, string text)
    {
        Assert.True(
            NoteKey.TryParse(verifierKey, LogFixtures.Ed25519, out var key)
                && SignedNote.TryParse(text, out var read)
                && read.ToString() == text
                && read.IsAccepted([key])
                && read.IsSignedOnlyBy([key])
        );
    }

    [Fact]
    public void A_signed_note_is_read_byte_by_byte_as_it_was_written()
    {
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var read));
        Assert.Equal((LogFixtures.Text, 2, note), (read.Text, read.Signatures.Count, read.ToString()));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("one\n\ntwo\n\n\n")]
    [InlineData("— name AAAAAAA=\n\n— name AAAAAAA=\n")]
    [InlineData("Ognuno sta solo sul cuor della terra\n\ned è subito sera. 😀\u007f\ufeff\n")]
    public void The_text_may_have_empty_lines_and_look_like_signatures(string text)
    {
        Assert.True(SignedNote.TryParse(SignedNote.Sign(text, [LogFixtures.Signer(1)]).ToString(), out var read));
        Assert.Equal(text, read.Text);
        Assert.True(read.IsSignedOnlyBy([LogFixtures.Key(1)]));
    }

    [Theory]
    [MemberData(nameof(NoNotes))]
    public void Anything_else_is_no_note(string? text) => Assert.False(SignedNote.TryParse(text, out _));

    [Fact]
    public void Bytes_that_are_no_utf8_are_no_note()
    {
        var bytes = Encoding.UTF8.GetBytes(note);
        Assert.False(SignedNote.TryParse([0xC0, 0x80, .. bytes], out _));
        Assert.False(SignedNote.TryParse([0xED, 0xA0, 0x80, .. bytes], out _));
        Assert.False(SignedNote.TryParse(new byte[SignedNote.MaxBytes + 1], out _));
    }

    [Fact]
    public void Nonsense_is_refused_and_nothing_more()
    {
        foreach (var bytes in LogFixtures.Hostile(note))
        {
            if (SignedNote.TryParse(bytes, out var read))
                Assert.Equal(bytes, Encoding.UTF8.GetBytes(read.ToString()));
        }
    }

    [Fact]
    public void A_flipped_bit_is_noticed()
    {
        var keys = new[] { LogFixtures.Key(1), LogFixtures.Key(2) };
        Assert.True(IsSignedOnlyBy(Encoding.UTF8.GetBytes(note), keys));
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(note))
            Assert.False(IsSignedOnlyBy(damaged, keys), $"Bit {bit}");
    }

    [Fact]
    public void A_flipped_bit_of_a_note_with_one_signature_is_noticed_by_every_verifier()
    {
        var signed = SignedNote.Sign(LogFixtures.Text, [LogFixtures.Signer(1)]).ToString();
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(signed))
            Assert.False(
                SignedNote.TryParse(damaged, out var read) && read.IsAccepted([LogFixtures.Key(1)]),
                $"Bit {bit}"
            );
    }

    [Fact]
    public void A_verdict_tells_whose_signature_there_is()
    {
        Assert.True(SignedNote.TryParse(note, out var read));
        Assert.Equal(NoteVerdict.Valid, read.VerifiedBy(LogFixtures.Key(1)));
        Assert.Equal(NoteVerdict.Valid, read.VerifiedBy(LogFixtures.Key(2)));
        Assert.Equal(NoteVerdict.NotSigned, read.VerifiedBy(LogFixtures.Key(3)));
        Assert.Equal(NoteVerdict.NotSigned, read.VerifiedBy(LogFixtures.Key(1, "other")));
        Assert.Equal(NoteVerdict.NotSigned, read.VerifiedBy(LogFixtures.Key(1, type: NoteKeyType.Cosignature)));
    }

    [Fact]
    public void Unknown_keys_are_ignored_by_a_verifier_and_not_by_a_strict_one()
    {
        Assert.True(SignedNote.TryParse(note, out var read));
        Assert.True(read.IsAccepted([LogFixtures.Key(2), LogFixtures.Key(3)]));
        Assert.False(read.IsSignedOnlyBy([LogFixtures.Key(2), LogFixtures.Key(3)]));
        Assert.True(read.IsSignedOnlyBy([LogFixtures.Key(1), LogFixtures.Key(2), LogFixtures.Key(3)]));
        Assert.False(read.IsAccepted([LogFixtures.Key(3)]));
        Assert.False(read.IsAccepted([]));
    }

    [Fact]
    public void An_invalid_line_of_a_known_key_refuses_the_whole_note()
    {
        Assert.True(SignedNote.TryParse(note, out var read));
        var forged = read.With(new(LogFixtures.Origin, LogFixtures.Key(3).Id, new byte[64]));
        Assert.Equal(NoteVerdict.Invalid, forged.VerifiedBy(LogFixtures.Key(3)));
        Assert.True(forged.IsAccepted([LogFixtures.Key(1)]));
        Assert.False(forged.IsAccepted([LogFixtures.Key(1), LogFixtures.Key(3)]));
        Assert.False(forged.IsSignedOnlyBy([LogFixtures.Key(1), LogFixtures.Key(2), LogFixtures.Key(3)]));
    }

    [Fact]
    public void A_line_given_twice_is_accepted_but_not_by_a_strict_verifier()
    {
        Assert.True(SignedNote.TryParse($"{LogFixtures.Text}\n{line}\n{line}\n", out var read));
        Assert.True(read.IsAccepted([LogFixtures.Key(1)]));
        Assert.False(read.IsSignedOnlyBy([LogFixtures.Key(1)]));
    }

    [Fact]
    public void Of_two_lines_by_one_key_both_must_be_valid()
    {
        Assert.True(SignedNote.TryParse(note, out var read));
        Assert.Equal(
            NoteVerdict.Invalid,
            read.With(new(LogFixtures.Origin, LogFixtures.Key(1).Id, new byte[64])).VerifiedBy(LogFixtures.Key(1))
        );
    }

    [Fact]
    public void Sixteen_signatures_are_read_and_no_seventeenth_is_added()
    {
        var signed = SignedNote.Sign(
            LogFixtures.Text,
            [.. Enumerable.Range(0, 16).Select(i => LogFixtures.Signer((byte)i))]
        );
        Assert.True(SignedNote.TryParse(signed.ToString(), out var read));
        Assert.Equal(signed.Signatures, read.Signatures);
        Assert.Throws<ArgumentException>(() => read.With(read.Signatures[0]));
        Assert.Throws<ArgumentException>(() =>
            SignedNote.Sign(LogFixtures.Text, [.. Enumerable.Range(0, 17).Select(i => LogFixtures.Signer((byte)i))])
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("te\rxt\n")]
    public void Such_a_text_is_not_signed(string text) =>
        Assert.Throws<ArgumentException>(() => SignedNote.Sign(text, [LogFixtures.Signer(1)]));

    // A fact, since a theory's data lose half a pair on their way.
    [Fact]
    public void Half_a_surrogate_pair_is_neither_signed_nor_read()
    {
        Assert.Throws<ArgumentException>(() => SignedNote.Sign("te\ud83dxt\n", [LogFixtures.Signer(1)]));
        Assert.False(SignedNote.TryParse($"te\ud83dxt\n\n{line}\n", out _));
        Assert.True(SignedNote.TryParse($"te\ud83d\ude00xt\n\n{line}\n", out _));
    }

    [Fact]
    public void A_note_as_long_as_may_be_is_read_and_a_longer_one_not_signed()
    {
        var overhead = Encoding.UTF8.GetByteCount(SignedNote.Sign("\n", [LogFixtures.Signer(1)]).ToString());
        var longest = SignedNote
            .Sign(new string('x', SignedNote.MaxBytes - overhead) + "\n", [LogFixtures.Signer(1)])
            .ToString();
        Assert.Equal(SignedNote.MaxBytes, Encoding.UTF8.GetByteCount(longest));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(longest), out _));
        Assert.Throws<ArgumentException>(() =>
            SignedNote.Sign(new string('x', SignedNote.MaxBytes - overhead + 1) + "\n", [LogFixtures.Signer(1)])
        );
    }

    private static bool IsSignedOnlyBy(byte[] utf8, NoteKey[] keys) =>
        SignedNote.TryParse(utf8, out var read) && read.IsSignedOnlyBy(keys);

    private static string SignatureLine(NoteSigner signer) =>
        SignedNote.Sign(LogFixtures.Text, [signer]).Signatures[0].ToString();
}
