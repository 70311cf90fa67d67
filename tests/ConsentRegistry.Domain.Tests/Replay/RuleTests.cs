using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Replay;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Tests.Log.Verification;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Replay;

/// <summary>Each rule, broken by an event that is sealed, chained and signed as it should be.</summary>
public sealed class RuleTests
{
    private static readonly Authorship Somebody = new("ana", "app", null, null);
    private static readonly Requester Studio = Requester.Parse("studio");
    private static readonly Purpose Remix = Purpose.Parse("remix");
    private static readonly DefaultKey OfRemix = new(Remix, null);
    private static readonly VideoKey Clip = Video("ana", "clip");

    public static IEnumerable<TheoryDataRow<Deed>> Deeds() =>
        [
            Row("recordBefore", "An allow passes for what a deny was", Before),
            Row(
                "recordBefore",
                "A lockdown is lifted that does not stand",
                r => r.Add("ana", Records.StopChanged(StopKind.Lockdown, Stop.Create(null, new(1, new(5))), null))
            ),
            Row(
                "recordBefore",
                "A grant is spent that was never given",
                r => r.Add("ana", Records.GrantChanged(Id(7), GrantAt(r, 1), GrantAt(r, 1).Spent(r.Next("ana"))))
            ),
            Row(
                "recordBefore",
                "A recall is answered whose time was another",
                r =>
                {
                    var id = r.Registry.Recall("studio", Clip, "remix");
                    r.Registry.AnswerRecall(id, RecallState.Disputed, "No.");
                    var before = RecallAt(r) with { Stamp = new(9, new(9)) };
                    r.AddUse(Records.RecallChanged(id, before, before with { Stamp = r.Next(StudioStream) }));
                }
            ),
            Row("recordStamp", "A default of an earlier version", r => r.Add("ana", Set(r, Effect.Deny, version: -1))),
            Row("recordStamp", "A default of another time", r => r.Add("ana", Set(r, Effect.Deny, later: 1))),
            Row(
                "recordStamp",
                "A lockdown of a later version",
                r => r.Add("ana", Records.StopChanged(StopKind.Lockdown, null, Stop.Create(null, r.Next("ana", 1))))
            ),
            Row(
                "recordStamp",
                "An override of another version",
                r =>
                    r.Add(
                        "ana",
                        Records.OverrideChanged(new(Clip, Remix, null), null, new(Choice.Deny(1), r.Next("ana", 1)))
                    )
            ),
            Row(
                "recordStamp",
                "An erasure of another time",
                r => r.Add("ana", Records.CreatorErased(r.Log.Now, new([], [])))
            ),
            Row(
                "recordStamp",
                "A purpose of another version",
                r => r.Add("$vocabulary", Records.PurposeRegistered(new(Purpose.Parse("remix.dub"), false, "x", 3)))
            ),
            Row(
                "recordUnchanged",
                "What is not set is cleared",
                r => r.Add("ana", Records.DefaultChanged(OfRemix, null, null))
            ),
            Row(
                "recordUnchanged",
                "What is blocked is blocked",
                r =>
                {
                    r.Registry.Block("ana", "studio");
                    var blocked = new Stamp(1, r.Log.Now);
                    r.Add("ana", Records.AskingChanged(Studio, blocked, r.Next("ana")));
                }
            ),
            Row(
                "recordStream",
                "A video of another owner",
                r => r.Add("ana", Records.VideoRegistered(Video("bea", "v"), null, new(null, [], [])))
            ),
            Row(
                "recordStream",
                "A use of another requester",
                r =>
                    r.AddUse(
                        Records.UseRecorded(
                            Id(8),
                            UseAt(r, [], UseReason.NoConsent) with
                            {
                                Requester = Requester.Parse("label"),
                            }
                        )
                    )
            ),
            Row("purposeUnknown", "A default for no purpose", r => r.Add("ana", Set(r, Effect.Deny, purpose: "dance"))),
            Row(
                "purposeUnknown",
                "A lockdown of no purpose",
                r =>
                    r.Add(
                        "ana",
                        Records.StopChanged(
                            StopKind.Lockdown,
                            null,
                            Stop.Create([Purpose.Parse("dance")], r.Next("ana"))
                        )
                    )
            ),
            Row(
                "purposeUnknown",
                "A default for a purpose that is registered two minutes later",
                r =>
                {
                    r.Add("ana", Set(r, Effect.Deny, purpose: "remix.dub"));
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(1));
                    r.Registry.RegisterPurpose("remix.dub");
                },
                back: 1
            ),
            Row(
                "purposeUnknown",
                "Two defaults for a purpose that is registered later, of which the second is too early",
                r =>
                {
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(2));
                    r.Add("ana", Set(r, Effect.Deny, purpose: "remix.dub"));
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(-2));
                    r.Add("bea", Set(r, Effect.Deny, purpose: "remix.dub", creator: "bea"));
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(1));
                    r.Registry.RegisterPurpose("remix.dub");
                },
                back: 1
            ),
            Row("vocabularyVersion", "An allow of the future", r => r.Add("ana", Set(r, Effect.Allow, vocabulary: 2))),
            Row("vocabularyVersion", "An allow of version 0", r => r.Add("ana", Set(r, Effect.Allow, vocabulary: 0))),
            Row(
                "recordBefore",
                "A purpose twice",
                r => r.Add("$vocabulary", Records.PurposeRegistered(new(Remix, false, "x", 2)))
            ),
            Row(
                "purposeEntry",
                "A purpose without its parent",
                r => r.Add("$vocabulary", Records.PurposeRegistered(new(Purpose.Parse("dance.slow"), false, "x", 2)))
            ),
            Row("settingRatchet", "A segment is not clamped", NotClamped),
            Row("settingRatchet", "An allow for the past without the word of it", Widened),
            Row(
                "settingExpired",
                "An allow that is over",
                r =>
                    r.Add(
                        "ana",
                        Records.DefaultChanged(
                            OfRemix,
                            null,
                            new([new(null, Choice.Allow(Conditions.None, r.Log.Now, 1), r.Next("ana"))])
                        )
                    )
            ),
            Row(
                "denyKeepsGrant",
                "A deny beside a grant",
                r =>
                {
                    Given(r, uses: 1);
                    r.Add("ana", Set(r, Effect.Deny));
                }
            ),
            Row(
                "denyKeepsGrant",
                "A deny for the video of a grant",
                r =>
                {
                    Given(r, uses: 1);
                    r.Add(
                        "ana",
                        Records.OverrideChanged(new(Clip, Remix, Studio), null, new(Choice.Deny(1), r.Next("ana")))
                    );
                }
            ),
            Row("stopNarrowed", "A lockdown of all becomes one of a purpose", Narrowed),
            Row("videoWidened", "A participant goes without a reason", WidenedVideo),
            Row(
                "videoWidened",
                "A participant goes with a reason that says nothing",
                r => r.Log.Add("ana", Somebody with { Reason = "" }, WideningOf(r))
            ),
            Row(
                "videoFacts",
                "A video of tomorrow",
                r =>
                    r.Add("ana", Records.VideoRegistered(Clip, null, new(r.Log.Now.Plus(TimeSpan.FromDays(1)), [], [])))
            ),
            Row(
                "videoFacts",
                "A video that is made of itself",
                r => r.Add("ana", Records.VideoRegistered(Clip, null, new(null, [], [Clip])))
            ),
            Row(
                "videoFacts",
                "A video with 17 identifiers",
                r => r.Add("ana", Records.VideoRegistered(Clip, null, new(null, [], [], Identifiers(17))))
            ),
            Row(
                "videoWidened",
                "An identifier goes without a reason",
                r =>
                {
                    var known = new VideoRecord(null, [], [], Identifiers(2));
                    r.Add("ana", Records.VideoRegistered(Clip, null, known));
                    r.Add("ana", Records.VideoRegistered(Clip, known, new(null, [], [], Identifiers(1))));
                }
            ),
            Row(
                "approvalOpened",
                "A request that begins approved",
                r =>
                    r.Add(
                        "ana",
                        Records.ApprovalChanged(Id(1), null, RequestAt(r) with { State = ApprovalState.Approved })
                    )
            ),
            Row(
                "approvalOpened",
                "A request that is over when it begins",
                r => r.Add("ana", Records.ApprovalChanged(Id(1), null, RequestAt(r) with { ExpiresAt = r.Log.Now }))
            ),
            Row(
                "approvalOpened",
                "A request that can be answered after what it asks for is over",
                r =>
                    r.Add(
                        "ana",
                        Records.ApprovalChanged(
                            Id(1),
                            null,
                            RequestAt(r) with
                            {
                                ExpiresAt = r.Log.Now.Plus(TimeSpan.FromDays(8)),
                            }
                        )
                    )
            ),
            Row(
                "approvalOpened",
                "A request is about one video twice",
                r => r.Add("ana", Records.ApprovalChanged(Id(1), null, RequestAt(r) with { Videos = [Clip, Clip] }))
            ),
            Row(
                "approvalParts",
                "A request asks another creator for something else",
                r =>
                {
                    var open = Asked(r);
                    r.Add(
                        "bea",
                        Records.ApprovalChanged(
                            Id(1),
                            null,
                            open with
                            {
                                Wanted = open.Wanted with { Purpose = Purpose.Parse("training") },
                                Stamp = r.Next("bea"),
                            }
                        )
                    );
                }
            ),
            Row(
                "approvalParts",
                "A request gives another creator more time",
                r =>
                {
                    var open = Asked(r);
                    r.Add(
                        "bea",
                        Records.ApprovalChanged(
                            Id(1),
                            null,
                            open with
                            {
                                ExpiresAt = open.ExpiresAt.Plus(TimeSpan.FromDays(-1)),
                                Stamp = r.Next("bea"),
                            }
                        )
                    );
                }
            ),
            Row("approvalAnswered", "A refusal becomes an approval", r => Reanswered(r, ApprovalState.Refused)),
            Row(
                "approvalAnswered",
                "An answer that comes too late",
                r =>
                {
                    var open = Asked(r);
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromDays(15));
                    r.Add(
                        "ana",
                        Records.ApprovalChanged(
                            Id(1),
                            open,
                            open with
                            {
                                State = ApprovalState.Refused,
                                Stamp = r.Next("ana"),
                            }
                        )
                    );
                }
            ),
            Row(
                "approvalBlocked",
                "A request of somebody who may not ask",
                r =>
                {
                    r.Registry.Block("ana", "studio");
                    r.Add("ana", Records.ApprovalChanged(Id(1), null, RequestAt(r)));
                }
            ),
            Row(
                "grantUnasked",
                "A grant without a request",
                r => r.Add("ana", Records.GrantChanged(Id(7), null, GrantAt(r, 1)))
            ),
            Row(
                "grantUnasked",
                "A grant for another video",
                r =>
                    Approve(
                        r,
                        grant =>
                            new(
                                grant.Request,
                                Video("ana", "other"),
                                grant.UsedIn,
                                grant.Requester,
                                grant.Terms,
                                grant.Stamp
                            )
                    )
            ),
            Row(
                "grantUnasked",
                "A grant for another requester",
                r =>
                    Approve(
                        r,
                        grant =>
                            new(
                                grant.Request,
                                grant.Video,
                                grant.UsedIn,
                                Requester.Parse("label"),
                                grant.Terms,
                                grant.Stamp
                            )
                    )
            ),
            Row(
                "grantWider",
                "A grant without a number",
                r => Approve(r, grant => With(grant, grant.Terms.ExpiresAt, uses: null))
            ),
            Row(
                "grantWider",
                "A grant for more uses",
                r => Approve(r, grant => With(grant, grant.Terms.ExpiresAt, uses: 9))
            ),
            Row("grantWider", "A grant for good", r => Approve(r, grant => With(grant, null, uses: 2))),
            Row(
                "grantWider",
                "A grant for a purpose above",
                r =>
                    Approve(
                        r,
                        grant =>
                            new(
                                grant.Request,
                                grant.Video,
                                grant.UsedIn,
                                grant.Requester,
                                new(Remix, Conditions.None, 1, grant.Terms.ExpiresAt, 2),
                                grant.Stamp
                            ),
                        "remix.voice"
                    )
            ),
            Row(
                "grantEnded",
                "A revoked grant is revoked again",
                r =>
                {
                    var (id, grant) = Given(r, uses: 1);
                    r.Registry.Revoke("ana", id);
                    var revoked = r.Registry.GrantOf("ana", id);
                    r.Add("ana", Records.GrantChanged(id, revoked, revoked.Revoked(r.Next("ana"))));
                }
            ),
            Row(
                "grantEnded",
                "A grant without a number is spent",
                r =>
                {
                    var (id, grant) = Given(r, uses: null);
                    r.Add("ana", Records.GrantChanged(id, grant, grant.Spent(r.Next("ana"))));
                }
            ),
            Row(
                "grantSpentEarly",
                "A grant is spent without a use",
                r =>
                {
                    var (id, grant) = Given(r, uses: 1);
                    r.Add("ana", Records.GrantChanged(id, grant, grant.Spent(r.Next("ana"))));
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(5));
                    r.Registry.SetStop("bea", StopKind.Lockdown);
                },
                back: 1
            ),
            Row(
                "grantNotSpent",
                "A grant is used for the last time, and still stands",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant)));
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(5));
                    r.Registry.SetStop("bea", StopKind.Lockdown);
                },
                back: 1
            ),
            Row(
                "useMoment",
                "A use of tomorrow",
                r =>
                {
                    var use = UseAt(r, [], UseReason.CreatorDefault);
                    r.AddUse(Records.UseRecorded(Id(8), use with { UsedAt = use.UsedAt.Plus(TimeSpan.FromDays(1)) }));
                }
            ),
            Row(
                "useMoment",
                "A use of last month without a receipt",
                r =>
                {
                    var use = UseAt(r, [], UseReason.CreatorDefault);
                    r.AddUse(Records.UseRecorded(Id(8), use with { UsedAt = use.UsedAt.Plus(TimeSpan.FromDays(-30)) }));
                }
            ),
            Row(
                "useUngranted",
                "A use is allowed by a grant that nobody gave",
                r => r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [], UseReason.Grant)))
            ),
            Row(
                "useUngranted",
                "A use is allowed by a counted grant and does not spend it",
                r =>
                {
                    Given(r, uses: 2);
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [], UseReason.Grant)));
                }
            ),
            Row(
                "useRecorded",
                "A use is of one video twice",
                r =>
                {
                    var use = UseAt(r, [], UseReason.NoConsent);
                    r.AddUse(Records.UseRecorded(Id(8), use with { Videos = [use.Videos[0], use.Videos[0]] }));
                }
            ),
            Row("useMoment", "A use relies on a receipt of tomorrow", r => Relied(r, TimeSpan.FromDays(1))),
            Row("useMoment", "A use relies on a receipt of last month", r => Relied(r, TimeSpan.FromDays(-31))),
            Row(
                "useMoment",
                "A use relies on a receipt that is later than it",
                r => Relied(r, TimeSpan.FromDays(-1), usedBefore: TimeSpan.FromDays(2))
            ),
            Row(
                "useRecorded",
                "A use without consent spends a grant",
                r => r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [Given(r, uses: 1).Id], UseReason.NoConsent)))
            ),
            Row(
                "recordBefore",
                "A grant is given by two creators",
                r =>
                {
                    var (id, grant) = Given(r, uses: 2);
                    var request = RequestAt(r) with { Stamp = r.Next("bea") };
                    r.Add("bea", Records.ApprovalChanged(Id(1), null, request));
                    var stamp = r.Next("bea");
                    r.Add(
                        "bea",
                        Records.ApprovalChanged(
                            Id(1),
                            request,
                            request with
                            {
                                State = ApprovalState.Approved,
                                Stamp = stamp,
                            }
                        ),
                        Records.GrantChanged(id, null, new(Id(1), Clip, Clip, Studio, grant.Terms, stamp))
                    );
                }
            ),
            Row(
                "recordBefore",
                "A use stands in two streams",
                r =>
                {
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [], UseReason.NoConsent)));
                    const string other = "$requester/label";
                    var use = UseAt(r, [], UseReason.NoConsent) with { Requester = Requester.Parse("label") };
                    r.Add(other, Records.UseRecorded(Id(8), use with { Stamp = r.Next(other) }));
                }
            ),
            Row(
                "recordBefore",
                "A use stands twice",
                r =>
                {
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [], UseReason.NoConsent)));
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [], UseReason.NoConsent)));
                }
            ),
            Row(
                "useUnknownGrant",
                "A use spends what was never given",
                r => r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [Id(77)], UseReason.Grant)))
            ),
            Row(
                "useUnknownGrant",
                "A use for another purpose",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.AddUse(
                        Records.UseRecorded(
                            Id(8),
                            UseAt(r, [id], UseReason.Grant) with
                            {
                                Purpose = Purpose.Parse("training"),
                            }
                        )
                    );
                }
            ),
            Row(
                "useUnknownGrant",
                "A use of another video",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant, "other")));
                }
            ),
            Row(
                "useUnknownGrant",
                "A use for a purpose that is newer than the grant",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.Registry.RegisterPurpose("remix.dub");
                    r.AddUse(
                        Records.UseRecorded(
                            Id(8),
                            UseAt(r, [id], UseReason.Grant) with
                            {
                                Purpose = Purpose.Parse("remix.dub"),
                            }
                        )
                    );
                }
            ),
            Row(
                "useBeyondGrant",
                "A second use of a grant for one",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.Registry.Use("ana", id);
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant)));
                }
            ),
            Row(
                "useAfterGrant",
                "A use after the end of a grant",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromDays(8));
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant)));
                }
            ),
            Row(
                "useAfterGrant",
                "A use after a grant was revoked",
                r =>
                {
                    var (id, _) = Given(r, uses: 1);
                    r.Registry.Revoke("ana", id);
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(1));
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant)));
                }
            ),
            Row(
                "useAfterGrant",
                "A use after the creator was erased",
                r =>
                {
                    // Exported before the erasure: bodies are there still.
                    var (id, _) = Given(r, uses: 1);
                    r.Log.Add(
                        "ana",
                        Records.CreatorErased(
                            default,
                            new([(Vocabulary.Initial.Purposes.Length, r.Log.Rows.Count - 1)], [])
                        )
                    );
                    r.Log.Now = r.Log.Now.Plus(TimeSpan.FromMinutes(1));
                    r.AddUse(Records.UseRecorded(Id(8), UseAt(r, [id], UseReason.Grant)));
                }
            ),
            Row(
                "recallIssued",
                "A recall that begins acknowledged",
                r => r.AddUse(Records.RecallChanged(Id(9), null, RecallAt(r) with { State = RecallState.Acknowledged }))
            ),
            Row(
                "recallIssued",
                "A recall whose time is over when it begins",
                r => r.AddUse(Records.RecallChanged(Id(9), null, RecallAt(r) with { StopBy = r.Log.Now }))
            ),
            Row(
                "recallAnswered",
                "An answer that moves the time",
                r =>
                {
                    var open = RecallAt(r);
                    r.AddUse(Records.RecallChanged(Id(9), null, open));
                    r.AddUse(
                        Records.RecallChanged(
                            Id(9),
                            open,
                            open with
                            {
                                State = RecallState.Disputed,
                                StopBy = open.StopBy.Plus(TimeSpan.FromDays(365)),
                                Stamp = r.Next(StudioStream),
                            }
                        )
                    );
                }
            ),
            Row(
                "recallAnswered",
                "What was acknowledged is disputed",
                r =>
                {
                    var open = RecallAt(r);
                    r.AddUse(Records.RecallChanged(Id(9), null, open));
                    var done = open with { State = RecallState.Acknowledged, Stamp = r.Next(StudioStream) };
                    r.AddUse(Records.RecallChanged(Id(9), open, done));
                    r.AddUse(
                        Records.RecallChanged(
                            Id(9),
                            done,
                            done with
                            {
                                State = RecallState.Disputed,
                                Stamp = r.Next(StudioStream),
                            }
                        )
                    );
                }
            ),
        ];

    [Theory]
    [MemberData(nameof(Deeds))]
    public void A_broken_rule_is_named_with_its_entry(Deed deed)
    {
        var writer = new Writer();
        deed.Act(writer);
        var log = writer.Log;
        log.Checkpoints.Add(log.Rows.Count);

        var report = SampleLog.Verify(log.Export());

        Assert.Equal(
            (Verdict.Tampered, deed.Code, log.Rows.Count - 1L - deed.Back),
            (report.Verdict, report.Failure?.Code, report.Failure?.Seq)
        );
        Assert.Null(SampleLog.Verify(log.Export(), new() { JudgesMeaning = false }).Failure);
    }

    [Fact]
    public void Every_rule_is_broken_by_a_test_and_codes_are_words_of_their_own()
    {
        var codes = ReplayRules.All.Select(rule => rule.Code).ToList();
        // What streams have to be is tried with the tampered logs.
        string[] elsewhere = ["eventTwice", "streamTime", "erasureCover"];

        Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(codes.Except(Deeds().Select(row => row.Data.Code)).Except(elsewhere));
    }

    [Fact]
    public void The_page_of_the_reference_has_the_table()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ConsentRegistry.sln")))
            folder = folder.Parent;
        var page = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "reference", "replay-rules.md"));

        Assert.Equal(
            ReplayRules.All.Select(rule => $"| `{rule.Code}` | {rule.Events} | {rule.Meaning} | {rule.Example} |"),
            page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void What_two_streams_may_have_in_another_order_is_accepted()
    {
        var writer = new Writer();
        // A purpose that the log has a little later than what names it, and a grant that is spent before its use.
        writer.Add("ana", Set(writer, Effect.Deny, purpose: "remix.dub"));
        Assert.True(writer.Registry.RegisterPurpose("remix.dub"));
        var (id, grant) = Given(writer, uses: 1, creator: "bea");
        writer.Add("bea", Records.GrantChanged(id, grant, grant.Spent(writer.Next("bea"))));
        writer.Log.Now = writer.Log.Now.Plus(TimeSpan.FromMinutes(-1));
        writer.AddUse(Records.UseRecorded(Id(8), UseAt(writer, [id], UseReason.Grant)));
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);

        Assert.Null(SampleLog.Verify(writer.Log.Export()).Failure);
    }

    [Fact]
    public void A_use_that_a_grant_without_a_number_allowed_spends_nothing()
    {
        var writer = new Writer();
        // The use is in the log before the grant, of another stream.
        writer.AddUse(Records.UseRecorded(Id(8), UseAt(writer, [], UseReason.Grant)));
        writer.Log.Now = writer.Log.Now.Plus(TimeSpan.FromMinutes(-2));
        Given(writer, uses: null);
        writer.AddUse(Records.UseRecorded(Id(18), UseAt(writer, [], UseReason.Grant)));
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);
        Assert.Null(SampleLog.Verify(writer.Log.Export()).Failure);

        Assert.True(writer.Registry.Erase("ana"));
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);
        Assert.Null(SampleLog.Verify(writer.Log.Export()).Failure);
    }

    [Theory]
    [InlineData(EventType.GrantSpent)]
    [InlineData(EventType.GrantRevoked)]
    public void An_event_of_a_grant_has_the_type_of_what_became_of_it(string type)
    {
        var writer = new Writer();
        var (id, grant) = Given(writer, uses: 1);
        var ended = type == EventType.GrantSpent ? grant.Revoked(writer.Next("ana")) : grant.Spent(writer.Next("ana"));
        writer.Add("ana", Records.GrantChanged(id, grant, ended) with { Type = type });
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);

        Assert.Contains("record that the registry does not write", SampleLog.Verify(writer.Log.Export()).Failure?.What);
    }

    [Fact]
    public void A_use_by_a_receipt_counts_from_the_time_of_the_receipt()
    {
        var writer = new Writer();
        var (id, _) = Given(writer, uses: 1);
        var receipt = new ReliedOn(writer.Log.Now, HasReceipt: true);
        Assert.True(writer.Registry.Revoke("ana", id));
        writer.Log.Now = writer.Log.Now.Plus(TimeSpan.FromDays(20));
        var use = UseAt(writer, [id], UseReason.Grant);
        writer.AddUse(Records.UseRecorded(Id(8), use with { Videos = [use.Videos[0] with { ReliedOn = receipt }] }));
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);

        Assert.Null(SampleLog.Verify(writer.Log.Export()).Failure);
    }

    [Fact]
    public void A_use_of_a_grant_whose_event_was_erased_is_accepted_and_no_more_of_them_than_were_erased()
    {
        var writer = new Writer();
        var (id, _) = Given(writer, uses: 2);
        writer.AddUse(Records.UseRecorded(Id(8), UseAt(writer, [id], UseReason.Grant)));
        Assert.True(writer.Registry.Erase("ana"));
        var size = writer.Log.Rows.Count;
        writer.Log.Checkpoints.Add(size);
        Assert.Null(SampleLog.Verify(writer.Log.Export()).Failure);

        writer.AddUse(Records.UseRecorded(Id(18), UseAt(writer, [Id(78)], UseReason.Grant)));
        writer.Log.Checkpoints.Add(writer.Log.Rows.Count);
        Assert.Equal("useUnknownGrant", SampleLog.Verify(writer.Log.Export()).Failure?.Code);
    }

    public sealed record Deed(string Code, string Name, long Back)
    {
        internal Action<Writer> Act { get; init; } = _ => { };

        public override string ToString() => Name;
    }

    /// <summary>An honest registry, and events that it would not write.</summary>
    internal sealed class Writer
    {
        public HonestRegistry Registry { get; } = new();

        public SampleLog Log => Registry.Log;

        public Stamp Next(string stream, int more = 0) =>
            Log.NextStamp(stream) is var stamp ? stamp with { Version = stamp.Version + more } : default;

        public void Add(string stream, params RecordChange[] changes) => Log.Add(stream, Somebody, changes);

        public void AddUse(RecordChange change) => Add(StudioStream, change);
    }

    private const string StudioStream = "$requester/studio";

    private static TheoryDataRow<Deed> Row(string code, string name, Action<Writer> act, long back = 0) =>
        new(new(code, name, back) { Act = act }) { TestDisplayName = name };

    private static RecordChange Set(
        Writer writer,
        Effect effect,
        string purpose = "remix",
        int vocabulary = 1,
        int version = 0,
        int later = 0,
        string creator = "ana"
    )
    {
        var stamp = writer.Next(creator, version);
        return Records.DefaultChanged(
            new(Purpose.Parse(purpose), null),
            null,
            new([
                new(
                    null,
                    Choice.Create(effect, Conditions.None, null, vocabulary),
                    stamp with
                    {
                        At = new(stamp.At.Microseconds + later),
                    }
                ),
            ])
        );
    }

    private static void Before(Writer writer)
    {
        writer.Registry.Set("ana", "remix", Effect.Deny);
        var allow = new DefaultSetting([new(null, Choice.Allow(Conditions.None, null, 1), new(1, writer.Log.Now))]);
        writer.Add("ana", Records.DefaultChanged(OfRemix, allow, null));
    }

    private static void NotClamped(Writer writer)
    {
        writer.Registry.Set("ana", "remix", Effect.Ask);
        var ask = new DefaultSetting([new(null, Choice.Ask(Conditions.None, 1), new(1, writer.Log.Now))]);
        var stamp = writer.Next("ana");
        var allow = Choice.Allow(Conditions.Attribution, null, 1);
        writer.Add("ana", Records.DefaultChanged(OfRemix, ask, new([.. ask.Segments, new(stamp.At, allow, stamp)])));
    }

    private static void Widened(Writer writer)
    {
        writer.Registry.Set("ana", "remix", Effect.Ask);
        var ask = new DefaultSetting([new(null, Choice.Ask(Conditions.None, 1), new(1, writer.Log.Now))]);
        var stamp = writer.Next("ana");
        var from = stamp.At.Plus(TimeSpan.FromDays(-30));
        writer.Add(
            "ana",
            Records.DefaultChanged(
                OfRemix,
                ask,
                new([.. ask.Segments, new(from, Choice.Allow(Conditions.None, null, 1), stamp)])
            )
        );
    }

    private static void Narrowed(Writer writer)
    {
        writer.Registry.SetStop("ana", StopKind.Lockdown);
        writer.Add(
            "ana",
            Records.StopChanged(
                StopKind.Lockdown,
                Stop.Create(null, new(1, writer.Log.Now)),
                Stop.Create([Remix], writer.Next("ana"))
            )
        );
    }

    private static void WidenedVideo(Writer writer) => writer.Add("ana", WideningOf(writer));

    private static RecordChange WideningOf(Writer writer)
    {
        var full = new VideoRecord(null, [new(CreatorId.Parse("bea"), Role.Depicted)], []);
        writer.Registry.Register(Clip, new(null, full.Participants, null));
        return Records.VideoRegistered(Clip, full, new(null, [], []));
    }

    private static ApprovalRecord RequestAt(Writer writer, string purpose = "remix") =>
        new(
            new(Studio, Clip, Purpose.Parse(purpose), "A remix.", writer.Log.Now.Plus(TimeSpan.FromDays(7)), 2),
            [Clip],
            writer.Log.Now.Plus(TimeSpan.FromDays(7)),
            ApprovalState.Open,
            null,
            writer.Next("ana")
        );

    private static ApprovalRecord Asked(Writer writer, string purpose = "remix")
    {
        var open = RequestAt(writer, purpose);
        writer.Add("ana", Records.ApprovalChanged(Id(1), null, open));
        return open;
    }

    private static void Reanswered(Writer writer, ApprovalState state)
    {
        var open = Asked(writer);
        var answered = open with { State = state, Stamp = writer.Next("ana") };
        writer.Add("ana", Records.ApprovalChanged(Id(1), open, answered));
        writer.Add(
            "ana",
            Records.ApprovalChanged(
                Id(1),
                answered,
                answered with
                {
                    State = ApprovalState.Approved,
                    Stamp = writer.Next("ana"),
                }
            )
        );
    }

    private static GrantRecord GrantAt(Writer writer, int request) =>
        new(
            Id(request),
            Clip,
            Clip,
            Studio,
            new(Remix, Conditions.None, 1, writer.Log.Now.Plus(TimeSpan.FromDays(7)), 2),
            writer.Next("ana")
        );

    private static GrantRecord With(GrantRecord grant, Instant? until, int? uses) =>
        new(
            grant.Request,
            grant.Video,
            grant.UsedIn,
            grant.Requester,
            new(grant.Terms.Purpose, Conditions.None, 1, until, uses),
            grant.Stamp
        );

    private static void Approve(Writer writer, Func<GrantRecord, GrantRecord> change, string purpose = "remix")
    {
        var open = Asked(writer, purpose);
        var grant = new GrantRecord(
            Id(1),
            Clip,
            Clip,
            Studio,
            new(Purpose.Parse(purpose), Conditions.None, 1, open.Wanted.Until, 2),
            writer.Next("ana")
        );
        writer.Add(
            "ana",
            Records.ApprovalChanged(
                Id(1),
                open,
                open with
                {
                    State = ApprovalState.Approved,
                    Stamp = writer.Next("ana"),
                }
            ),
            Records.GrantChanged(Id(7), null, change(grant))
        );
    }

    private static (Guid Id, GrantRecord Grant) Given(Writer writer, int? uses, string creator = "ana")
    {
        var until = uses is null ? (Instant?)null : writer.Log.Now.Plus(TimeSpan.FromDays(7));
        var id = writer.Registry.Ask(creator, new(Studio, Clip, Remix, "A remix.", until, uses), Clip);
        Assert.True(writer.Registry.Answer(creator, id!.Value, ApprovalState.Approved));
        return writer.Registry.Grants.Select(one => (one.Id, one.Grant)).Single();
    }

    private static UseRecord UseAt(Writer writer, Guid[] spent, UseReason reason, string video = "clip")
    {
        var stamp = writer.Next(StudioStream);
        return new(Studio, Remix, null, [new(Video("ana", video), reason, [.. spent], null)], stamp.At, stamp);
    }

    private static void Relied(Writer writer, TimeSpan later, TimeSpan usedBefore = default)
    {
        var use = UseAt(writer, [], UseReason.CreatorDefault);
        var relied = new ReliedOn(use.Stamp.At.Plus(later), HasReceipt: true);
        writer.AddUse(
            Records.UseRecorded(
                Id(8),
                use with
                {
                    UsedAt = use.UsedAt.Plus(-usedBefore),
                    Videos = [use.Videos[0] with { ReliedOn = relied }],
                }
            )
        );
    }

    private static IEnumerable<RegisteredIdentifier> Identifiers(int count) =>
        Enumerable
            .Range(0, count)
            .Select(i => new RegisteredIdentifier(
                ContentIdentifier.ParseNormal(IdentifierScheme.Sha256, $"{i:x64}"),
                Listed: false
            ));

    private static RecallRecord RecallAt(Writer writer) =>
        new(
            Studio,
            Clip,
            Remix,
            null,
            Reason.Lockdown,
            writer.Log.Now.Plus(TimeSpan.FromDays(3)),
            RecallState.Open,
            null,
            writer.Next(StudioStream)
        );

    private static Guid Id(int number) => Guid.Parse($"019ab0c4-1111-7000-8000-{number:d12}");

    private static VideoKey Video(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));
}
