using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>The bundle of a receipt: one file from which its decision is made again.</summary>
public sealed class ReceiptBundleTests
{
    // Where the lines stand: the header, keys, checkpoint and head, then the streams in the order of their names.
    private const int HeadAt = 3;
    private const int VocabularyAt = 4;

    private const string Decided = "Decided again from the log, the decision is the same.";

    [Fact]
    public void It_is_decided_again_from_the_bundle_alone()
    {
        var (log, receipt) = Grown();

        var report = SampleLog.Verify(log.ReceiptBundle(receipt), new() { PinnedSet = log.Keys });

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal(Decided, Assert.Single(report.Receipts).What);
        var proven = report.Proven;
        Assert.Equal((null, SampleLog.Origin, 2), (proven.Creator, proven.Origin, proven.Streams));
        Assert.Equal(
            "Complete by the registry's signed word: an export of the log shows it by itself.",
            proven.Completeness
        );
        Assert.Equal(log.Rows.Count, proven.Size);
        // Whoever follows a creator's events takes no other bundle for theirs.
        Assert.Null(proven.Bundle);
    }

    [Fact]
    public void A_receipt_without_a_head_of_the_log_needs_no_line_for_it()
    {
        var (log, receipt) = Grown();
        receipt["log"] = null;

        var report = SampleLog.Verify(log.ReceiptBundle(receipt));

        Assert.Equal(Verdict.Valid, report.Verdict);
        Assert.Contains("names no head of the log", Assert.Single(report.Receipts).What);
    }

    [Fact]
    public void A_receipt_under_the_checkpoint_of_its_own_head_has_no_leaf_after_it()
    {
        var (log, receipt) = ReceiptTests.Denied();
        var lines = log.ReceiptBundle(receipt);
        Assert.EndsWith("\"next\":null}", lines[HeadAt], StringComparison.Ordinal);
        Assert.Equal(Verdict.Valid, SampleLog.Verify(lines).Verdict);

        lines[HeadAt] = lines[HeadAt].Replace("\"next\":null", $"\"next\":{PartOf(lines[HeadAt], "last")}");

        Refused(lines, "is missing, or cannot be there");
    }

    [Theory]
    [InlineData("consistency", "is another one, or its proof is not good")]
    [InlineData("last", "The last leaf of the log that the receipt names does not stand there.")]
    [InlineData("next", "The leaf after the log that the receipt names does not stand there.")]
    public void Where_the_head_of_a_receipt_stands_is_shown_and_not_said(string member, string sentence)
    {
        var (log, receipt) = Grown();
        var lines = log.ReceiptBundle(receipt);
        var size = (long)receipt["log"]!["size"]!;
        var other = log.HeadLine(size - 1, log.Rows.Count);

        lines[HeadAt] = lines[HeadAt].Replace(PartOf(lines[HeadAt], member), PartOf(other, member));

        Refused(lines, sentence);
    }

    [Fact]
    public void The_leaf_after_the_head_of_a_receipt_is_not_left_out()
    {
        var (log, receipt) = Grown();
        var lines = log.ReceiptBundle(receipt);

        lines[HeadAt] = lines[HeadAt].Replace(PartOf(lines[HeadAt], "next"), "null");

        Refused(lines, "is missing, or cannot be there");
    }

    [Fact]
    public void The_checkpoint_of_a_bundle_is_not_older_than_what_its_receipt_names()
    {
        var (log, receipt) = Grown();
        var lines = log.ReceiptBundle(receipt);
        var size = (long)receipt["log"]!["size"]!;

        lines[2] = SampleLog.NoteLine(log.Note(size - 1));

        Refused(lines, "older than the log that its receipt names");
    }

    [Fact]
    public void Neither_the_line_of_the_head_nor_a_stream_is_left_out()
    {
        var (log, receipt) = Grown();
        var whole = log.ReceiptBundle(receipt);
        Refused([.. whole.Where((_, at) => at != HeadAt)], "where none of its kind can");

        var statement = whole.FindIndex(line => line.Contains("\"kind\":\"statement\"", StringComparison.Ordinal));
        Refused([.. whole.Take(VocabularyAt), .. whole.Skip(statement + 1)], "not of the stream $vocabulary");
        Refused([.. whole.Take(statement + 1)], "where none of its kind can");
    }

    [Fact]
    public void Streams_stand_in_the_order_of_their_names()
    {
        var (log, receipt) = Grown();
        var whole = log.ReceiptBundle(receipt);
        var second = 1 + whole.FindIndex(line => line.Contains("\"kind\":\"statement\"", StringComparison.Ordinal));

        Refused(
            [.. whole.Take(VocabularyAt), .. whole[second..^1], .. whole[VocabularyAt..second]],
            "not of the stream $vocabulary"
        );
    }

    [Fact]
    public void What_a_stream_is_cut_to_is_not_what_the_registry_states()
    {
        var (log, receipt) = Grown();
        var lines = log.ReceiptBundle(receipt);

        lines.RemoveAt(lines.Count - 3);

        Refused(lines, "another end of the stream ana");
    }

    [Fact]
    public void A_receipt_that_somebody_else_signed_is_refused()
    {
        var (log, receipt) = Grown();
        var lines = log.ReceiptBundle(receipt);
        var forged = Jws.Sign(receipt, Receipt.Type, LogFixtures.Keys(9).TokenSigner!);

        lines[0] = $$"""{"jws":"{{forged}}","kind":"receipt","origin":"{{SampleLog.Origin}}","v":1}""";

        Refused(lines, "a key that is not known");
    }

    [Fact]
    public void A_bundle_proves_its_own_receipt_and_no_other()
    {
        var (log, receipt) = Grown();
        var token = Jws.Sign(receipt, Receipt.Type, log.Keys.TokenSigner!);

        var report = SampleLog.Verify(log.ReceiptBundle(receipt), new() { Receipts = [token] });

        Assert.Equal(Verdict.Unusable, report.Verdict);
        Assert.Contains("verify others by themselves", report.Failure!.What);
    }

    [Fact]
    public void A_bundle_of_a_log_that_forked_does_not_agree_with_a_kept_checkpoint()
    {
        var (log, receipt) = Grown();
        var (other, _) = Grown();
        other.Rows[^1].Leaf[^3] ^= 1;
        var kept = other.Note(other.Rows.Count);

        var report = SampleLog.Verify(log.ReceiptBundle(receipt), new() { KeptCheckpoints = [kept] });

        Assert.Equal(Verdict.Tampered, report.Verdict);
    }

    // Ana's stream went on after the receipt.
    private static (SampleLog Log, JsonObject Receipt) Grown()
    {
        var (log, receipt) = ReceiptTests.Denied();
        log.Add("ana", SampleLog.Default("training", Effect.Deny));
        log.Add("bea", SampleLog.Default("training", Effect.Deny));
        return (log, receipt);
    }

    private static string PartOf(string line, string member) =>
        JsonNode.Parse(line)![member]!.ToJsonString(
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );

    private static void Refused(List<string> lines, string sentence)
    {
        var report = SampleLog.Verify(SampleLog.Seal(lines));
        Assert.Equal(Verdict.Tampered, report.Verdict);
        Assert.Contains(sentence, report.Failure!.What);
    }
}
