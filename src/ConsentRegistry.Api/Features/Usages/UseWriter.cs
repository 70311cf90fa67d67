using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// Writes judged uses: spends what is counted, registers what was made, and appends to the streams of the requesters. A
/// creator's stream is locked only where the last use of a grant of theirs is spent, or a video of theirs was made.
/// </summary>
/// <remarks>
/// Streams are locked before grants, here as by a deny. Which streams take part is only known when the grants are
/// locked, so that the first look may have to be given up for one with the right streams: nearly never, for nearly no
/// use is the last or refused.
/// </remarks>
internal static class UseWriter
{
    /// <summary>How often a look may be overtaken by others who spend the same grants.</summary>
    private const int MaxLooks = 8;

    /// <summary>For each use what was recorded, or why it is refused.</summary>
    public static async Task<Result<IReadOnlyList<Result<StoredUse>>>> WriteAsync(
        StreamTransaction change,
        IReadOnlyList<ReportedUse> uses,
        IReadOnlyList<IReadOnlyList<JudgedVideo>> judged,
        Caller caller,
        UseNotices notices,
        CancellationToken cancellation
    )
    {
        if (uses.Count == 0)
            return Result.Success<IReadOnlyList<Result<StoredUse>>>([]);
        var wanted = uses.Select(use => StreamId.OfRequester(use.Requester)).ToHashSet();
        for (var look = 0; look < MaxLooks; look++)
        {
            await change.MarkAsync(cancellation);
            var streams = await change.LockAsync(wanted, cancellation);
            var plan = await UsePlan.MakeAsync(
                change,
                uses,
                judged,
                streams,
                mayRegister: caller.Has(Scopes.WriteVideos),
                cancellation
            );
            if (plan.Streams.SetEquals(wanted))
            {
                if (wanted.Count > 0)
                {
                    await WriteAsync(change, plan, streams, caller.Author(creator: null, reason: null), cancellation);
                    Tell(change, plan, judged, caller, notices);
                }
                return Result.Success(plan.Results);
            }
            await change.BackToMarkAsync(cancellation);
            wanted = plan.Streams;
        }
        return new Failure(
            ProblemCode.Unavailable,
            "Others are spending the same grants at this moment; repeat the request."
        );
    }

    private static async Task WriteAsync(
        StreamTransaction change,
        UsePlan plan,
        IReadOnlyDictionary<StreamId, LockedStream> streams,
        Authorship by,
        CancellationToken cancellation
    )
    {
        await GrantStore.SpendAsync(change, plan.Spent, cancellation);
        var ended = plan.Ended.ConvertAll(one =>
            (
                one.Creator,
                one.Grant,
                Spent: one.Grant with
                {
                    Grant = one.Grant.Grant.Spent(streams[StreamId.OfCreator(one.Creator)].Stamp),
                }
            )
        );
        await GrantStore.UpdateStateAsync(change, [.. ended.Select(one => one.Spent)], cancellation);
        await VideoStore.WriteAsync(
            change,
            [
                .. plan.Made.Select(made =>
                    (made.Video, made.After, streams[StreamId.OfCreator(made.Video.Creator)].Version)
                ),
            ],
            cancellation
        );
        await UseStore.InsertAsync(change, plan.Uses, cancellation);
        var records = plan
            .Uses.Select(use => (StreamId.OfRequester(use.Record.Requester), Records.UseRecorded(use.Id, use.Record)))
            .Concat(
                ended.Select(one =>
                    (
                        StreamId.OfCreator(one.Creator),
                        Records.GrantChanged(one.Grant.Id, one.Grant.Grant, one.Spent.Grant)
                    )
                )
            )
            .Concat(
                plan.Made.Select(made =>
                    (
                        StreamId.OfCreator(made.Video.Creator),
                        Records.VideoRegistered(made.Video, made.Before, made.After)
                    )
                )
            )
            .GroupBy(one => one.Item1, one => one.Item2)
            .Select(stream => (streams[stream.Key], (IReadOnlyList<RecordChange>)[.. stream]))
            .ToList();
        await change.AppendAsync(records, by, altersSettings: false, cancellation);
    }

    // A creator whom no stream and no registered video names has no inbox: anybody could fill any number of them.
    private static void Tell(
        StreamTransaction change,
        UsePlan plan,
        IReadOnlyList<IReadOnlyList<JudgedVideo>> judged,
        Caller caller,
        UseNotices notices
    )
    {
        var known = judged
            .SelectMany(videos => videos)
            .Where(video => video.IsKnown)
            .SelectMany(video => video.Concerned)
            .ToHashSet();
        foreach (var use in plan.Uses)
        {
            foreach (var creator in use.Concerns.SelectMany(each => each).Distinct())
            {
                var hasInbox = known.Contains(creator);
                if (
                    notices.TryTell(caller.Identity, hasInbox ? creator.Value : "", out var isLast)
                    && NotificationFactory.UseRecorded(use, creator, hasInbox, isLast) is { } notice
                )
                {
                    change.Notify(notice);
                }
            }
        }
    }
}
