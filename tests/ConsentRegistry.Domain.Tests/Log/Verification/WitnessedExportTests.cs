using System.Text;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>Exports and bundles that are held against a policy on witnesses.</summary>
public sealed class WitnessedExportTests
{
    private const long Time = 1_800_001_000;

    private static readonly SampleLog Log = SampleLog.Story();

    [Theory]
    [InlineData("1 2", Verdict.Valid)]
    [InlineData("1 2 3", Verdict.Valid)]
    [InlineData("2", Verdict.Unusable)]
    [InlineData("", Verdict.Unusable)]
    public void The_newest_checkpoint_of_an_export_has_to_meet_the_policy(string cosigned, Verdict expected)
    {
        var report = SampleLog.Verify(Export(cosigned), new() { Policy = Policy() });
        Assert.Equal(expected, report.Verdict);
        Assert.Equal(expected == Verdict.Valid, report.Proven.Witnessed!.IsMet);
        Assert.Equal(Names(cosigned), report.Proven.Witnessed.Counted.Select(one => one.Witness.Name));
        // Without the policy the same export says nothing about witnesses.
        var without = SampleLog.Verify(Export(cosigned));
        Assert.Equal((Verdict.Valid, null), (without.Verdict, without.Proven.Witnessed));
    }

    [Fact]
    public void Cosignatures_under_an_earlier_checkpoint_are_not_enough()
    {
        var report = SampleLog.Verify(Export("1 2 3", size: 13), new() { Policy = Policy() });
        Assert.Equal(Verdict.Unusable, report.Verdict);
        Assert.Contains("over 14 entries", report.Failure!.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 2", Verdict.Valid)]
    [InlineData("3", Verdict.Unusable)]
    public void A_bundle_is_held_against_it_as_well(string cosigned, Verdict expected)
    {
        var report = SampleLog.Verify(
            SampleLog.Seal(Cosigned(Log.Bundle("ana"), 14, cosigned)),
            new() { Policy = Policy(), PinnedSet = Log.Keys }
        );
        Assert.True(report.Verdict == expected, $"{report.Failure}");
    }

    [Fact]
    public void A_kept_checkpoint_of_the_same_size_brings_cosignatures_as_well()
    {
        VerificationRequest With(params string[] kept) => new() { Policy = Policy(), KeptCheckpoints = [.. kept] };

        Assert.Equal(Verdict.Valid, SampleLog.Verify(Export("3"), With(Note(14, "1 2"))).Verdict);
        Assert.Equal(Verdict.Unusable, SampleLog.Verify(Export("3"), With(Note(14, "1"))).Verdict);
        Assert.Equal(Verdict.Unusable, SampleLog.Verify(Export("3"), With(Note(13, "1 2"))).Verdict);
    }

    [Fact]
    public void A_log_that_the_policy_names_is_trusted_and_another_is_not()
    {
        WitnessPolicy With(NoteKey key) => Policy($"log {key}");

        var own = SampleLog.Verify(Export("1 2"), new() { Policy = With(Log.Keys.LogKeys(SampleLog.Origin)[0]) });
        Assert.Equal((Verdict.Valid, true), (own.Verdict, own.Proven.KeysArePinned));
        var forged = SampleLog.Verify(Export("1 2"), new() { Policy = With(LogFixtures.Key(9)) });
        Assert.Equal(Verdict.Tampered, forged.Verdict);
        var another = SampleLog.Verify(Export("1 2"), new() { Policy = With(LogFixtures.Key(9, "other.example")) });
        Assert.Equal(Verdict.Unusable, another.Verdict);
    }

    [Fact]
    public void The_age_is_that_of_the_cosignatures_and_what_is_of_the_future_does_not_count()
    {
        Verdict At(long seconds, TimeSpan? maxAge = null) =>
            SampleLog
                .Verify(
                    Export("1 2"),
                    new()
                    {
                        Policy = Policy(),
                        Now = new(seconds * 1_000_000),
                        MaxAge = maxAge,
                    }
                )
                .Verdict;

        Assert.Equal(Verdict.Valid, At(Time + 100_000));
        // The log has not grown for long, and its witnesses said so just now.
        Assert.Equal(Verdict.Valid, At(Time + 59, TimeSpan.FromMinutes(1)));
        Assert.Equal(Verdict.Unusable, At(Time + 61, TimeSpan.FromMinutes(1)));
        Assert.Equal(Verdict.Valid, At(Time - 59));
        Assert.Equal(Verdict.Unusable, At(Time - 61));
    }

    [Fact]
    public void What_is_wrong_with_the_log_weighs_more_than_witnesses_who_are_missing()
    {
        var lines = Export("");
        lines[2] = lines[2].Replace("remix", "remax", StringComparison.Ordinal);
        Assert.Equal(Verdict.Tampered, SampleLog.Verify(SampleLog.Seal(lines), new() { Policy = Policy() }).Verdict);
        // A wrong line of a witness takes nothing from the log, and meets no policy.
        var foreign = new NoteSignature(
            Witness(3).Name,
            Witness(3).Key(NoteKeyType.Cosignature).Id,
            Cosignature.Sign(LogFixtures.Text, Time, Witness(3)).Bytes
        );
        var export = SampleLog.Seal([.. Log.Export()[..^2], SampleLog.NoteLine($"{Notes(14, "1 2").With(foreign)}")]);
        Assert.Equal(Verdict.Unusable, SampleLog.Verify(export, new() { Policy = Policy() }).Verdict);
        Assert.Equal(Verdict.Valid, SampleLog.Verify(export).Verdict);
    }

    private static List<string> Export(string cosigned, long size = 14) =>
        SampleLog.Seal(Cosigned(Log.Export(), size, cosigned));

    private static List<string> Cosigned(List<string> lines, long size, string cosigned)
    {
        var at = lines.IndexOf(SampleLog.NoteLine(Log.Note(size)));
        Assert.True(at >= 0);
        lines[at] = SampleLog.NoteLine(Note(size, cosigned));
        return lines;
    }

    private static string Note(long size, string cosigned) => Notes(size, cosigned).ToString();

    private static SignedNote Notes(long size, string cosigned)
    {
        Assert.True(SignedNote.TryParse(Log.Note(size), out var note));
        return Numbers(cosigned)
            .Aggregate(note, (made, number) => made.With(Cosignature.Sign(note.Text, Time, Witness(number))));
    }

    private static IEnumerable<string> Names(string cosigned) => Numbers(cosigned).Select(number => $"w{number}");

    private static IEnumerable<byte> Numbers(string cosigned) =>
        cosigned.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(byte.Parse);

    private static WitnessPolicy Policy(params string[] more) =>
        WitnessPolicy
            .Parse(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        [
                            .. more,
                            .. Enumerable
                                .Range(1, 3)
                                .Select(i => $"witness w{i} {Witness((byte)i).Key(NoteKeyType.Cosignature)}"),
                            "group enough 2 w1 w2 w3",
                            "quorum enough",
                        ]
                    )
                ),
                LogFixtures.Ed25519
            )
            .Value;

    private static NoteSigner Witness(byte number) =>
        LogFixtures.Signer((byte)(40 + number), $"witness.example/w{number}");
}
