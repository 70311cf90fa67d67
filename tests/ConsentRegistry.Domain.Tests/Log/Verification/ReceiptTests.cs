using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>Receipts: what was answered is decided again from the log, exactly.</summary>
public sealed class ReceiptTests
{
    private static readonly string[] Creators = ["ana", "bea", "cem"];
    private static readonly string[] Purposes = ["remix", "remix.voice", "training"];
    private static readonly string[] Requesters = ["studio", "label"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_was_answered_at_any_time_is_decided_again_alike(int seed)
    {
        var (log, receipts) = Play(new(seed), rounds: 150);

        var report = SampleLog.Verify(
            log.Export(),
            new() { Receipts = [.. receipts.Select(receipt => Sign(log, receipt))] }
        );

        Assert.Null(report.Failure);
        // Each tenth by its own bundle, too.
        Assert.All(
            receipts.Where((_, at) => at % 10 == 0),
            receipt =>
                Assert.Equal(
                    "Decided again from the log, the decision is the same.",
                    Assert.Single(SampleLog.Verify(log.ReceiptBundle(receipt)).Receipts).What
                )
        );
        Assert.Equal(receipts.Count, report.Receipts.Length);
        Assert.All(
            report.Receipts,
            finding => Assert.Equal("Decided again from the log, the decision is the same.", finding.What)
        );
        Assert.Contains(receipts, receipt => receipt["decision"]!["allowed"]!.GetValue<bool>());
        Assert.Contains(receipts, receipt => receipt["decision"]!["reason"]!.GetValue<string>() == "lockdown");
    }

    [Fact]
    public void A_receipt_may_name_its_decision_and_reads_as_it_was_written()
    {
        var (log, receipt) = Denied();
        Assert.True(Receipt.TryParse(CanonicalJson.Encode(receipt), out var unnamed));
        Assert.Null(unnamed.DecisionId);
        var id = Guid.Parse("0198a8a5-1111-7222-8333-444444444444");

        var named = (unnamed with { DecisionId = id }).ToJson();

        Assert.Equal($"{id}", (string)named["decisionId"]!);
        Assert.True(Receipt.TryParse(CanonicalJson.Encode(named), out var read));
        Assert.Equal(id, read.DecisionId);
        Assert.Null(Verify(log, named).Failure);
        // One way to write it.
        named["decisionId"] = $"{id:N}";
        Assert.False(Receipt.TryParse(CanonicalJson.Encode(named), out _));
        named["decisionId"] = null;
        Assert.False(Receipt.TryParse(CanonicalJson.Encode(named), out _));
    }

    public static IEnumerable<TheoryDataRow<string, string, string>> Lies() =>
        [
            new("/decision/allowed", "true", "'allowed'"),
            new("/decision/effect", "\"allow\"", "'effect'"),
            new("/decision/reason", "\"hold\"", "'reason'"),
            new("/decision/detail", "\"expired\"", "'detail'"),
            new("/decision/decidedBy", "null", "'decidedBy'"),
            new("/decision/obligations", "[\"attribution\"]", "'obligations'"),
            new("/decision/excludes", "[\"remix.voice\"]", "'excludes'"),
            new("/versions/ana", "1", "'reason'"),
            new("/log/root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "is another one"),
            new("/log/origin", "\"elsewhere.example\"", "another log"),
            new("/request/purpose", "\"mining\"", "no registry in which"),
            new("/versions/$vocabulary", "0", "no registry in which"),
            new("/v", "2", "no receipt"),
        ];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_that_the_registry_itself_signed_is_found(string path, string value, string sentence)
    {
        var (log, receipt) = Denied();
        var at = receipt;
        var names = path.Split('/');
        foreach (var name in names[1..^1])
            at = at[name]!.AsObject();
        at[names[^1]] = JsonNode.Parse(value);

        var report = Verify(log, receipt);

        Assert.Equal(Verdict.Tampered, report.Verdict);
        Assert.Contains(sentence, report.Failure!.What);
    }

    [Theory]
    [InlineData(-61, "before version 3 of ana")]
    [InlineData(365 * 86_400, "at version 4 already")]
    [InlineData(121, "at version 4 already")]
    public void A_receipt_of_another_time_than_its_versions_is_refused(int seconds, string sentence)
    {
        var (log, receipt) = Denied();
        log.Add("ana", SampleLog.Default("training", Effect.Deny));
        log.Checkpoints.Add(log.Rows.Count);
        Redate(receipt, seconds, withoutLog: true);

        var report = Verify(log, receipt);

        Assert.Equal(Verdict.Tampered, report.Verdict);
        Assert.Contains(sentence, report.Failure!.What);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-1)]
    [InlineData(61)]
    [InlineData(120)]
    public void Within_a_minute_it_is_not_shown_what_was_in_force(int seconds)
    {
        var (log, receipt) = Denied();
        log.Add("ana", SampleLog.Default("training", Effect.Deny));
        log.Checkpoints.Add(log.Rows.Count);
        Redate(receipt, seconds, withoutLog: true);

        var report = Verify(log, receipt);

        Assert.Equal(Verdict.NotShown, report.Verdict);
        var finding = Assert.Single(report.Receipts);
        Assert.Equal(Verdict.NotShown, finding.Verdict);
        Assert.Contains("Not shown:", finding.What);
    }

    [Theory]
    [InlineData(59, Verdict.Valid)]
    [InlineData(3_601, Verdict.NotShown)]
    public void A_receipt_that_names_a_log_of_long_before_it_does_not_show_its_time(int seconds, Verdict verdict)
    {
        var (log, receipt) = Denied();
        // Another creator's change comes a minute after the log that the receipt names.
        log.Add("cem", SampleLog.Lockdown());
        log.Checkpoints.Add(log.Rows.Count);
        Redate(receipt, 60 + seconds, withoutLog: false);

        var report = Verify(log, receipt);

        Assert.Equal(verdict, report.Verdict);
    }

    [Theory]
    [InlineData(-60, Verdict.Valid)]
    [InlineData(-61, Verdict.NotShown)]
    public void A_receipt_from_after_the_auditors_clock_is_not_shown(int seconds, Verdict verdict)
    {
        var (log, receipt) = Denied();

        Assert.Equal(verdict, Verify(log, receipt, log.Now.Plus(TimeSpan.FromSeconds(seconds))).Verdict);
    }

    [Fact]
    public void The_worst_of_several_receipts_is_the_verdict()
    {
        var (log, receipt) = Denied();
        var good = Sign(log, receipt);
        log.Add("ana", SampleLog.Default("training", Effect.Deny));
        log.Checkpoints.Add(log.Rows.Count);
        Redate(receipt, 61, withoutLog: true);
        var notShown = Sign(log, receipt);
        Redate(receipt, 3_600, withoutLog: true);
        var stale = Sign(log, receipt);

        var report = SampleLog.Verify(log.Export(), new() { Receipts = [good, stale, notShown] });

        Assert.Equal(
            [Verdict.Valid, Verdict.Tampered, Verdict.NotShown],
            report.Receipts.Select(finding => finding.Verdict)
        );
        Assert.StartsWith("Receipt 2:", report.Failure!.What, StringComparison.Ordinal);
        Assert.Equal(Verdict.Tampered, report.Verdict);
    }

    [Fact]
    public void A_receipt_that_is_dated_before_its_log_is_refused()
    {
        var (log, receipt) = Denied();
        log.Add("cem", SampleLog.Lockdown());
        log.Now = log.Now.Plus(TimeSpan.FromMinutes(5));
        log.Add("cem", SampleLog.Lockdown());
        log.Checkpoints.Add(log.Rows.Count);
        var size = (long)log.Rows.Count;
        receipt["log"]!["size"] = size;
        receipt["log"]!["root"] = System.Buffers.Text.Base64Url.EncodeToString(log.RootAt(size));

        var report = Verify(log, receipt);

        Assert.Contains("before entries of the log", report.Failure?.What);
    }

    [Fact]
    public void A_receipt_names_every_stream_that_its_decision_rests_on()
    {
        var (log, receipt) = Denied();
        receipt["versions"]!.AsObject().Remove("ana");

        Assert.Contains("does not name", Verify(log, receipt).Failure!.What);
    }

    [Fact]
    public void No_bit_of_a_receipt_can_flip()
    {
        var (log, receipt) = Denied();
        var token = System.Text.Encoding.ASCII.GetBytes(Sign(log, receipt));
        // A receipt on its own differs from one beside a log in nothing but what comes after its signature.
        var request = new VerificationRequest { PinnedSet = log.Keys };
        for (var bit = 0; bit < token.Length * 8; bit++)
        {
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            var flipped = System.Text.Encoding.Latin1.GetString(token);
            Assert.NotEqual(
                Verdict.Valid,
                Assert.Single(ExportVerifier.VerifySignatures(request with { Receipts = [flipped] })).Verdict
            );
            token[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_receipt_beyond_the_export_needs_a_longer_one()
    {
        var (log, receipt) = Denied();
        var token = Sign(log, receipt);

        var report = SampleLog.Verify(log.Part(0, 3), new() { Receipts = [token] });

        Assert.Equal(Verdict.Unusable, report.Verdict);
        Assert.Contains("needs a longer export", report.Failure!.What);
    }

    [Fact]
    public void Of_an_erased_creator_it_is_not_shown_whether_the_decision_was_right()
    {
        var (log, receipt) = Denied();
        log.Erase("ana");
        log.Checkpoints.Add(log.Rows.Count);

        var report = Verify(log, receipt);

        Assert.Equal(Verdict.NotShown, report.Verdict);
        Assert.Contains("cannot be re-evaluated", Assert.Single(report.Receipts).What);
    }

    [Theory]
    [InlineData("ana", 3, 121, "at version 4 already")]
    [InlineData("ana", 1, 121, "at version 2 already")]
    [InlineData("ana", 0, 0, "at version 1 already")]
    [InlineData("ana", 3, -61, "before version 3 of ana")]
    public void An_erasure_hides_no_receipt_of_another_time(string stream, int version, int seconds, string sentence)
    {
        var (log, receipt) = Denied();
        log.Erase("ana");
        log.Checkpoints.Add(log.Rows.Count);
        receipt["versions"]![stream] = version;
        if (version == 0)
            receipt["decision"] = NeverSet();
        Redate(receipt, seconds, withoutLog: true);

        var report = Verify(log, receipt);

        Assert.Contains(sentence, report.Failure?.What);
        Assert.Equal(Verdict.Tampered, report.Verdict);
    }

    // What is decided about a creator of whom nobody has heard.
    private static JsonObject NeverSet()
    {
        var log = new SampleLog();
        log.AddVocabulary(Purposes);
        log.Checkpoints.Add(3);
        var fold = new Fold();
        log.Rows.ForEach(row => Apply(fold, row.Event));
        var video = new VideoKey(CreatorId.Parse("ana"), VideoId.Parse("v"));
        return Check(log, fold, video, "remix", "studio", [])["decision"]!.DeepClone().AsObject();
    }

    [Fact]
    public void Without_a_log_only_the_signature_is_verified_and_only_by_pinned_keys()
    {
        var (log, receipt) = Denied();
        var request = new VerificationRequest { Receipts = [Sign(log, receipt)] };

        Assert.Equal(Verdict.Unusable, ExportVerifier.VerifySignatures(request)[0].Verdict);
        Assert.Equal(Verdict.Valid, ExportVerifier.VerifySignatures(request with { PinnedSet = log.Keys })[0].Verdict);
        // Of another key nobody can say whether the registry took it over.
        var unknown = ExportVerifier.VerifySignatures(request with { PinnedSet = LogFixtures.Keys(9) })[0];
        Assert.Equal(Verdict.Unusable, unknown.Verdict);
        Assert.Contains("a key that is not known", unknown.What);
        var token = request.Receipts[0];
        var flipped = request with
        {
            PinnedSet = log.Keys,
            Receipts = [token[..^2] + (token[^2] == 'A' ? "BA" : "AA")],
        };
        Assert.Equal(Verdict.Tampered, ExportVerifier.VerifySignatures(flipped)[0].Verdict);
    }

    [Fact]
    public void A_receipt_beside_a_bundle_cannot_be_decided_again()
    {
        var (log, receipt) = Denied();

        Assert.Equal(
            Verdict.Unusable,
            SampleLog.Verify(log.Bundle("ana"), new() { Receipts = [Sign(log, receipt)] }).Verdict
        );
    }

    [Fact]
    public void A_receipt_is_read_as_it_was_built()
    {
        var (_, receipt) = Denied();

        Assert.True(Receipt.TryParse(CanonicalJson.Encode(receipt), out var read));
        Assert.Equal(CanonicalJson.Encode(receipt), CanonicalJson.Encode(read.ToJson()));
    }

    // Its versions were made a minute after each other, the last of them at its time.
    private static void Redate(JsonObject receipt, int seconds, bool withoutLog)
    {
        Assert.True(Instant.TryParse((string)receipt["at"]!, out var at));
        receipt["at"] = at.Plus(TimeSpan.FromSeconds(seconds)).ToString();
        if (withoutLog)
            receipt["log"] = null;
    }

    // Where the registry states the true ends of streams, a receipt's own bundle says as much as the export of the log.
    private static VerificationReport Verify(SampleLog log, JsonObject receipt, Instant? now = null)
    {
        var byExport = SampleLog.Verify(log.Export(), new() { Receipts = [Sign(log, receipt)], Now = now });
        var byBundle = SampleLog.Verify(log.ReceiptBundle(receipt), new() { Now = now });
        Assert.True(byExport.Verdict == byBundle.Verdict, $"{byExport.Failure} {byBundle.Failure}");
        if (byExport.Receipts is [var finding] && byBundle.Receipts is [var again])
            Assert.Equal(finding, again);
        return byExport;
    }

    private static string Sign(SampleLog log, JsonObject receipt) =>
        Jws.Sign(receipt, Receipt.Type, log.Keys.TokenSigner!);

    // A video of ana's, allowed by default and stopped by a lockdown in version 3.
    internal static (SampleLog Log, JsonObject Receipt) Denied()
    {
        var log = new SampleLog();
        log.AddVocabulary(Purposes);
        log.Checkpoints.Add(3);
        var fold = new Fold();
        foreach (var purpose in log.Rows)
            Apply(fold, purpose.Event);
        foreach (
            var change in (RecordChange[])
                [SampleLog.Video("ana", "v"), SampleLog.Default("remix", Effect.Allow), SampleLog.Lockdown()]
        )
        {
            log.Add("ana", change);
            Apply(fold, log.Rows[^1].Event);
        }
        log.Checkpoints.Add(log.Rows.Count);
        return (
            log,
            Check(log, fold, new(CreatorId.Parse("ana"), VideoId.Parse("v")), "remix", "studio", new() { ["ana"] = 3 })
        );
    }

    /// <summary>Random changes by the registry's own rules for records, and a check after each.</summary>
    private static (SampleLog Log, List<JsonObject> Receipts) Play(Random random, int rounds)
    {
        var log = new SampleLog();
        log.AddVocabulary(Purposes);
        log.Checkpoints.Add(log.Rows.Count);
        var fold = new Fold();
        log.Rows.ForEach(row => Apply(fold, row.Event));
        var versions = Creators.ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);
        var receipts = new List<JsonObject>();
        for (var round = 0; round < rounds; round++)
        {
            var creator = Creators[random.Next(Creators.Length)];
            var before = log.Rows.Count;
            var change = Change(random, creator, log.NextStamp(creator));
            if (log.Has(creator, change))
                continue;
            log.Add(creator, change);
            versions[creator]++;
            Apply(fold, log.Rows[before].Event);
            if (random.Next(3) == 0)
                log.Checkpoints.Add(log.Rows.Count);
            var video = new VideoKey(
                CreatorId.Parse(Creators[random.Next(Creators.Length)]),
                VideoId.Parse($"v{random.Next(2)}")
            );
            receipts.Add(
                Check(
                    log,
                    fold,
                    video,
                    Purposes[random.Next(Purposes.Length)],
                    random.Next(3) == 0 ? null : Requesters[random.Next(2)],
                    new(versions, StringComparer.Ordinal)
                )
            );
        }
        log.Checkpoints.Add(log.Rows.Count);
        return (log, receipts);
    }

    private static JsonObject Check(
        SampleLog log,
        Fold fold,
        VideoKey video,
        string purpose,
        string? requester,
        Dictionary<string, long> versions
    )
    {
        var request = new ReceiptRequest(
            video,
            Purpose.Parse(purpose),
            requester is null ? null : Requester.Parse(requester)
        );
        var facts = fold.FactsFor(video, log.Now);
        var decision = facts.Decide(video, facts.Vocabulary.Find(request.Purpose), request.Requester);
        var streams = versions.ToDictionary(
            version => StreamId.OfCreator(CreatorId.Parse(version.Key)),
            version => version.Value
        );
        streams[StreamId.Vocabulary] = 1;
        var size = log.Checkpoints.Max;
        return Receipt.Build(request, decision, facts, streams, log.Now, new(SampleLog.Origin, size, log.RootAt(size)));
    }

    private static void Apply(Fold fold, Event made)
    {
        Assert.True(EventBody.TryParse(made.Type, made.Body, out var body));
        fold.Apply(made.Stream, made.Version, RecordedChange.Read(body.Change));
    }

    private static RecordChange Change(Random random, string creator, Stamp stamp)
    {
        var purpose = Purpose.Parse(Purposes[random.Next(Purposes.Length)]);
        Requester? named = random.Next(3) == 0 ? Requester.Parse(Requesters[random.Next(2)]) : null;
        var choice = random.Next(5) switch
        {
            0 => Choice.Deny(1),
            1 => Choice.Ask(Conditions.Attribution, 1),
            2 => Choice.Allow(Conditions.LabelAsAi, stamp.At.Plus(TimeSpan.FromMinutes(random.Next(1, 9))), 1),
            _ => Choice.Allow(Conditions.None, null, 1),
        };
        var video = new VideoKey(CreatorId.Parse(creator), VideoId.Parse($"v{random.Next(2)}"));
        return random.Next(10) switch
        {
            < 3 => Records.VideoRegistered(
                video,
                null,
                new VideoRecord(
                    stamp.At,
                    random.Next(2) == 0
                        ? []
                        : [new(CreatorId.Parse(Creators.First(name => name != creator)), Role.CoCreator)],
                    random.Next(2) == 0
                        ? []
                        : [new(CreatorId.Parse(Creators.Last(name => name != creator)), VideoId.Parse("v0"))]
                )
            ),
            < 7 => Records.DefaultChanged(
                new DefaultKey(purpose, named),
                null,
                new DefaultSetting([new(null, choice, stamp)])
            ),
            7 => Records.OverrideChanged(
                new OverrideKey(video, purpose, named),
                null,
                new OverrideSetting(choice, stamp)
            ),
            8 => Records.StopChanged(
                StopKind.Lockdown,
                null,
                Stop.Create(random.Next(2) == 0 ? [purpose] : null, stamp)
            ),
            _ => Records.StopChanged(StopKind.Lockdown, null, null),
        };
    }
}
