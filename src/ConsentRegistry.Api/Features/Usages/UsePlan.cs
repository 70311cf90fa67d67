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
    private readonly List<StoredUse> uses = [];

    private UsePlan(IEnumerable<(CreatorId Creator, StoredGrant Grant)> grants) =>
        this.grants = grants.ToDictionary(one => one.Grant.Id, one => new Counted(one.Creator, one.Grant));

    /// <summary>The uses, judged to the end.</summary>
    public IReadOnlyList<StoredUse> Uses => uses;

    /// <summary>How many uses are spent, by grant.</summary>
    public IReadOnlyCollection<(Guid Grant, int Uses)> Spent => [.. grants.Values.Where(one => one.Spent > 0).Select(one => (one.Stored.Id, one.Spent))];

    /// <summary>The grants whose last use is among them.</summary>
    public List<(CreatorId Creator, StoredGrant Grant)> Ended => [.. grants.Values.Where(one => one.Ends).Select(one => (one.Creator, one.Stored))];

    /// <summary>The derived videos whose record changes.</summary>
    public IReadOnlyCollection<MadeVideo> Made => [.. made.Values.Where(one => !ReferenceEquals(one.Before, one.After))];

    /// <summary>The streams that something is appended to.</summary>
    public HashSet<StreamId> Streams =>
    [
        .. uses.Select(use => StreamId.Of(use.Record.Requester)),
        .. Ended.Select(one => StreamId.Of(one.Creator)),
        .. Made.Select(one => StreamId.Of(one.Video.Creator)),
    ];

    public static async Task<UsePlan> MakeAsync(
        Change change,
        IReadOnlyList<ReportedUse> reported,
        IReadOnlyList<IReadOnlyList<JudgedVideo>> judged,
        IReadOnlyDictionary<StreamId, LockedStream> streams,
        CancellationToken cancellation)
    {
        var derived = reported.Select(use => use.Made?.Video).OfType<VideoKey>().Distinct().ToList();
        var standing = derived.Count == 0 ? [] : await VideoStore.ReadAsync(change.Db, derived, cancellation);
        var (_, owners) = derived.Count == 0 ? default : await StreamStore.ReadAsync(change, derived.Select(video => video.Creator).Distinct(), cancellation);
        var beyond = await GrantStore.FindSpentAsync(
            change,
            reported.Zip(judged).SelectMany(use => use.Second.Where(video => video.Reason == UseReason.NotApproved).Select(video => (use.First.Requester, video.Video))).Distinct().ToList(),
            cancellation);
        var candidates = judged.SelectMany(use => use.SelectMany(video => video.Grants.SelectMany(grants => grants))).Distinct().ToList();
        var plan = new UsePlan(await GrantStore.LockAsync(change, candidates, cancellation));
        foreach (var ((use, videos), id) in reported.Zip(judged).Zip(Ids(reported.Count, streams.Values.First().Tx)))
        {
            var stamp = streams[StreamId.Of(use.Requester)].Stamp;
            var used = videos.Select(video => plan.Judge(video, beyond.Contains((use.Requester, video.Video)))).ToList();
            plan.uses.Add(new(
                id,
                new(use.Requester, use.Purpose, use.Made, [.. used], use.UsedAt ?? stamp.At, stamp),
                [.. videos.Select(video => video.Concerned)],
                [.. videos.Zip(used, (video, one) => video.IsAllowedNow || one.Status == UseStatus.Consented)]));
            if (use.Made?.Video is { } video && owners is not null && !owners.GetValueOrDefault(video.Creator).IsErased)
                plan.Derive(video, standing.GetValueOrDefault(video), use, stamp.At);
        }
        return plan;
    }

    // Uses of one request are listed in its order.
    private static IEnumerable<Guid> Ids(int count, Instant at) =>
        Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7(new DateTimeOffset(at.ToDateTime()))).Order();

    // All of the grants that it takes, or none: a use that is not allowed spends nothing.
    private UsedVideo Judge(JudgedVideo judged, bool isBeyond)
    {
        if (isBeyond && judged.Reason == UseReason.NotApproved)
            return new(judged.Video, UseReason.BeyondGrant, []);
        var spent = new List<Guid>();
        foreach (var candidates in judged.Grants)
        {
            if (candidates.FirstOrDefault(id => grants.TryGetValue(id, out var grant) && grant.HasUses(judged.WithReceipt)) is { } chosen && chosen != default)
                spent.Add(chosen);
        }
        if (spent.Count < judged.Grants.Count)
            return new(judged.Video, UseReason.BeyondGrant, []);
        foreach (var grant in spent)
            grants[grant].Spent++;
        return new(judged.Video, judged.Reason, [.. spent]);
    }

    // Sources are only ever added. What does not fit beside those that stand stays recorded with the use alone.
    private void Derive(VideoKey video, VideoRecord? standing, ReportedUse use, Instant now)
    {
        var current = made.TryGetValue(video, out var earlier) ? earlier.After : standing;
        var sources = (current?.Sources ?? []).Union(use.Videos.Select(used => used.Video)).ToList();
        var wanted = new Registration(current is null ? use.PublishedAt : null, Participants: null, sources);
        if (VideoRecord.Register(video, current, wanted, now, mayWiden: false).Succeeded(out var record, out _))
            made[video] = new(video, standing, record);
    }

    private sealed class Counted(CreatorId creator, StoredGrant stored)
    {
        public CreatorId Creator { get; } = creator;

        public StoredGrant Stored { get; } = stored;

        public int Spent { get; set; }

        public bool Ends => Spent > 0 && Stored.Grant.State == GrantState.Standing && Stored.Used + Spent == Stored.Grant.Terms.Uses;

        public bool HasUses(bool orRevoked) =>
            (Stored.Grant.State == GrantState.Standing || (orRevoked && Stored.Grant.State == GrantState.Revoked)) && Stored.Used + Spent < Stored.Grant.Terms.Uses;
    }
}
