using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>What consent says to the use of one video, as far as is known without counting uses of grants.</summary>
/// <param name="Video">The video.</param>
/// <param name="Reason">Why the use has consent, or has none.</param>
/// <param name="Grants">
/// For each creator whose counted grant allows it: the grants of which one has to have a use left, the one to spend
/// first at first. None unless it is allowed.
/// </param>
/// <param name="Unanswered">Of a use that was not approved: by whom, about which video.</param>
/// <param name="Concerned">Everybody who decides on the video and was not erased.</param>
/// <param name="ReliedOn">The decision that was relied on.</param>
internal sealed record JudgedVideo(
    VideoKey Video,
    UseReason Reason,
    IReadOnlyList<IReadOnlyList<Guid>> Grants,
    IReadOnlyList<(CreatorId Creator, VideoKey Video)> Unanswered,
    IReadOnlyCollection<CreatorId> Concerned,
    ReliedOn? ReliedOn
)
{
    /// <summary>Whether it is judged by a receipt: a grant that was revoked since is still one of then.</summary>
    public bool IsJudgedByReceipt => ReliedOn is { HasReceipt: true };

    /// <summary>Whether it would be allowed now, however it was reported.</summary>
    public bool IsAllowedNow { get; init; }

    /// <summary>
    /// Whether the registry has heard of the video or its owner, and so of everybody concerned; otherwise their names
    /// are the reporter's word.
    /// </summary>
    public bool IsKnown { get; init; }

    /// <summary>The same, without consent for another reason than what consent says.</summary>
    public JudgedVideo Refused(UseReason reason) => this with { Reason = reason, Grants = [], Unanswered = [] };
}

/// <summary>
/// Judges uses by the consent at the earlier of the receipt's time and now. A receipt names the versions that it was
/// decided from, so that the same is decided again; without one memory decides, by what is newer than the request.
/// </summary>
internal sealed class UseJudge(MemoryFacts memory, PastFacts past, ReceiptReader receipts)
{
    /// <summary>Judges uses.</summary>
    /// <param name="uses">The uses.</param>
    /// <param name="arrivedAt">When the request arrived.</param>
    /// <param name="now">The clock.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>For each use its videos; null if memory cannot answer now.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<JudgedVideo>>?> JudgeAsync(
        IReadOnlyList<ReportedUse> uses,
        long arrivedAt,
        Instant now,
        CancellationToken cancellation
    )
    {
        // The past at first, which stays as it is however long reading takes; what is in force now at last.
        var then = new List<List<Then>>();
        foreach (var use in uses)
        {
            var each = new List<Then>();
            foreach (var video in use.Videos)
                each.Add(await ReadAsync(use, video, now, cancellation));
            then.Add(each);
        }
        var videos = uses.SelectMany(use => use.Videos.Select(used => used.Video)).ToHashSet();
        var need = new FreshnessRequirement(Question.NoVersions, arrivedAt);
        if (
            await memory.TakeAsync(videos, uses.Select(use => use.Requester).ToHashSet(), need, cancellation)
            is not { Set: var facts }
        )
            return null;
        return
        [
            .. uses.Zip(
                then,
                (use, each) =>
                    (IReadOnlyList<JudgedVideo>)
                        [.. use.Videos.Zip(each, (video, known) => Judge(use, video.Video, known, facts))]
            ),
        ];
    }

    /// <summary>Reads what the use of a video is said to have relied on.</summary>
    private async Task<Then> ReadAsync(
        ReportedUse use,
        ReportedVideo video,
        Instant now,
        CancellationToken cancellation
    )
    {
        if (video.Receipt is { } token)
        {
            var (receipt, refusal) = receipts.Read(token, use, video.Video, now);
            if (receipt is null)
                return new(refusal, null, null);
            return await DecideAsync(use, video.Video, receipt.At, receipt.Versions, cancellation) is { } byThen
                ? new(null, byThen, new(receipt.At, HasReceipt: true) { DecisionId = receipt.DecisionId })
                : new(UseReason.ForgedReceipt, null, null);
        }
        var reliedOn = video.Decision is { } named
            ? new ReliedOn(named.At, HasReceipt: false) { DecisionId = named.Id }
            : null;
        if (use.IsBefore(now, now))
            return new(UseReason.NoReceipt, null, reliedOn);
        // Somebody's word moves nothing, but what the registry never decided so is not what was relied on.
        var isContradicted =
            video.Decision is { } decision
            && (
                use.IsBefore(decision.At, now)
                || await DecideAsync(use, video.Video, decision.At, decision.Versions, cancellation) is not { } said
                || UsedVideo.StatusOf(said.Reason) != UseStatus.Consented
            );
        return new(isContradicted ? UseReason.OtherDecision : null, null, reliedOn);
    }

    /// <summary>Decides by versions of the streams that were consulted; null if the registry was never so.</summary>
    private async Task<JudgedVideo?> DecideAsync(
        ReportedUse use,
        VideoKey video,
        Instant at,
        IReadOnlyDictionary<string, long> versions,
        CancellationToken cancellation
    )
    {
        var question = new Question(video, use.Purpose, use.Requester, Question.NoVersions, 0, Explain: false);
        return (await past.ReadAsync(question, at, versions, cancellation)).Succeeded(out var facts, out _)
            ? Decide(facts, use, video)
            : null;
    }

    private static JudgedVideo Judge(ReportedUse use, VideoKey video, Then then, FactSet present)
    {
        var byNow = Decide(present, use, video) with
        {
            ReliedOn = then.ReliedOn,
            IsKnown = present.RecordOf(video) is not null || present.StateOf(video.Creator) != CreatorState.Unknown,
        };
        if (byNow.Reason == UseReason.UnknownPurpose)
            return byNow;
        if (then.Refusal is { } refusal)
            return byNow.Refused(refusal);
        // Whoever is concerned now hears of it as well.
        return then.Judged is { } byThen
            ? byThen with
            {
                Concerned = [.. byThen.Concerned.Union(byNow.Concerned)],
                ReliedOn = then.ReliedOn,
                IsAllowedNow = byNow.IsAllowedNow,
                IsKnown = byNow.IsKnown,
            }
            : byNow;
    }

    private static JudgedVideo Decide(FactSet facts, ReportedUse use, VideoKey video)
    {
        if (!facts.Vocabulary.TryFind(use.Purpose, out var purpose))
            return new(
                video,
                UseReason.UnknownPurpose,
                [],
                [],
                ButErased(facts, ConcernedCreators.By(facts, video, purpose: null)),
                null
            );
        var trace = new GrantTrace(facts, video, use.Requester);
        var decision = facts.Decide(video, purpose, use.Requester, ref trace);
        var reason =
            facts.RecordOf(video) is null && decision.Detail != Detail.Erased
                ? UseReason.UnknownVideo
                : ReasonOf(decision);
        return new(
            video,
            reason,
            decision.IsAllowed ? trace.Counted : [],
            reason == UseReason.NotApproved ? trace.Unanswered : [],
            ButErased(
                facts,
                reason == UseReason.Indeterminate ? ConcernedCreators.By(facts, video, purpose) : trace.Concerned
            ),
            null
        )
        {
            IsAllowedNow = decision.IsAllowed,
        };
    }

    // Of those nothing is written down any more.
    private static List<CreatorId> ButErased(FactSet facts, IEnumerable<CreatorId> creators) =>
        [.. creators.Where(creator => !facts.StateOf(creator).IsErased)];

    private static UseReason ReasonOf(in Decision decision) =>
        (decision.Effect, decision.Reason) switch
        {
            (Effect.Allow, Reason.VideoOverride) => UseReason.VideoOverride,
            (Effect.Allow, Reason.Grant) => UseReason.Grant,
            (Effect.Allow, _) => UseReason.CreatorDefault,
            (Effect.Ask, _) => UseReason.NotApproved,
            (_, Reason.Lockdown) => UseReason.Lockdown,
            (_, Reason.Hold) => UseReason.Hold,
            (_, Reason.Indeterminate) => UseReason.Indeterminate,
            _ => UseReason.NoConsent,
        };

    /// <summary>What was decided when it was relied on.</summary>
    /// <param name="Refusal">
    /// Why the use cannot rest on it, and has no consent; null if it can, or if there is no need.
    /// </param>
    /// <param name="Judged">What was decided, if a receipt shows it.</param>
    /// <param name="ReliedOn">The decision.</param>
    private sealed record Then(UseReason? Refusal, JudgedVideo? Judged, ReliedOn? ReliedOn);
}
