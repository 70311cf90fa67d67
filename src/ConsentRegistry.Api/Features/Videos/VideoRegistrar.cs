using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>A video to register.</summary>
/// <param name="Video">Which.</param>
/// <param name="Wanted">What the platform says about it.</param>
/// <param name="MayWiden">Whether the caller may change facts in the incautious direction, and gave a reason.</param>
internal sealed record RequestedRegistration(VideoKey Video, Registration Wanted, bool MayWiden);

/// <summary>What became of a wish.</summary>
/// <param name="Record">What is registered now; null if the wish was refused and nothing was registered before.</param>
/// <param name="Version">The version of the owner's stream.</param>
/// <param name="Changed">Whether the wish altered the record.</param>
/// <param name="Failure">Why it was refused.</param>
internal sealed record RegistrationOutcome(VideoRecord? Record, long Version, bool Changed, Failure? Failure);

/// <summary>
/// Registers videos of any owners in one transaction. Only streams that something is appended to are locked, and
/// raised: a first look without locks finds them, and under the locks everything is decided again.
/// </summary>
internal static class VideoRegistrar
{
    /// <summary>
    /// How often a first look may turn out to have been overtaken by somebody else before the caller is asked to
    /// repeat.
    /// </summary>
    private const int MaxLooks = 3;

    /// <param name="change">The transaction.</param>
    /// <param name="wishes">The videos.</param>
    /// <param name="maySpeakFor">Whether the caller may add an identifier to a video.</param>
    /// <param name="by">Who registers them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What became of each wish; or <see cref="ProblemCode.Unavailable"/>.</returns>
    public static async Task<Result<IReadOnlyList<RegistrationOutcome>>> RegisterAsync(
        StreamTransaction change,
        IReadOnlyList<RequestedRegistration> wishes,
        Predicate<ContentIdentifier> maySpeakFor,
        Authorship by,
        CancellationToken cancellation
    )
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            var seen = await DecideAsync(change, wishes, maySpeakFor, Locks.None, cancellation);
            var owners = seen.Altered.Keys.Select(video => video.Creator).Distinct().ToList();
            if (owners.Count == 0)
            {
                Confirm(change, wishes, seen);
                return Result.Success(seen.Fulfilments);
            }

            await change.MarkAsync(cancellation);
            var locks = new Locks(await change.LockAsync(owners.Select(StreamId.OfCreator), cancellation));
            var decided = await DecideAsync(change, wishes, maySpeakFor, locks, cancellation);
            var altered = decided.Altered.Keys.Select(video => video.Creator).ToHashSet();
            if (altered.SetEquals(owners))
            {
                await WriteAsync(change, decided, locks, by, cancellation);
                Confirm(change, wishes, decided);
                return Result.Success(decided.Fulfilments);
            }
            await change.BackToMarkAsync(cancellation);
        }
        return new Failure(
            ProblemCode.Unavailable,
            "Others are registering the same videos at this moment; repeat the request."
        );
    }

    // What is wished for and stands already.
    private static void Confirm(StreamTransaction change, IReadOnlyList<RequestedRegistration> wishes, Decided decided)
    {
        foreach (var (wish, fulfilment) in wishes.Zip(decided.Fulfilments))
        {
            if (fulfilment is { Failure: null, Record: { } record } && !decided.Altered.ContainsKey(wish.Video))
                change.Confirm(
                    StreamId.OfCreator(wish.Video.Creator),
                    Records.VideoRegistered(wish.Video, null, record)
                );
        }
    }

    private static async Task<Decided> DecideAsync(
        StreamTransaction change,
        IReadOnlyList<RequestedRegistration> wishes,
        Predicate<ContentIdentifier> maySpeakFor,
        Locks locks,
        CancellationToken cancellation
    )
    {
        var videos = wishes.Select(wish => wish.Video).Distinct().ToList();
        var standing = await VideoStore.ReadAsync(change, videos, cancellation);
        var (now, streams) = await StreamStore.ReadAsync(
            change,
            videos.Select(video => video.Creator).Distinct(),
            cancellation
        );
        var altered = new Dictionary<VideoKey, List<(VideoRecord? Before, VideoRecord After)>>();
        var fulfilments = new List<RegistrationOutcome>();
        foreach (var wish in wishes)
        {
            var current = standing.GetValueOrDefault(wish.Video);
            var (version, _, isErased) = streams.GetValueOrDefault(wish.Video.Creator);
            if (isErased)
            {
                fulfilments.Add(new(current, version, Changed: false, LockedStream.Erased));
                continue;
            }
            if (
                !VideoRecord
                    .Register(wish.Video, current, wish.Wanted, locks.TimeOf(wish.Video.Creator) ?? now, wish.MayWiden)
                    .Succeeded(out var record, out var failure)
            )
            {
                fulfilments.Add(new(current, version, Changed: false, failure));
                continue;
            }
            if (RefuseIdentifier(wish.Wanted, current, record, maySpeakFor) is { } refusal)
            {
                fulfilments.Add(new(current, version, Changed: false, refusal));
                continue;
            }
            var changed = !ReferenceEquals(record, current);
            if (changed)
            {
                standing[wish.Video] = record;
                if (!altered.TryGetValue(wish.Video, out var steps))
                    altered.Add(wish.Video, steps = []);
                steps.Add((current, record));
            }
            fulfilments.Add(new(record, version, changed, null));
        }
        return new(fulfilments, altered, standing);
    }

    private static Failure? RefuseIdentifier(
        Registration wanted,
        VideoRecord? current,
        VideoRecord record,
        Predicate<ContentIdentifier> maySpeakFor
    )
    {
        foreach (var added in record.IdentifiersBeyond(current))
        {
            if (maySpeakFor(added))
                continue;
            var at = wanted.Identifiers!.Index().First(one => one.Item.Identifier == added).Index;
            var field = $"identifiers[{at}]";
            return new(
                FailureCode.IdentifierNotYours,
                $"{field} is an identifier that the token's client may not speak for; leave it out, or have the "
                    + "registry's operator configure the client for its "
                    + added.Scheme switch
                    {
                        IdentifierScheme.Url => "host.",
                        IdentifierScheme.Platform => "namespace.",
                        _ => "scheme.",
                    },
                field
            );
        }
        return null;
    }

    private static async Task WriteAsync(
        StreamTransaction change,
        Decided decided,
        Locks locks,
        Authorship by,
        CancellationToken cancellation
    )
    {
        await VideoStore.WriteAsync(
            change,
            [
                .. decided.Altered.Keys.Select(video =>
                    (video, decided.Standing[video], locks.Of(video.Creator).Version)
                ),
            ],
            cancellation
        );
        var records = decided
            .Altered.GroupBy(video => video.Key.Creator)
            .Select(owner =>
                (
                    locks.Of(owner.Key),
                    (IReadOnlyList<RecordChange>)
                        [
                            .. owner.SelectMany(video =>
                                video.Value.Select(step => Records.VideoRegistered(video.Key, step.Before, step.After))
                            ),
                        ]
                )
            )
            .ToList();
        await change.AppendAsync(records, by, altersSettings: false, cancellation);
        foreach (var owner in decided.Altered.GroupBy(video => video.Key.Creator))
        {
            var added = owner
                .OrderBy(video => video.Key)
                .Select(video =>
                    (
                        video.Key,
                        (IReadOnlyList<ContentIdentifier>)
                            [.. video.Value[^1].After.IdentifiersBeyond(video.Value[0].Before)]
                    )
                )
                .Where(video => video.Item2.Count > 0)
                .ToList();
            foreach (var told in NotificationFactory.IdentifiersAdded(owner.Key, added))
                change.Notify(told);
        }
    }

    private sealed record Decided(
        IReadOnlyList<RegistrationOutcome> Fulfilments,
        Dictionary<VideoKey, List<(VideoRecord? Before, VideoRecord After)>> Altered,
        Dictionary<VideoKey, VideoRecord> Standing
    );

    private sealed class Locks(IReadOnlyDictionary<StreamId, LockedStream> streams)
    {
        public static readonly Locks None = new(new Dictionary<StreamId, LockedStream>());

        public Instant? TimeOf(CreatorId owner) =>
            streams.TryGetValue(StreamId.OfCreator(owner), out var stream) ? stream.Tx : null;

        public LockedStream Of(CreatorId owner) => streams[StreamId.OfCreator(owner)];
    }
}
