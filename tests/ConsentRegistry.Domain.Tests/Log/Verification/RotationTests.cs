using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>The log's keys are rotated and retired, and auditors have those of another time.</summary>
public sealed class RotationTests
{
    private static readonly KeySet Old = LogFixtures.Keys(1);
    private static readonly KeySet Both = Old.Rotate(LogFixtures.Keys(2)).Value;
    private static readonly KeySet New = Both.Retire();
    private static readonly KeySet Third = New.Rotate(LogFixtures.Keys(3)).Value.Retire();

    [Fact]
    public void Who_has_the_old_keys_finds_an_honest_log_valid()
    {
        var report = SampleLog.Verify(Rotated(New).Export(), Pinned(Old));

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal((14, 4, 14), (report.Proven.Entries, report.Proven.Checkpoints, report.Proven.Size));
        Assert.Contains("2 keys are trusted because a pinned key handed over", Assert.Single(report.Remarks));
    }

    [Fact]
    public void A_key_hands_over_through_others() =>
        Assert.Equal(Verdict.Valid, SampleLog.Verify(Rotated(Third).Export(), Pinned(Old)).Verdict);

    [Fact]
    public void A_verifier_key_is_enough_for_checkpoints_receipts_and_bundles()
    {
        var log = Rotated(New);
        var request = new VerificationRequest { PinnedKeys = [.. Old.LogKeys(SampleLog.Origin)] };

        Assert.Equal(Verdict.Valid, SampleLog.Verify(log.Export(), request).Verdict);
        Assert.Equal(Verdict.Valid, SampleLog.Verify(log.Bundle("ana"), request).Verdict);
        Assert.Equal(Verdict.Valid, SampleLog.Verify(log.Bundle("ana"), Pinned(Old)).Verdict);
    }

    [Fact]
    public void Who_has_the_new_keys_alone_finds_what_the_old_ones_signed_valid()
    {
        var request = new VerificationRequest { PinnedKeys = [New.LogKeys(SampleLog.Origin)[0]] };

        var report = SampleLog.Verify(Rotated(New).Export(), request);

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        // The first is signed by the old key alone.
        Assert.Equal(3, report.Proven.Checkpoints);
    }

    [Fact]
    public void A_kept_checkpoint_of_the_old_keys_still_binds_the_log()
    {
        var log = Rotated(New);
        var kept = log.Note(7, Old);
        Assert.Equal(
            Verdict.Valid,
            SampleLog.Verify(log.Export(), Pinned(Old) with { KeptCheckpoints = [kept] }).Verdict
        );

        var other = Rotated(New);
        other.Rows.RemoveAt(13);
        other.Checkpoints.Remove(14);
        var report = SampleLog.Verify(other.Export(), Pinned(Old) with { KeptCheckpoints = [log.Note(14)] });

        Assert.Contains("shorter than a checkpoint", report.Failure?.What);
    }

    public static IEnumerable<TheoryDataRow<string>> NoHandOvers() =>
        [
            new("absent") { TestDisplayName = "The member is left out" },
            new("other") { TestDisplayName = "Another key that nobody pinned hands over" },
        ];

    [Theory]
    [MemberData(nameof(NoHandOvers))]
    public void Without_a_hand_over_it_is_said_that_the_keys_are_not_known(string how)
    {
        var keys =
            how == "absent"
                ? Parse(New, key => key.Remove("handover"))
                : Parse(LogFixtures.Keys(9).Rotate(LogFixtures.Keys(2)).Value.Retire(), _ => { }, Old);

        var report = SampleLog.Verify(Rotated(keys).Export(), Pinned(Old));

        Assert.Equal(Verdict.Unusable, report.Verdict);
        Assert.Contains("signed by keys that you do not have", report.Failure!.What);
        Assert.Equal(7, report.Failure.Seq);
    }

    [Fact]
    public void Nobody_else_hands_over_for_a_pinned_key()
    {
        var forged = Parse(
            LogFixtures.Keys(9).Rotate(LogFixtures.Keys(2)).Value,
            key =>
            {
                if (key["handover"] is JsonObject handover)
                    handover["by"] = Old.Keys[0].Kid;
            }
        );

        // Without the old key in the set nobody can say that the signature is not its own.
        Assert.Empty(forged.HandedOverBy([((Ed25519Jwk)Old.Keys[0]).PublicKey]));
        // With it the set is none.
        var line = new JsonObject
        {
            ["keys"] = new JsonArray([
                .. new[] { forged, Old }.SelectMany(set =>
                    JsonNode.Parse(set.Public(SampleLog.Origin))!["keys"]!.AsArray().Select(key => key!.DeepClone())
                ),
            ]),
        };
        Assert.NotNull(
            KeySet.Parse(System.Text.Encoding.UTF8.GetBytes(line.ToJsonString()), LogFixtures.Ed25519).Failure
        );
    }

    [Fact]
    public void A_log_that_goes_on_under_foreign_keys_is_altered_where_the_pinned_ones_signed()
    {
        var log = Rotated(Parse(New, key => key.Remove("handover")));
        var lines = log.Export();
        // What the old keys signed is not what stands there.
        var at = lines.FindIndex(line => line.EndsWith("\"seq\":5}", StringComparison.Ordinal));
        log.Rows[5] = log.Rows[4];
        lines[at] = log.Entry(5);

        Assert.Equal(Verdict.Tampered, SampleLog.Verify(SampleLog.Seal(lines), Pinned(Old)).Verdict);
    }

    // Checkpoint 3 is signed by the old keys, 7 by both, and those after by the newest.
    private static SampleLog Rotated(KeySet newest)
    {
        var log = SampleLog.Story();
        log.Keys = newest;
        log.Signers[3] = Old;
        log.Signers[7] = Both;
        return log;
    }

    private static VerificationRequest Pinned(KeySet keys) => new() { PinnedSet = Parse(keys, key => key.Remove("d")) };

    private static KeySet Parse(KeySet set, Action<JsonObject> change, KeySet? more = null)
    {
        var keys = JsonNode.Parse(set.ToJson(includePrivate: true))!.AsObject();
        foreach (var key in more is null ? [] : JsonNode.Parse(more.ToJson(includePrivate: false))!["keys"]!.AsArray())
            keys["keys"]!.AsArray().Add(key!.DeepClone());
        foreach (var key in keys["keys"]!.AsArray())
            change(key!.AsObject());
        return KeySet.Parse(System.Text.Encoding.UTF8.GetBytes(keys.ToJsonString()), LogFixtures.Ed25519).Value;
    }
}
