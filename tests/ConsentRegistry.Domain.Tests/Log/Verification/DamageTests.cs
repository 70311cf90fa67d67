using System.Text;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>
/// Damage of every kind that can be made by a machine: none of it is ever valid, and none of it throws.
/// </summary>
public sealed class DamageTests
{
    private static readonly SampleLog Small = SmallLog();

    [Fact]
    public void No_bit_of_an_export_can_flip() => NeverValid(SampleLog.Bytes(Small.Export()), new());

    [Fact]
    public void No_bit_of_a_bundle_can_flip() => NeverValid(SampleLog.Bytes(Small.Bundle("ana")), new());

    [Fact]
    [Trait("Run", "Full")]
    public void No_bit_of_a_receipts_bundle_can_flip() => NeverValid(SampleLog.Bytes(ReceiptBundle()), new());

    [Fact]
    public void Lines_that_are_shuffled_deleted_or_doubled_are_never_valid()
    {
        var random = new Random(20_261_123);
        foreach (
            var original in (List<List<string>>)
                [
                    SampleLog.Story().Export(),
                    SampleLog.Story().Bundle("ana"),
                    SampleLog.Story().Bundle("bea"),
                    ReceiptBundle(),
                ]
        )
        {
            Assert.Equal(Verdict.Valid, SampleLog.Verify(original).Verdict);
            for (var round = 0; round < 600; round++)
            {
                var lines = original.ToList();
                for (var i = random.Next(1, 4); i > 0; i--)
                    Damage(lines, random);
                // Every other time the last line is made to fit.
                if (round % 2 == 0 && lines.Count > 0)
                    lines = SampleLog.Seal(lines);
                if (!lines.SequenceEqual(original) && !HasOnlyFewerCheckpoints(lines, original))
                    Assert.NotEqual(Verdict.Valid, SampleLog.Verify(lines).Verdict);
            }
        }
    }

    [Fact]
    public void Bytes_of_no_meaning_are_no_export()
    {
        foreach (var bytes in LogFixtures.Hostile(Small.Entry(1)))
            Assert.NotEqual(Verdict.Valid, SampleLog.Verify(new(), bytes).Verdict);
    }

    [Fact]
    public void Lines_of_any_json_in_any_place_never_throw()
    {
        string[] values = ["null", "[]", "{}", "1", "\"\"", "\"\\ud83d\"", "\"A\"", "-1", "9007199254740993", "true"];
        foreach (var original in (List<List<string>>)[Small.Export(), Small.Bundle("ana"), ReceiptBundle()])
        {
            for (var at = 0; at < original.Count; at++)
            {
                var members = System.Text.Json.Nodes.JsonNode.Parse(original[at])!.AsObject();
                foreach (var name in members.Select(member => member.Key))
                {
                    foreach (var value in values)
                    {
                        var lines = original.ToList();
                        lines[at] =
                            "{"
                            + string.Join(
                                ',',
                                members.Select(member =>
                                    $"\"{member.Key}\":{(member.Key == name ? value : member.Value?.ToJsonString() ?? "null")}"
                                )
                            )
                            + "}";
                        if (lines[at] != original[at])
                            Assert.NotEqual(Verdict.Valid, SampleLog.Verify(lines).Verdict);
                    }
                }
            }
        }
    }

    // An export may have any checkpoints that it likes, as long as one covers the last entry.
    private static bool HasOnlyFewerCheckpoints(List<string> lines, List<string> original) =>
        lines.Count < original.Count
        && Entries(lines).SequenceEqual(Entries(original))
        && lines.Count > 2
        && lines[^2] == original[^2];

    private static IEnumerable<string> Entries(List<string> lines) =>
        lines.SkipLast(1).Where(line => !line.StartsWith("{\"kind\":\"checkpoint\"", StringComparison.Ordinal));

    private static void Damage(List<string> lines, Random random)
    {
        if (lines.Count == 0)
            return;
        var (one, other) = (random.Next(lines.Count), random.Next(lines.Count));
        switch (random.Next(3))
        {
            case 0:
                (lines[one], lines[other]) = (lines[other], lines[one]);
                break;
            case 1:
                lines.RemoveAt(one);
                break;
            default:
                lines.Insert(other, lines[one]);
                break;
        }
    }

    private static void NeverValid(byte[] original, VerificationRequest request)
    {
        Assert.Equal(Verdict.Valid, SampleLog.Verify(request, original).Verdict);
        for (var bit = 0; bit < original.Length * 8; bit++)
        {
            original[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(
                SampleLog.Verify(request, original).Verdict != Verdict.Valid,
                $"Bit {bit} of byte {bit / 8} may flip: {Encoding.UTF8.GetString(original)}"
            );
            original[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    // A later change makes its head one of long ago.
    private static List<string> ReceiptBundle()
    {
        var (log, receipt) = ReceiptTests.Denied();
        log.Add("ana", SampleLog.Default("training", Effect.Deny));
        return log.ReceiptBundle(receipt);
    }

    private static SampleLog SmallLog()
    {
        var log = new SampleLog();
        log.AddVocabulary(["remix"]);
        log.Add("ana", SampleLog.Default("remix", Effect.Allow), SampleLog.Lockdown());
        log.Checkpoints.Add(3);
        return log;
    }
}
