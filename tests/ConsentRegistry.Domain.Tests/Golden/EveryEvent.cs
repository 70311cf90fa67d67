using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Tests.Log.Verification;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>
/// A log that has everything which this version writes: events of every type, a value of every member, every word.
/// Keys, ids, salts and times are fixed, so its export is the same at each run.
/// </summary>
internal static class EveryEvent
{
    /// <summary>
    /// The golden files of this log, without their endings. Whoever adds a member, a word or a type of event gives them
    /// a new name and writes new files; files that stand never change.
    /// </summary>
    public const string Name = "v1/with-identifiers";

    /// <summary>Whose bundle is golden as well.</summary>
    public const string Creator = "ana";

    private static readonly byte[] SecretKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Requester Studio = Requester.Parse("studio");
    private static readonly VideoKey Clip = Video("ana", "clip");
    private static readonly Purpose Remix = Purpose.Parse("remix");
    private static readonly Purpose Voice = Purpose.Parse("remix.voice");
    private static readonly Purpose Training = Purpose.Parse("training");
    private static readonly Authorship Ana = new("ana", "app", null, null);
    private static readonly Authorship StudioTool = new("studio", "studio-tool", null, null);
    private static readonly Authorship Administrator = new(
        "root",
        "console",
        null,
        "Ordered by a court: \"gezeichnet\" \\ Müller,\n\t𝄞 \u0001"
    );

    public static SampleLog Log()
    {
        var log = new SampleLog();
        AddVocabulary(log);
        AddSettings(log);
        AddStops(log);
        AddVideos(log);
        AddUses(log, AddApprovals(log));
        AddRecalls(log);
        AddErasure(log);
        log.Checkpoints.Add(log.Rows.Count);
        return log;
    }

    /// <summary>Receipts of checks at the end of the log: one that names its decision, and one that does not.</summary>
    public static IReadOnlyList<string> Receipts(SampleLog log) =>
        [.. ReceiptPayloads(log).Select(payload => Jws.Sign(payload, Receipt.Type, log.Keys.TokenSigner!))];

    /// <summary>The bundle of the first of these receipts.</summary>
    public static List<string> ReceiptBundle(SampleLog log) => log.ReceiptBundle(ReceiptPayloads(log)[0]);

    private static JsonObject[] ReceiptPayloads(SampleLog log)
    {
        var fold = new Fold();
        var versions = new Dictionary<StreamId, long>();
        foreach (var made in log.Rows.Where(row => !row.IsCleared).Select(row => row.Event))
        {
            Assert.True(EventBody.TryParse(made.Type, made.Body, out var body));
            fold.Apply(made.Stream, made.Version, RecordedChange.Read(body.Change));
            if (!made.Stream.IsRequesters)
                versions[made.Stream] = made.Version;
        }
        var facts = fold.FactsFor(Clip, log.Now);
        var size = log.Rows.Count;
        var unnamed = Receipt.Build(
            new(Clip, Voice, Studio),
            facts.Decide(Clip, facts.Vocabulary.Find(Voice), Studio),
            facts,
            versions,
            log.Now,
            new(SampleLog.Origin, size, log.RootAt(size))
        );
        Assert.True(Receipt.TryParse(CanonicalJson.Encode(unnamed), out var receipt));
        var named = receipt with { DecisionId = Id(900) };
        return [unnamed, named.ToJson()];
    }

    private static void AddVocabulary(SampleLog log)
    {
        log.Add(
            StreamId.Vocabulary.Name,
            Authorship.Registry,
            Records.PurposeRegistered(new(Remix, false, "Any AI remix of the video.", 1)),
            Records.PurposeRegistered(new(Voice, true, "Using a voice that is heard in the video.", 1)),
            Records.PurposeRegistered(new(Training, true, "Training of any AI model on the video.", 1))
        );
        log.Checkpoints.Add(log.Rows.Count);
        log.Add(
            StreamId.Vocabulary.Name,
            Administrator,
            Records.PurposeRegistered(new(Purpose.Parse("remix.dub"), false, "Dubbing.", 2))
        );
    }

    private static void AddSettings(SampleLog log)
    {
        DefaultKey anybody = new(Remix, null),
            named = new(Training, Studio);
        var first = log.NextStamp("ana");
        var asking = Choice.Ask(Conditions.Attribution | Conditions.NonCommercial, 1);
        var ask = new DefaultSetting([new(null, asking, first)]);
        var deny = new DefaultSetting([new(null, Choice.Deny(1), first)]);
        log.Add("ana", Ana, Records.DefaultChanged(anybody, null, ask), Records.DefaultChanged(named, null, deny));

        var second = log.NextStamp("ana");
        var allow = Choice.Allow(Conditions.LabelAsAi, second.At.Plus(TimeSpan.FromDays(90)), 2);
        log.Add(
            "ana",
            new Authorship("agency", "agency-tool", CreatorId.Parse("ana"), "By phone."),
            Records.DefaultChanged(anybody, ask, DefaultSetting.Set(ask, allow, AppliesTo.Future, second).Value),
            Records.DefaultChanged(named, deny, null)
        );

        OverrideKey key = new(Clip, Voice, Studio);
        var set = new OverrideSetting(Choice.Ask(Conditions.None, 2), log.NextStamp("ana"));
        log.Add("ana", Ana, Records.OverrideChanged(key, null, set));
        var cleared = new OverrideSetting(Choice.Deny(2), log.NextStamp("ana"));
        log.Add("ana", Ana, Records.OverrideChanged(key, set, cleared));
        log.Add("ana", Ana, Records.OverrideChanged(key, cleared, null));
        log.Checkpoints.Add(log.Rows.Count);
    }

    private static void AddStops(SampleLog log)
    {
        foreach (var (kind, by) in new[] { (StopKind.Lockdown, Ana), (StopKind.Hold, Administrator) })
        {
            var some = Stop.Create([Training, Voice], log.NextStamp("ana"));
            log.Add("ana", by, Records.StopChanged(kind, null, some));
            var all = Stop.Create(null, log.NextStamp("ana"));
            log.Add("ana", by, Records.StopChanged(kind, some, all));
            log.Add("ana", by, Records.StopChanged(kind, all, null));
        }
    }

    private static void AddVideos(SampleLog log)
    {
        var platform = new Authorship(null, "platform", null, null);
        var bare = new VideoRecord(null, [], []);
        var full = new VideoRecord(
            log.Now,
            [new(CreatorId.Parse("cem"), Role.Depicted), new(CreatorId.Parse("dora"), Role.CoCreator)],
            [Video("cem", "song"), Video("dora", "intro")]
        );
        var known = new VideoRecord(
            full.PublishedAt,
            full.Participants,
            full.Sources,
            [
                new(ContentIdentifier.ParseNormal("url:https://videos.example/a?v=%C3%A9"), Listed: true),
                new(ContentIdentifier.ParseNormal($"sha256:{new string('5', 64)}"), Listed: false),
                new(ContentIdentifier.ParseNormal("iscc:ISCC:AAAWKLDTNB5A3C4D"), Listed: false),
                new(
                    ContentIdentifier.ParseNormal("c2pa:urn:c2pa:f9168c5e-ceb2-4faa-b6bf-329bf39fa1e4:acme:2_1"),
                    Listed: false
                ),
                new(ContentIdentifier.ParseNormal("platform:videos.example:A-1"), Listed: true),
            ]
        );
        log.Add("ana", platform, Records.VideoRegistered(Clip, null, bare));
        log.Add("ana", Administrator, Records.VideoRegistered(Clip, bare, full));
        log.Add("ana", platform, Records.VideoRegistered(Clip, full, known));
        log.Add("cem", platform, Records.VideoRegistered(Video("cem", "song"), null, bare));
        log.Add("dora", platform, Records.VideoRegistered(Video("dora", "intro"), null, bare));
        log.Checkpoints.Add(log.Rows.Count);
    }

    private static Dictionary<Guid, GrantRecord> AddApprovals(SampleLog log)
    {
        var given = new Dictionary<Guid, GrantRecord>();
        var until = log.Now.Plus(TimeSpan.FromDays(30));
        var wanted = new WantedUse(Studio, Clip, Voice, "Dub the clip into Welsh.", until, 3);
        var endless = wanted with { Use = "Dub everything.", Until = null, Uses = null };
        (int, WantedUse, ApprovalState, string?)[] answers =
        [
            (1, wanted, ApprovalState.Approved, null),
            (2, endless, ApprovalState.Refused, "Not my voice."),
            (3, endless, ApprovalState.Withdrawn, null),
            (4, endless, ApprovalState.Approved, null),
        ];
        foreach (var (number, asked, state, reason) in answers)
        {
            var open = new ApprovalRecord(
                asked,
                [Clip, Video("cem", "song")],
                until,
                ApprovalState.Open,
                null,
                log.NextStamp("ana")
            );
            log.Add("ana", StudioTool, Records.ApprovalChanged(Id(number), null, open));
            var answered = open with { State = state, Reason = reason, Stamp = log.NextStamp("ana") };
            List<RecordChange> changes = [Records.ApprovalChanged(Id(number), open, answered)];
            foreach (var (id, grant) in GrantsOf(log, number))
            {
                given[Id(id)] = grant;
                changes.Add(Records.GrantChanged(Id(id), null, grant));
            }
            log.Add("ana", state == ApprovalState.Withdrawn ? StudioTool : Ana, [.. changes]);
        }
        var revoked = given[Id(11)];
        log.Add("ana", Ana, Records.GrantChanged(Id(11), revoked, revoked.Revoked(log.NextStamp("ana"))));

        var blocked = log.NextStamp("ana");
        log.Add("ana", Ana, Records.AskingChanged(Studio, null, blocked));
        log.Add("ana", Ana, Records.AskingChanged(Studio, blocked, null));
        log.Checkpoints.Add(log.Rows.Count);
        return given;
    }

    // The first request is granted in part, the last as it was asked for.
    private static IEnumerable<(int Id, GrantRecord Grant)> GrantsOf(SampleLog log, int request)
    {
        var expiry = log.Now.Plus(TimeSpan.FromDays(7));
        var counted = new GrantTerms(Voice, Conditions.Attribution, 2, expiry, 1);
        var endless = new GrantTerms(Voice, Conditions.None, 2, null, null);
        return request switch
        {
            1 => [(10, Grant(Clip, counted)), (12, Grant(Video("cem", "song"), counted))],
            4 => [(11, Grant(Clip, endless))],
            _ => [],
        };

        GrantRecord Grant(VideoKey video, GrantTerms terms) =>
            new(Id(request), video, Clip, Studio, terms, log.NextStamp("ana"));
    }

    private static void AddUses(SampleLog log, Dictionary<Guid, GrantRecord> given)
    {
        var stream = StreamId.OfRequester(Studio).Name;
        var decided = new ReliedOn(log.Now, HasReceipt: true);
        var reasons = Enum.GetValues<UseReason>()
            .Select(
                (reason, i) =>
                    new UsedVideo(
                        reason == UseReason.Grant ? Clip : Video("ana", $"clip{i}"),
                        reason,
                        reason == UseReason.Grant ? [Id(10), Id(12)] : [],
                        i % 3 == 0 ? null : decided with { HasReceipt = i % 3 == 1 }
                    )
            );
        foreach (
            var (number, made, videos) in new (int, Made?, IEnumerable<UsedVideo>)[]
            {
                (20, new(Video("dora", "mix"), null), reasons),
                (21, new(null, "run-7"), reasons.Take(1)),
                (22, null, reasons.Take(1)),
            }
        )
        {
            var use = new UseRecord(Studio, Voice, made, [.. videos], log.Now, log.NextStamp(stream));
            AddForRequester(log, Records.UseRecorded(Id(number), use));
        }
        // Each was for one use.
        var stamp = log.NextStamp("ana");
        log.Add(
            "ana",
            StudioTool,
            [
                .. new[] { 10, 12 }
                    .Select(number => (Id: Id(number), Grant: given[Id(number)]))
                    .Select(one => Records.GrantChanged(one.Id, one.Grant, one.Grant.Spent(stamp))),
            ]
        );
    }

    private static void AddRecalls(SampleLog log)
    {
        var stream = StreamId.OfRequester(Studio).Name;
        foreach (var reason in Enum.GetValues<Reason>())
        {
            var open = new RecallRecord(
                Studio,
                Clip,
                Voice,
                reason == Reason.Indeterminate ? null : CreatorId.Parse("ana"),
                reason,
                log.Now.Plus(TimeSpan.FromDays(3)),
                RecallState.Open,
                null,
                log.NextStamp(stream)
            );
            var id = Id(30 + (int)reason);
            AddForRequester(log, Records.RecallChanged(id, null, open));
            var answered = open with { State = RecallState.Acknowledged, Stamp = log.NextStamp(stream) };
            if (reason == Reason.Hold)
                AddForRequester(log, Records.RecallChanged(id, open, answered));
            var said = Statement.Seal("Not ours.", SecretKey);
            var disputed = answered with { State = RecallState.Disputed, Statement = said };
            if (reason == Reason.Lockdown)
                AddForRequester(log, Records.RecallChanged(id, open, disputed));
        }
        log.Checkpoints.Add(log.Rows.Count);
    }

    private static void AddErasure(SampleLog log)
    {
        var deny = new DefaultSetting([new(null, Choice.Deny(2), log.NextStamp("ben"))]);
        log.Add("ben", Records.DefaultChanged(new(Remix, null), null, deny));
        log.Add("ben", Records.VideoRegistered(Video("ben", "v"), null, new VideoRecord(null, [], [])));
        log.Add("ben", Records.StopChanged(StopKind.Lockdown, null, Stop.Create(null, log.NextStamp("ben"))));
        var key = new IdentifierKey(SecretKey);
        var carried = Enumerable
            .Range(0, 3)
            .Select(i => ContentIdentifier.ParseNormal($"platform:videos.example:B-{i}"));
        log.Erase("ben", identifiers: ErasedIdentifiers.Hash(key, carried));
    }

    // Events of requesters' streams name creators by pseudonyms.
    private static void AddForRequester(SampleLog log, RecordChange change) =>
        log.Add(
            StreamId.OfRequester(Studio).Name,
            StudioTool,
            Pseudonym.Rename(change, name => Pseudonym.Derive(name, SecretKey))
        );

    private static VideoKey Video(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));

    private static Guid Id(int number) => Guid.Parse($"019ab0c4-0000-7000-8000-{number:d12}");
}
