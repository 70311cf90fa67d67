using System.Text;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Tests.Log;
using ConsentRegistry.Domain.Tests.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>Exports that older registries wrote stay valid for ever, whatever newer ones write.</summary>
public sealed class GoldenExportTests
{
    public static IEnumerable<TheoryDataRow<string>> Exports =>
        GoldenFiles.Exports.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Exports))]
    public void Every_golden_export_is_valid_to_its_last_line(string export)
    {
        var report = SampleLog.Verify(new() { JudgesMeaning = !IsMadeUp(export) }, GoldenFiles.Read(export));

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.NotEqual(0, report.Proven.Bodies);
        Assert.NotNull(report.Proven.Completeness);
    }

    [Fact]
    public void An_export_that_a_test_made_up_before_there_were_rules_breaks_them()
    {
        foreach (var export in GoldenFiles.Exports.Where(IsMadeUp))
            Assert.Equal("settingRatchet", SampleLog.Verify(new(), GoldenFiles.Read(export)).Failure?.Code);
    }

    // No registry would have written it: a test gave each member and each word a value, whatever it meant.
    private static bool IsMadeUp(string export) => export.StartsWith("v1/every-event.", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Exports))]
    public void Every_golden_body_is_read_and_written_again_to_the_same_bytes(string export)
    {
        foreach (var (leaf, bytes) in GoldenFiles.EntriesOf(export).Where(entry => entry.Body is not null))
        {
            Assert.True(EventBody.TryParse(leaf.Type, bytes, out var body));
            var change = RecordedChange.Read(body.Change).Write();
            var written = new EventBody(body.Stream, body.Previous, body.By, change).Encode();
            Assert.Equal(Encoding.UTF8.GetString(bytes!), Encoding.UTF8.GetString(written));
        }
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void A_byte_changed_in_any_line_is_refused(string export)
    {
        var random = new Random(20_261_129);
        var bytes = GoldenFiles.Read(export);
        var start = 0;
        while (start < bytes.Length)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            foreach (var at in new[] { random.Next(start, end), end })
            {
                bytes[at] ^= 1;
                Assert.NotEqual(
                    Verdict.Valid,
                    SampleLog.Verify(new() { JudgesMeaning = !IsMadeUp(export) }, bytes).Verdict
                );
                bytes[at] ^= 1;
            }
            start = end + 1;
        }
    }

    [Fact]
    public void An_export_of_everything_holds_every_type_checkpoints_and_an_erasure_by_known_keys()
    {
        var receipts = GoldenFiles.ReadText($"{EveryEvent.Name}.receipts");
        var request = new VerificationRequest
        {
            PinnedSet = LogFixtures.Keys(1),
            KeptCheckpoints = [GoldenFiles.ReadText($"{EveryEvent.Name}.checkpoint")],
            Receipts = [.. receipts.Split('\n', StringSplitOptions.RemoveEmptyEntries)],
        };

        var report = SampleLog.Verify(request, GoldenFiles.Read($"{EveryEvent.Name}.ndjson"));

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal(2, report.Receipts.Length);
        Assert.All(
            report.Receipts,
            finding => Assert.Equal("Decided again from the log, the decision is the same.", finding.What)
        );
        var proven = report.Proven;
        Assert.Equal(
            (6, 1, 3, true),
            (proven.Checkpoints, proven.KeptCheckpoints, proven.ErasedBodies, proven.KeysArePinned)
        );
        Assert.Equal(
            EventType.All.Order(StringComparer.Ordinal),
            GoldenFiles
                .BodiesOf($"{EveryEvent.Name}.ndjson")
                .Select(each => each.Leaf.Type)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void This_version_still_writes_the_bytes_of_its_golden_export() =>
        Assert.Equal(
            Encoding.UTF8.GetString(SampleLog.Bytes(EveryEvent.Log().Export())),
            GoldenFiles.ReadText($"{EveryEvent.Name}.ndjson")
        );

    [Fact]
    public void An_export_whose_requesters_streams_name_creators_by_ids_and_hold_statements_is_valid()
    {
        var export = GoldenFiles.Read("v1/creators-by-id.ndjson");
        var kept = GoldenFiles.ReadText("v1/creators-by-id.checkpoint");

        using var verifier = new ExportVerifier(new() { KeptCheckpoints = [kept] }, LogFixtures.Ed25519);
        verifier.Read(export);
        verifier.EndInput();
        var report = verifier.Finish();

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.NotEqual(0, report.Proven.ErasedBodies);
        var text = Encoding.UTF8.GetString(export);
        Assert.Contains("$requester/acme", text, StringComparison.Ordinal);
        Assert.Contains("Ben Example has told us otherwise.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_OpenSSL_signed_with_a_key_and_the_one_after_it_is_valid()
    {
        var export = GoldenFiles.Read("v1/signed-by-openssl.ndjson");
        var keys = GoldenFiles.Read("v1/signed-by-openssl.keys.json");
        var kept = GoldenFiles.ReadText("v1/signed-by-openssl.checkpoint");
        var pinned = KeySet.Parse(keys, LogFixtures.Ed25519).Value;

        using var verifier = new ExportVerifier(
            new() { KeptCheckpoints = [kept], PinnedSet = pinned },
            LogFixtures.Ed25519
        );
        verifier.Read(export);
        verifier.EndInput();
        var report = verifier.Finish();

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal(2, pinned.LogKeys("development.invalid/consent-registry").Count);
    }

    [Fact]
    public void A_cosignature_that_OpenSSL_made_is_valid()
    {
        var text = GoldenFiles.ReadText("v1/signed-by-openssl.cosigned");
        Assert.True(
            NoteKey.TryParse(
                "witness.example.org+c3260802+BG/Eo/gyPQeYnrBEKrh3CL+wv5Pn3xmXCYdWV/7yFxFW",
                LogFixtures.Ed25519,
                out var witness
            )
        );
        Assert.True(SignedNote.TryParse(text, out var note));
        Assert.Equal(NoteVerdict.Valid, note.VerifiedBy(witness));
    }
}
