using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Previews;

/// <summary>
/// Shows what a change would do: plans it as a change does, and decides the creator's videos, and those in which they
/// appear, with the settings that stand and with those that would; and everybody who relies on the creator's consent,
/// for what others made from those videos as well. Nothing is locked and nothing written.
/// </summary>
/// <remarks>
/// It decides only what the change bears on: of each video the requesters and purposes that are altered for it or for
/// what it was made from. So it takes as long as what may flip is large. How large that may be is limited, and how many
/// previews there are at once: <see cref="PreviewLimiter"/>.
/// </remarks>
internal sealed class Preview(Database database, IntegrityKeys keys, MemoryFacts memory, PreviewLimiter limiter)
{
    /// <summary>Videos, grants and recalls that are named in full, and flips of each video.</summary>
    public const int Named = 100;

    /// <summary>
    /// Checks that one preview decides, each with and without the change, and as many of those who rely on consent:
    /// about two seconds of one processor each.
    /// </summary>
    public const int MaxChecks = 400_000;

    /// <summary>
    /// Checks whose facts are taken out of memory at once: taking them may hold up the one who writes memory.
    /// </summary>
    private const int ChecksPerRead = 20_000;

    private const int VideosPerRead = 1_000;

    /// <summary>Shows what a change would do, as soon as it is the caller's turn.</summary>
    public async Task<IResult> ShowAsync(HttpContext http, SettingsRequest request)
    {
        using var lease = await limiter.AcquireAsync(Caller.From(http), http.RequestAborted);
        return lease.IsAcquired ? await ShowAsync(request, http.RequestAborted) : PreviewLimiter.Refused;
    }

    private async Task<IResult> ShowAsync(SettingsRequest request, CancellationToken cancellation)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        var change = new StreamTransaction(connection, keys);

        var (now, streams) = await StreamStore.ReadAsync(change, [request.Creator], cancellation);
        var creator = streams.GetValueOrDefault(request.Creator);
        if (request.Preconditions.Exclude(creator.SettingsVersion, out var stale))
            return Problem.From(stale);
        if (creator.IsErased)
            return Problem.From(LockedStream.Erased);
        var stamp = new Stamp(creator.Version + 1, now);
        var planned = await SettingsPlanner.PlanAsync(change, request, stamp, cancellation);
        if (!planned.Succeeded(out var plan, out var refused))
            return Problem.From(refused);

        var revoked = await GrantStore.ReadTouchedAsync(
            change,
            request.Creator,
            request.Denies,
            now,
            toAlter: false,
            cancellation,
            plan.Grants
        );
        var afterwards = revoked.ConvertAll(grant => grant with { Grant = grant.Grant.Revoked(stamp) });
        var altered = new Alteration(request.Creator, plan.Plan, afterwards, plan.Vocabulary);
        if (
            await CountAsync(change, altered, cancellation) is not var (flips, sawAll)
            || await FindRecallsAsync(change, altered, cancellation) is not var (recalls, foundAll)
        )
        {
            return MemoryFacts.Unavailable;
        }
        return Results.Ok(
            new PreviewBody(
                request.Creator.Value,
                creator.SettingsVersion,
                plan.Plan.Count + revoked.Count,
                ExceptionsBody.From(plan.Plan),
                flips.Counts,
                flips.First,
                new(revoked.Count, [.. revoked.Take(Named).Select(grant => GrantBody.From(grant, now))]),
                new(recalls.Count, [.. recalls.Take(Named)]),
                Complete: sawAll && foundAll
            )
        );
    }

    // Whoever relies on consent that stands now and would not.
    private async Task<(IReadOnlyList<PreviewedRecall> Recalls, bool Complete)?> FindRecallsAsync(
        StreamTransaction change,
        Alteration altered,
        CancellationToken cancellation
    )
    {
        var recalls = new List<PreviewedRecall>();
        if (altered.IsEmpty)
            return (recalls, Complete: true);
        RelianceKey? last = null;
        var seen = 0;
        List<RelianceKey> page;
        do
        {
            page = await RelianceStore.ListAsync(change, altered.Creator, last, VideosPerRead, cancellation);
            var videos = page.Select(one => one.Video).ToHashSet();
            var requesters = page.Select(one => one.Requester).ToHashSet();
            if (await memory.TakeAsync(videos, requesters, default, cancellation) is not { Set: var facts })
                return null;
            var judge = await RelianceJudge.ForAsync(change, page, cancellation);
            bool Stands(RelianceKey key)
            {
                var silent = default(NoTrace);
                return judge.Decide(facts, key, ref silent).IsAllowed;
            }
            var before = page.ConvertAll(Stands);
            altered.ApplyTo(facts, requesters);
            recalls.AddRange(
                page.Zip(before)
                    .Where(one => one.Second && !Stands(one.First))
                    .Select(one => new PreviewedRecall(
                        one.First.Requester.Value,
                        VideoName.From(one.First.Video),
                        one.First.Purpose.Name
                    ))
            );
            seen += page.Count;
            last = page.Count > 0 ? page[^1] : null;
        } while (page.Count == VideosPerRead && seen < MaxChecks);
        return (recalls, Complete: page.Count < VideosPerRead);
    }

    private async Task<(Flips Flips, bool Complete)?> CountAsync(
        StreamTransaction change,
        Alteration altered,
        CancellationToken cancellation
    )
    {
        var (flips, left) = (new Flips(), MaxChecks);
        if (altered.IsEmpty)
            return (flips, Complete: true);
        VideoKey? last = null;
        List<VideoKey> page;
        do
        {
            page = await ReadVideosAsync(change, altered.Creator, last, VideosPerRead, cancellation);
            // What a video was made from is known when its facts are, and which alterations bear on it only then.
            var registered = altered.IsOfVideos ? await memory.TakeAsync(page, [], default, cancellation) : null;
            if (altered.IsOfVideos && registered is null)
                return null;
            foreach (var part in PartsOf(page, altered, registered?.Set))
            {
                if (left <= 0)
                    return (flips, Complete: false);
                if (!await TryCountAsync(flips, part, altered, cancellation))
                    return null;
                left -= part.Sum(video => video.Checks);
            }
            // Looking for a video takes time too, where nothing bears on it.
            left -= page.Count;
            last = page.Count > 0 ? page[^1] : null;
        } while (page.Count == VideosPerRead && left > 0);
        return (flips, Complete: page.Count < VideosPerRead);
    }

    // Videos that the change bears on, so many at a time as make the checks of one read.
    private static IEnumerable<List<Affected>> PartsOf(List<VideoKey> page, Alteration altered, FactSet? registered)
    {
        var (part, checks) = (new List<Affected>(), 0);
        foreach (var video in page)
        {
            var affected = new Affected(video, altered.BearingOn(video, registered));
            if (affected.Checks == 0)
                continue;
            if (part.Count > 0 && checks + affected.Checks > ChecksPerRead)
            {
                yield return part;
                (part, checks) = ([], 0);
            }
            part.Add(affected);
            checks += affected.Checks;
        }
        if (part.Count > 0)
            yield return part;
    }

    private async Task<bool> TryCountAsync(
        Flips flips,
        List<Affected> videos,
        Alteration altered,
        CancellationToken cancellation
    )
    {
        var requesters = videos.SelectMany(video => video.Reach.Requesters).ToHashSet();
        var named = videos.ConvertAll(video => video.Video);
        if (await memory.TakeAsync(named, requesters, default, cancellation) is not { Set: var facts })
            return false;
        // On a thread of its own, so that what answers everybody else never waits behind it for a thread of the pool.
        await Task.Factory.StartNew(
            () => Count(flips, videos, altered, facts, requesters),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        return true;
    }

    private static void Count(
        Flips flips,
        List<Affected> videos,
        Alteration altered,
        FactSet facts,
        IReadOnlyCollection<Requester> requesters
    )
    {
        var checks = new List<(VideoKey Video, Requester? Requester, PurposeIndex Purpose, Effect Before)>();
        foreach (var (video, reach) in videos)
        {
            foreach (var (requester, purposes) in reach.All)
            {
                foreach (var purpose in purposes)
                    checks.Add((video, requester, purpose, facts.Decide(video, purpose, requester).Effect));
            }
        }
        altered.ApplyTo(facts, requesters);
        foreach (var (video, requester, purpose, before) in checks)
        {
            var after = facts.Decide(video, purpose, requester).Effect;
            if (after != before)
                flips.Add(video, new(facts.Vocabulary[purpose].Purpose.Name, requester?.Value, before, after));
        }
    }

    private static async Task<List<VideoKey>> ReadVideosAsync(
        StreamTransaction change,
        CreatorId creator,
        VideoKey? last,
        int limit,
        CancellationToken cancellation
    )
    {
        var (owner, video) = (last?.Creator.Value ?? "", last?.Video.Value ?? "");
        await using var command = change.Command(
            """
            SELECT owner, video FROM consent.video
            WHERE (owner = @creator OR ((co_creators || depicted) @> ARRAY[@creator]
                AND cardinality(co_creators || depicted) > 0))
                AND (owner, video) > (@owner, @video)
            ORDER BY owner, video LIMIT @limit
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("owner", owner);
        command.Parameters.AddWithValue("video", video);
        command.Parameters.AddWithValue("limit", limit);
        var videos = new List<VideoKey>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            videos.Add(new(CreatorId.Parse(reader.GetString(0)), VideoId.Parse(reader.GetString(1))));
        return videos;
    }

    /// <summary>A video, and for whom and which purposes the change may flip its effective consent.</summary>
    private readonly record struct Affected(VideoKey Video, Reach Reach)
    {
        public int Checks => Reach.Checks;
    }

    private sealed class Flips
    {
        private readonly SortedDictionary<(string Purpose, string Requester), int> counts = [];
        private readonly List<(VideoKey Video, int Count, List<FlipBody> Flips)> first = [];
        private VideoKey? current;
        private bool isFull;

        public IReadOnlyList<FlippedVideo> First =>
            [.. first.Select(one => new FlippedVideo(VideoName.From(one.Video), one.Count, one.Flips))];

        public IReadOnlyList<FlipCount> Counts =>
            [
                .. counts.Select(count => new FlipCount(
                    count.Key.Purpose,
                    count.Key.Requester.Length == 0 ? null : count.Key.Requester,
                    count.Value
                )),
            ];

        // The flips of one video come one after the other.
        public void Add(VideoKey video, FlipBody flip)
        {
            var key = (flip.Purpose, flip.Requester ?? "");
            counts[key] = counts.GetValueOrDefault(key) + 1;
            if (current != video)
            {
                current = video;
                if (first.Count == Named)
                    isFull = true;
                else
                    first.Add((video, 0, []));
            }
            if (isFull)
                return;
            var (_, count, flips) = first[^1];
            first[^1] = (video, count + 1, flips);
            if (count < Named)
                flips.Add(flip);
        }
    }
}
