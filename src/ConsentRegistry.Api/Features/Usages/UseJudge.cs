using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>What consent says to the use of one video, as far as is known without counting uses of grants.</summary>
/// <param name="Video">The video.</param>
/// <param name="Reason">Why the use has consent, or has none.</param>
/// <param name="Grants">For each creator whose counted grant allows it: the grants of which one has to have a use left, the one to spend first at first.</param>
/// <param name="Concerned">Everybody who decides on the video.</param>
/// <param name="HoldsUntil">When what it rests on expires.</param>
/// <param name="IsAllowedNow">Whether it would be allowed now, however it was reported.</param>
/// <param name="WithReceipt">Whether it is judged by a receipt: a grant that was revoked since is still one of then.</param>
internal sealed record JudgedVideo(
    VideoKey Video, UseReason Reason, IReadOnlyList<IReadOnlyList<Guid>> Grants, IReadOnlyList<CreatorId> Concerned, Instant HoldsUntil, bool IsAllowedNow, bool WithReceipt);

/// <summary>
/// Judges uses by the consent at the earlier of the receipt's time and now. A receipt names the versions that it was decided from, so that
/// the same is decided again; without one memory decides, by what is newer than the request.
/// </summary>
internal sealed class UseJudge(CheckFacts memory, PastReader past, ReceiptReader receipts)
{
    /// <summary>How long ago a use may have been that no receipt goes with.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <summary>Judges uses.</summary>
    /// <param name="uses">The uses.</param>
    /// <param name="arrivedAt">When the request arrived.</param>
    /// <param name="now">The clock.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>For each use its videos; the number of a use whose purpose is unknown; or neither, if memory cannot answer now.</returns>
    public async Task<(IReadOnlyList<IReadOnlyList<JudgedVideo>>? Judged, int? Unknown)> JudgeAsync(
        IReadOnlyList<ReportedUse> uses, long arrivedAt, Instant now, CancellationToken cancellation)
    {
        var videos = uses.SelectMany(use => use.Videos.Select(used => used.Video)).ToHashSet();
        var need = new Need(Asking.NoVersions, arrivedAt);
        if (await memory.TakeAsync(videos, uses.Select(use => use.Requester).ToHashSet(), need, cancellation) is not { Set: var facts })
            return (null, null);
        var judged = new List<IReadOnlyList<JudgedVideo>>();
        for (var i = 0; i < uses.Count; i++)
        {
            if (!facts.Vocabulary.TryFind(uses[i].Purpose, out _))
                return (null, i);
            var each = new List<JudgedVideo>();
            foreach (var (video, receipt) in uses[i].Videos)
                each.Add(await JudgeAsync(uses[i], video, receipt, facts, now, cancellation));
            judged.Add(each);
        }
        return (judged, null);
    }

    private async Task<JudgedVideo> JudgeAsync(ReportedUse use, VideoKey video, string? token, FactSet present, Instant now, CancellationToken cancellation)
    {
        var byNow = Decide(present, use, video);
        if (token is null)
            return use.UsedAt < now.Plus(-Recent) ? byNow with { Reason = UseReason.NoReceipt, Grants = [] } : byNow;
        var (receipt, refusal) = receipts.Read(token, use, video, now);
        if (receipt is null)
            return byNow with { Reason = refusal, Grants = [] };
        var question = new Question(video, use.Purpose, use.Requester, Asking.NoVersions, 0, Explain: false);
        if (!(await past.ReadAsync(question, receipt.At, receipt.Versions, cancellation)).Succeeded(out var facts, out _))
            return byNow with { Reason = UseReason.ForgedReceipt, Grants = [] };
        var byThen = Decide(facts, use, video);
        // Whoever is concerned now hears of it as well.
        return byThen with { Concerned = [.. byThen.Concerned.Union(byNow.Concerned)], HoldsUntil = byNow.HoldsUntil, IsAllowedNow = byNow.IsAllowedNow, WithReceipt = true };
    }

    private static JudgedVideo Decide(FactSet facts, ReportedUse use, VideoKey video)
    {
        var trace = new GrantTrace(facts, video, use.Requester);
        var decision = facts.Decide(video, facts.Vocabulary.Find(use.Purpose), use.Requester, ref trace);
        var reason = facts.RecordOf(video) is null ? UseReason.UnknownVideo : ReasonOf(decision);
        return new(video, reason, decision.IsAllowed ? trace.Counted : [], trace.Concerned(video.Creator), decision.HoldsUntil, decision.IsAllowed, WithReceipt: false);
    }

    private static UseReason ReasonOf(in Decision decision) => (decision.Effect, decision.Reason) switch
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
}
