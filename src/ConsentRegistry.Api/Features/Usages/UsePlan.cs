using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>A derived video whose sources are registered with the use that made it.</summary>
internal readonly record struct MadeVideo(VideoKey Video, VideoRecord? Before, VideoRecord After);

/// <summary>What recording uses comes to, with the grants that they spend locked.</summary>
internal sealed class UsePlan
{
    private readonly Dictionary<Guid, Counted> grants;
    private readonly Dictionary<VideoKey, MadeVideo> made = [];
    private readonly List<Result<StoredUse>> results = [];

    private UsePlan(IEnumerable<(CreatorId Creator, StoredGrant Grant)> grants) =>
        this.grants = grants.ToDictionary(one => one.Grant.Id, one => new Counted(one.Creator, one.Grant));

    /// <summary>For each reported use what is recorded, judged to the end, or why it is refused.</summary>
    public IReadOnlyList<Result<StoredUse>> Results => results;

    /// <summary>The uses that are recorded.</summary>
    public IReadOnlyList<StoredUse> Uses => [.. results.Where(one => one.Failure is null).Select(one => one.Value)];

    /// <summary>How many uses are spent, by grant.</summary>
    public IReadOnlyCollection<(Guid Grant, int Uses)> Spent =>
        [.. grants.Values.Where(one => one.Spent > 0).Select(one => (one.Stored.Id, one.Spent))];

    /// <summary>The grants whose last use is among them.</summary>
    public List<(CreatorId Creator, StoredGrant Grant)> Ended =>
        [.. grants.Values.Where(one => one.Ends).Select(one => (one.Creator, one.Stored))];

    /// <summary>The derived videos whose record changes.</summary>
    public IReadOnlyCollection<MadeVideo> Made =>
        [.. made.Values.Where(one => !ReferenceEquals(one.Before, one.After))];

    /// <summary>The streams that something is appended to.</summary>
    public HashSet<StreamId> Streams =>
        [
            .. Uses.Select(use => StreamId.OfRequester(use.Record.Requester)),
            .. Ended.Select(one => StreamId.OfCreator(one.Creator)),
            .. Made.Select(one => StreamId.OfCreator(one.Video.Creator)),
        ];

    public static async Task<UsePlan> MakeAsync(
        StreamTransaction change,
        IReadOnlyList<ReportedUse> reported,
        IReadOnlyList<IReadOnlyList<JudgedVideo>> judged,
        IReadOnlyDictionary<StreamId, LockedStream> streams,
        bool mayRegister,
        CancellationToken cancellation
    )
    {
        var derived = reported.Select(use => use.Made?.Video).OfType<VideoKey>().Distinct().ToList();
        var standing = derived.Count == 0 ? [] : await VideoStore.ReadAsync(change, derived, cancellation);
        var (now, owners) =
            derived.Count == 0
                ? (streams.Values.Max(stream => stream.Tx), [])
                : await StreamStore.ReadAsync(change, derived.Select(video => video.Creator).Distinct(), cancellation);
        var beyond = await GrantStore.FindUsedUpAsync(
            change,
            reported
                .Zip(judged, (use, videos) => videos.SelectMany(video => Approvals(use, video)))
                .SelectMany(each => each)
                .ToHashSet(),
            cancellation
        );
        var candidates = judged
            .SelectMany(use => use.SelectMany(video => video.Grants.SelectMany(grants => grants)))
            .Distinct()
            .ToList();
        var plan = new UsePlan(await GrantStore.LockAsync(change, candidates, cancellation));
        foreach (var ((use, videos), id) in reported.Zip(judged).Zip(Ids(reported.Count, now)))
        {
            if (
                use.Made?.Video is { } video
                && !owners.GetValueOrDefault(video.Creator).IsErased
                && plan.Derive(video, standing.GetValueOrDefault(video), use, now, mayRegister) is { } refused
            )
            {
                plan.results.Add(refused);
                continue;
            }
            // A stream that is not locked yet will be, and then this is planned again.
            var stamp = streams.GetValueOrDefault(StreamId.OfRequester(use.Requester))?.Stamp ?? default;
            var used = videos
                .Select(one => plan.Judge(one, isBeyond: Approvals(use, one).All(beyond.Contains)))
                .ToList();
            plan.results.Add(
                new StoredUse(
                    id,
                    new(use.Requester, use.Purpose, use.Made, [.. used], use.UsedAt ?? stamp.At, stamp),
                    [.. videos.Select(one => one.Concerned)],
                    [.. videos.Zip(used, (one, judged) => one.IsAllowedNow || judged.Status == UseStatus.Consented)]
                )
            );
        }
        return plan;
    }

    // Uses of one request are listed in its order.
    private static IEnumerable<Guid> Ids(int count, Instant at) =>
        Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7(new DateTimeOffset(at.ToDateTime()))).Order();

    private static IEnumerable<MissingGrant> Approvals(ReportedUse use, JudgedVideo judged) =>
        judged.Unanswered.Select(one => new MissingGrant(
            one.Creator,
            one.Video,
            judged.Video,
            use.Requester,
            use.Purpose
        ));

    // All of the grants that it takes, or none: a use that is not allowed spends nothing.
    private UsedVideo Judge(JudgedVideo judged, bool isBeyond)
    {
        if (judged.Reason == UseReason.NotApproved)
            return new(judged.Video, isBeyond ? UseReason.BeyondGrant : UseReason.NotApproved, [], judged.ReliedOn);
        var spent = new List<Counted>();
        foreach (var candidates in judged.Grants)
        {
            var known = candidates.Select(id => grants.GetValueOrDefault(id)).OfType<Counted>().ToList();
            if (known.Find(grant => grant.HasUses && (grant.Stands || judged.IsJudgedByReceipt)) is not { } chosen)
                return new(
                    judged.Video,
                    known.Exists(grant => !grant.HasUses) ? UseReason.BeyondGrant : UseReason.NotApproved,
                    [],
                    judged.ReliedOn
                );
            spent.Add(chosen);
        }
        foreach (var grant in spent)
            grant.Spent++;
        return new(judged.Video, judged.Reason, [.. spent.Select(grant => grant.Stored.Id)], judged.ReliedOn);
    }

    // Sources are only ever added, as many as close the video to everybody. Who may not register videos may say again
    // what is registered.
    private Failure? Derive(VideoKey video, VideoRecord? standing, ReportedUse use, Instant now, bool mayRegister)
    {
        var current = made.TryGetValue(video, out var earlier) ? earlier.After : standing;
        var sources = (current?.Sources ?? [])
            .Union(use.Videos.Select(used => used.Video))
            .Take(Limits.SourcesPerVideo)
            .ToList();
        var wanted = new Registration(current is null ? use.PublishedAt : null, Participants: null, sources);
        if (
            !VideoRecord
                .Register(video, current, wanted, now, mayWiden: false)
                .Succeeded(out var record, out var refused)
        )
            return refused.Inside("made");
        if (!mayRegister && !ReferenceEquals(record, current))
            return new(
                FailureCode.Forbidden,
                Problem.ForbiddenDetail(
                    $"the scope {Scopes.WriteVideos}, for the use alters what is registered of the video that was made"
                )
            );
        made[video] = new(video, standing, record);
        return null;
    }

    private sealed class Counted(CreatorId creator, StoredGrant stored)
    {
        public CreatorId Creator { get; } = creator;

        public StoredGrant Stored { get; } = stored;

        public int Spent { get; set; }

        public bool Stands => Stored.Grant.State == GrantState.Standing;

        public bool HasUses => Stored.Used + Spent < Stored.Grant.Terms.Uses;

        public bool Ends => Spent > 0 && Stands && !HasUses;
    }
}
