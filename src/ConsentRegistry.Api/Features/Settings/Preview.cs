using ConsentRegistry.Api.Features.Approvals;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Recalls;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>What a change would do, had it been made.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="SettingsVersion">The version of the settings that stand.</param>
/// <param name="Changes">How many records would be altered.</param>
/// <param name="Exceptions">What a new ask or deny would not reach.</param>
/// <param name="Flips">How many videos' effective consent would flip, by purpose and requester.</param>
/// <param name="First">The first 100 videos whose effective consent would flip, by owner and video.</param>
/// <param name="RevokedGrants">The grants that a deny would revoke.</param>
/// <param name="Recalls">The uses and receipts that would be recalled.</param>
/// <param name="Complete">
/// Whether every registered video of the creator was looked at, and everybody who relies on their consent; false where that takes more than 2,000,000 decisions.
/// </param>
public sealed record PreviewBody(
    string CreatorId,
    long SettingsVersion,
    int Changes,
    ExceptionsBody Exceptions,
    IReadOnlyList<FlipCount> Flips,
    IReadOnlyList<FlippedVideo> First,
    RevokedGrantsBody RevokedGrants,
    PreviewedRecallsBody Recalls,
    bool Complete);

/// <summary>The grants that a deny would revoke.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
public sealed record RevokedGrantsBody(int Count, IReadOnlyList<GrantBody> First);

/// <summary>Who would be told to stop.</summary>
/// <param name="Count">How many recalls there would be: one for each requester, video and purpose.</param>
/// <param name="First">The first 100, by video, purpose and requester.</param>
public sealed record PreviewedRecallsBody(int Count, IReadOnlyList<PreviewedRecall> First);

/// <summary>Somebody who used a video with consent, or took a receipt for it, and would be told to stop.</summary>
/// <param name="Requester">Who.</param>
/// <param name="Video">The video.</param>
/// <param name="Purpose">For which purpose.</param>
public sealed record PreviewedRecall(string Requester, VideoName Video, string Purpose);

/// <summary>How many videos' effective consent would flip.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Count">How many videos.</param>
public sealed record FlipCount(string Purpose, string? Requester, int Count);

/// <summary>A video whose effective consent would flip.</summary>
/// <param name="Video">The video.</param>
/// <param name="Flips">For which purposes and requesters, and how.</param>
public sealed record FlippedVideo(VideoName Video, IReadOnlyList<FlipBody> Flips);

/// <summary>One flip of effective consent.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Before">The effect that stands.</param>
/// <param name="After">The effect after the change.</param>
public sealed record FlipBody(string Purpose, string? Requester, Effect Before, Effect After);

/// <summary>
/// Shows what a change would do: plans it as a change does, and decides every video of the creator, and every one in which they appear, with
/// the settings that stand and with those that would; and everybody who relies on the creator's consent, for what others made from those videos as well.
/// Nothing is locked and nothing written.
/// </summary>
internal sealed class Preview(Database database, CheckFacts memory)
{
    /// <summary>Videos that are named in full.</summary>
    public const int VideosNamed = 100;

    /// <summary>Checks that one preview decides, each with and without the change: more would keep the caller waiting.</summary>
    public const int MaxChecks = 2_000_000;

    private const int ChecksPerRead = 100_000;

    private const int VideosPerRead = 1_000;

    public async Task<IResult> ShowAsync(SettingsRequest request, CancellationToken cancellation)
    {
        await using var db = RegistryContext.Over(database.Reads);
        await db.Database.OpenConnectionAsync(cancellation);
        var change = new Change(db, (Npgsql.NpgsqlConnection)db.Database.GetDbConnection());

        var (now, streams) = await StreamStore.ReadAsync(change, [request.Creator], cancellation);
        var creator = await db.Creators.SingleOrDefaultAsync(row => row.Id == request.Creator.Value, cancellation);
        if (request.Preconditions.Exclude(creator?.SettingsVersion ?? 0, out var stale))
            return Problem.Of(stale).AsResult();
        if (creator?.ErasedAt is not null)
            return Problem.Of(LockedStream.Erased).AsResult();
        var stamp = new Stamp(streams.GetValueOrDefault(request.Creator).Version + 1, now);
        var planned = await SettingsWriter.PlanAsync(change, request, stamp, cancellation);
        if (!planned.Succeeded(out var plan, out var refused))
            return Problem.Of(refused).AsResult();

        var revoked = await GrantStore.ReadTouchedAsync(change, request.Creator, request.Denies, now, toAlter: false, cancellation);
        var altered = new Alteration(request.Creator, plan.Plan, revoked.ConvertAll(grant => grant with { Grant = grant.Grant.Revoked(stamp) }));
        if (await CountAsync(db, altered, plan.Vocabulary, cancellation) is not var (flips, sawAll)
            || await FindRecallsAsync(change, altered, cancellation) is not var (recalls, foundAll))
        {
            return CheckFacts.Unavailable.AsResult();
        }
        return Results.Ok(new PreviewBody(
            request.Creator.Value,
            creator?.SettingsVersion ?? 0,
            plan.Plan.Count + revoked.Count,
            ExceptionsBody.Of(plan.Plan),
            flips.Counts,
            flips.First,
            new(revoked.Count, [.. revoked.Take(VideosNamed).Select(grant => GrantBody.Of(grant, now))]),
            new(recalls.Count, [.. recalls.Take(VideosNamed)]),
            Complete: sawAll && foundAll));
    }

    // Whoever relies on consent that stands now and would not.
    private async Task<(IReadOnlyList<PreviewedRecall> Recalls, bool Complete)?> FindRecallsAsync(Change change, Alteration altered, CancellationToken cancellation)
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
            if (await memory.TakeAsync(videos, page.Select(one => one.Requester).ToHashSet(), default, cancellation) is not { Set: var facts })
                return null;
            var judge = await RelianceJudge.ForAsync(change, page, cancellation);
            bool Stands(RelianceKey key)
            {
                var silent = default(NoTrace);
                return judge.Decide(facts, key, ref silent).IsAllowed;
            }
            var before = page.ConvertAll(Stands);
            altered.ApplyTo(facts);
            recalls.AddRange(page.Zip(before).Where(one => one.Second && !Stands(one.First))
                .Select(one => new PreviewedRecall(one.First.Requester.Value, VideoName.Of(one.First.Video), one.First.Purpose.Name)));
            seen += page.Count;
            last = page.Count > 0 ? page[^1] : null;
        }
        while (page.Count == VideosPerRead && seen < MaxChecks);
        return (recalls, Complete: page.Count < VideosPerRead);
    }

    private async Task<(Flips Flips, bool Complete)?> CountAsync(
        RegistryContext db, Alteration altered, Vocabulary vocabulary, CancellationToken cancellation)
    {
        var flips = new Flips();
        if (altered.IsEmpty)
            return (flips, Complete: true);
        // What is altered, exceptions that are cleared included, bears on these purposes, and on whom it names beside anybody.
        var purposes = RelatedPurposes(altered.Places, vocabulary);
        var requesters = altered.Places.Select(key => key.Requester).OfType<Requester>().Distinct().ToList();
        var checksPerVideo = purposes.Count * (requesters.Count + 1);
        var videosPerRead = Math.Clamp(ChecksPerRead / checksPerVideo, 1, VideosPerRead);
        var checks = 0;
        VideoKey? last = null;
        List<VideoKey> videos;
        do
        {
            videos = await ReadVideosAsync(db, altered.Creator, last, videosPerRead, cancellation);
            if (!await TryCountAsync(flips, videos, purposes, requesters, altered, cancellation))
                return null;
            checks += videos.Count * checksPerVideo;
            last = videos.Count > 0 ? videos[^1] : null;
        }
        while (videos.Count == videosPerRead && checks < MaxChecks);
        return (flips, Complete: videos.Count < videosPerRead);
    }

    private async Task<bool> TryCountAsync(
        Flips flips, List<VideoKey> videos, List<PurposeIndex> purposes, List<Requester> requesters, Alteration altered, CancellationToken cancellation)
    {
        if (await memory.TakeAsync(videos, requesters, default, cancellation) is not { Set: var facts })
            return false;
        var checks =
            (from video in videos
             from purpose in purposes
             from requester in requesters.Select(one => (Requester?)one).Prepend(null)
             select (video, purpose, requester)).ToList();
        var before = checks.ConvertAll(check => facts.Decide(check.video, check.purpose, check.requester).Effect);

        altered.ApplyTo(facts);
        foreach (var ((video, purpose, requester), stood) in checks.Zip(before))
        {
            var effect = facts.Decide(video, purpose, requester).Effect;
            if (effect != stood)
                flips.Add(video, new(facts.Vocabulary[purpose].Purpose.Name, requester?.Value, stood, effect));
        }
        return true;
    }

    private static List<PurposeIndex> RelatedPurposes(SettingKey[] altered, Vocabulary vocabulary)
    {
        var related = PurposeSet.None;
        foreach (var key in altered)
            related |= vocabulary.Related(vocabulary.Find(key.Purpose));
        var purposes = new List<PurposeIndex>();
        foreach (var purpose in related)
            purposes.Add(purpose);
        return purposes;
    }

    private static async Task<List<VideoKey>> ReadVideosAsync(RegistryContext db, CreatorId creator, VideoKey? last, int limit, CancellationToken cancellation)
    {
        var (owner, video) = (last?.Creator.Value ?? "", last?.Video.Value ?? "");
        var rows = await db.Videos
            .FromSql($"""
                SELECT * FROM consent.video
                WHERE (owner = {creator.Value}
                    OR ((co_creators || depicted) @> ARRAY[{creator.Value}] AND cardinality(co_creators || depicted) > 0))
                  AND (owner, video) > ({owner}, {video})
                ORDER BY owner, video LIMIT {limit}
                """)
            .ToListAsync(cancellation);
        return [.. rows.Select(VideoStore.KeyOf)];
    }

    /// <summary>What a change would alter: settings, and grants that its denies touch.</summary>
    private sealed record Alteration(CreatorId Creator, SettingsPlan Plan, IReadOnlyList<StoredGrant> Revoked)
    {
        public bool IsEmpty => Plan.Count == 0 && Revoked.Count == 0;

        public SettingKey[] Places =>
        [
            .. Plan.Defaults.Select(one => SettingKey.Of(one.Key)),
            .. Plan.Overrides.Select(one => SettingKey.Of(one.Key)),
            .. Revoked.Select(one => one.Grant.Place),
        ];

        public void ApplyTo(FactSet facts)
        {
            foreach (var altered in Plan.Defaults)
                facts.Add(Creator, altered.Key, altered.After);
            foreach (var altered in Plan.Overrides)
                facts.Add(Creator, altered.Key, altered.After);
            foreach (var grant in Revoked)
                facts.Add(Creator, grant.Id, grant.Grant);
        }
    }

    private sealed class Flips
    {
        private readonly SortedDictionary<(string Purpose, string Requester), int> counts = [];
        private readonly List<(VideoKey Video, List<FlipBody> Flips)> first = [];

        public IReadOnlyList<FlippedVideo> First => [.. first.Select(one => new FlippedVideo(VideoName.Of(one.Video), one.Flips))];

        public IReadOnlyList<FlipCount> Counts =>
            [.. counts.Select(count => new FlipCount(count.Key.Purpose, count.Key.Requester.Length == 0 ? null : count.Key.Requester, count.Value))];

        // The flips of one video come one after the other.
        public void Add(VideoKey video, FlipBody flip)
        {
            var key = (flip.Purpose, flip.Requester ?? "");
            counts[key] = counts.GetValueOrDefault(key) + 1;
            if (first.Count > 0 && first[^1].Video == video)
                first[^1].Flips.Add(flip);
            else if (first.Count < VideosNamed)
                first.Add((video, [flip]));
        }
    }
}
