using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>What the registry writes is found to be good, and what that proves is said.</summary>
public sealed class ValidExportTests
{
    [Fact]
    public void A_whole_log_is_valid_and_says_what_was_proven()
    {
        var log = SampleLog.Story();

        var report = SampleLog.Verify(log.Export());

        Assert.Null(report.Failure);
        Assert.Equal(Verdict.Valid, report.Verdict);
        var proven = report.Proven;
        Assert.Equal(
            (14, 4, 4, 12, 2, 14),
            (proven.Entries, proven.Streams, proven.Checkpoints, proven.Bodies, proven.ErasedBodies, proven.Size)
        );
        Assert.Equal(log.RootAt(14), proven.Root);
        Assert.Equal((log.Rows[0].Event.Tx, log.Rows[^1].Event.Tx), (proven.From, proven.To));
        Assert.False(proven.KeysArePinned);
        Assert.Empty(report.Remarks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_erasure_may_list_events_by_place_or_by_id(int byId)
    {
        var log = new SampleLog();
        log.AddVocabulary(["remix"]);
        log.Add("ana", SampleLog.Default("remix", Effect.Ask));
        log.Add("bea", SampleLog.Lockdown());
        log.Add("ana", SampleLog.Lockdown());
        log.Erase("ana", byId);
        log.Checkpoints.Add(log.Rows.Count);

        var report = SampleLog.Verify(log.Export());

        Assert.Null(report.Failure);
        Assert.Equal(2, report.Proven.ErasedBodies);
    }

    [Theory]
    [InlineData(3_599, 3_600, Verdict.Valid)]
    [InlineData(3_600, 3_600, Verdict.Unusable)]
    [InlineData(31_536_000, null, Verdict.Valid)]
    public void An_old_log_that_is_shown_for_ever_is_too_old_where_the_auditor_says_so(
        int age,
        int? most,
        Verdict verdict
    )
    {
        var log = SampleLog.Story();
        var request = new VerificationRequest
        {
            Now = log.Now.Plus(TimeSpan.FromSeconds(age)),
            MaxAge = most is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };

        Assert.Equal(verdict, SampleLog.Verify(log.Export(), request).Verdict);
        Assert.Equal(
            age == 3_599 ? Verdict.Unusable : verdict,
            // The creator's newest event is older.
            SampleLog.Verify(log.Bundle("ana"), request).Verdict
        );
    }

    [Fact]
    public void Parts_are_one_log_in_one_input_or_in_several()
    {
        var log = SampleLog.Story();
        var (one, two, three) = (log.Part(0, 4), log.Part(4, 10), log.Part(10, 14));

        Assert.Null(SampleLog.Verify([.. one, .. two, .. three]).Failure);
        Assert.Null(
            SampleLog.Verify(new(), SampleLog.Bytes(one), SampleLog.Bytes(two), SampleLog.Bytes(three)).Failure
        );
    }

    [Fact]
    public void A_part_that_broke_off_is_good_where_another_goes_on()
    {
        var log = SampleLog.Story();
        var whole = SampleLog.Bytes(log.Part(0, 14));
        for (var kept = SampleLog.Bytes(log.Part(0, 14).Take(2)).Length; kept < whole.Length - 1; kept += 97)
        {
            var torn = whole[..kept];
            var entries = System
                .Text.Encoding.UTF8.GetString(torn)
                .Split('\n')[..^1]
                .Count(line => line.Contains("\"kind\":\"entry\""));
            if (entries == 14)
                continue;

            var report = SampleLog.Verify(new(), torn, SampleLog.Bytes(log.Part(entries, 14)));

            Assert.Null(report.Failure);
            Assert.Equal(14, report.Proven.Entries);
        }
    }

    [Fact]
    public void While_keys_are_rotated_whoever_pinned_either_key_accepts_the_log()
    {
        var (old, fresh) = (LogFixtures.Keys(1), LogFixtures.Keys(2));
        var log = SampleLog.Story();
        log.Keys = fresh.Rotate(old).Value;

        foreach (var pinned in new[] { old, fresh })
        {
            var report = SampleLog.Verify(log.Export(), new() { PinnedSet = pinned });
            Assert.Null(report.Failure);
            Assert.True(report.Proven.KeysArePinned);
            Assert.Null(
                SampleLog.Verify(log.Export(), new() { PinnedKeys = [.. pinned.LogKeys(SampleLog.Origin)] }).Failure
            );
        }
    }

    [Fact]
    public void Signatures_of_unknown_keys_and_repeated_ones_are_passed_over()
    {
        var log = SampleLog.Story();
        var lines = log.Export();
        var at = lines.FindIndex(line => line.StartsWith("{\"kind\":\"checkpoint\"", StringComparison.Ordinal));
        var (own, other) = (log.Note(3), log.Note(3, LogFixtures.Keys(9)));
        string LineOf(string note) => note[note.IndexOf('\u2014', StringComparison.Ordinal)..];

        foreach (var further in new[] { LineOf(other), LineOf(own), LineOf(other) + LineOf(own) + LineOf(other) })
        {
            lines[at] = SampleLog.NoteLine(own + further);
            Assert.Null(SampleLog.Verify(SampleLog.Seal(lines)).Failure);
            Assert.Null(SampleLog.Verify(SampleLog.Seal(lines), new() { PinnedSet = log.Keys }).Failure);
            var bundle = log.Bundle("ana", 14);
            bundle[2] = SampleLog.NoteLine(log.Note(14) + LineOf(log.Note(14, LogFixtures.Keys(9))));
            Assert.Null(SampleLog.Verify(SampleLog.Seal(bundle)).Failure);
        }
    }

    [Fact]
    public void The_log_agrees_with_every_checkpoint_that_was_kept()
    {
        var log = SampleLog.Story();

        var report = SampleLog.Verify(
            log.Export(),
            new() { KeptCheckpoints = [log.Note(0), log.Note(2), log.Note(5), log.Note(14)] }
        );

        Assert.Null(report.Failure);
        Assert.Equal(4, report.Proven.KeptCheckpoints);
    }

    [Theory]
    [InlineData("ana", 4, 2, 14)]
    [InlineData("ana", 3, 1, 10)]
    [InlineData("cem", 3, 2, 14)]
    [InlineData("nobody", 0, 0, 14)]
    public void A_bundle_shows_that_nothing_was_withheld(string creator, int entries, int version, int size)
    {
        var log = SampleLog.Story();

        var report = SampleLog.Verify(log.Bundle(creator, size));

        Assert.Null(report.Failure);
        Assert.Equal(entries, report.Proven.Entries);
        Assert.Equal(creator, report.Proven.Creator);
        Assert.Equal($"Complete: nothing up to version {version} was withheld.", report.Proven.Completeness);
    }

    [Fact]
    public void An_erased_creators_bundle_is_real_but_does_not_claim_to_be_complete()
    {
        var report = SampleLog.Verify(SampleLog.Story().Bundle("bea"));

        Assert.Null(report.Failure);
        Assert.Equal(2, report.Proven.ErasedBodies);
        Assert.Contains("cannot be shown", report.Proven.Completeness);
    }

    [Fact]
    public void An_erasure_that_left_a_body_of_its_own_stream_is_a_remark()
    {
        var log = SampleLog.Story();
        log.Rows[6].IsCleared = false;

        var report = SampleLog.Verify(log.Export());

        Assert.Null(report.Failure);
        Assert.Contains("not complete", Assert.Single(report.Remarks));
    }
}
