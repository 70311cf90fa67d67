using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>
/// Finds out who relies on consent that is no more, and tells them to stop. It follows the log: whatever alters what a creator decides makes everybody who relies
/// on that creator due, and whoever is due is decided again, from memory and like any check. Who is due for another reason, an expiry, waits in the same list.
/// </summary>
/// <remarks>
/// Each step is a transaction, and what it has done is gone from where it looks: a node that dies leaves the rest to another one, and nothing is told twice.
/// </remarks>
internal sealed partial class RecallWatch(Database database, CheckFacts memory, RecallOptions options, ILogger<RecallWatch> logger) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>Events of the log that one step reads.</summary>
    private const int EventsPerStep = 5_000;

    /// <summary>Reliances that one step decides.</summary>
    private const int ReliancesPerStep = 500;

    // What makes somebody's answer stricter; what only widens is looked at as well, and finds nothing.
    private static readonly string[] Altering =
    [
        EventType.DefaultChanged, EventType.OverrideChanged, EventType.LockdownChanged, EventType.HoldChanged, EventType.VideoRegistered, EventType.GrantRevoked,
        EventType.CreatorErased,
    ];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Recurring.RunAsync(BetweenLooks, () => LookAsync(stoppingToken), LogPostponed, stoppingToken);

    // Looked at first, and alone: mostly there is nothing, and whoever takes the position writes.
    private async Task LookAsync(CancellationToken cancellation)
    {
        if (!await RecallStore.HasWorkAsync(database.Reads, cancellation))
            return;
        await Recurring.DrainAsync(
            EventsPerStep,
            () => BackgroundChange.RunAsync(database, change => RecallStore.FollowAsync(change, Altering, EventsPerStep, cancellation), cancellation));
        await Recurring.DrainAsync(ReliancesPerStep, () => StepAsync(cancellation));
    }

    // Decides who is due, with facts that are newer than what made them so.
    private Task<int> StepAsync(CancellationToken cancellation) => BackgroundChange.RunAsync(
        database,
        async change =>
        {
            var due = await RecallStore.TakeDueAsync(change, ReliancesPerStep, cancellation);
            if (due.Count == 0)
                return 0;
            var need = new Need(Asking.NoVersions, Elapsed.Now);
            var videos = due.Select(one => one.Key.Video).ToHashSet();
            if (await memory.TakeAsync(videos, due.Select(one => one.Key.Requester).ToHashSet(), need, cancellation) is not { Set: var facts })
                return 0;
            var kept = new List<(RelianceKey Key, Instant HoldsUntil)>();
            var lost = new List<(DueReliance Due, CreatorId? Creator, Reason Reason)>();
            var concerned = new List<Reliance>();
            foreach (var one in due)
            {
                var trace = new Consulted(facts);
                var decision = facts.Decide(one.Key.Video, facts.Vocabulary.Find(one.Key.Purpose), one.Key.Requester, ref trace);
                if (decision.IsAllowed)
                {
                    kept.Add((one.Key, decision.HoldsUntil));
                    // Sources and participants may have been added since.
                    concerned.Add(new(one.Key, trace.Creators));
                }
                else
                {
                    lost.Add((one, decision.DecidedBy is { } by && decision.Detail != Detail.Erased ? facts.CreatorOf(by.Creator) : null, decision.Reason));
                }
            }
            await WriteAsync(change, due, kept, concerned, lost, cancellation);
            return due.Count;
        },
        cancellation);

    // First the streams and then the reliances, as whoever records a use. What was relied on anew meanwhile is looked at again.
    private async Task WriteAsync(
        Change change,
        List<DueReliance> due,
        List<(RelianceKey Key, Instant HoldsUntil)> kept,
        List<Reliance> concerned,
        List<(DueReliance Due, CreatorId? Creator, Reason Reason)> lost,
        CancellationToken cancellation)
    {
        await change.MarkAsync(cancellation);
        var requesters = lost.Select(one => one.Due.Key.Requester).ToHashSet();
        var streams = requesters.Count == 0 ? null : await change.LockAsync(requesters.Select(StreamId.Of), cancellation);
        var locked = await RecallStore.LockAsync(change, due, cancellation);
        lost.RemoveAll(one => !locked.Contains(one.Due.Key));
        if (!requesters.SetEquals(lost.Select(one => one.Due.Key.Requester)))
        {
            // A stream to which nothing is appended is not to be raised: the next look finds what is left.
            await change.BackToMarkAsync(cancellation);
            return;
        }
        await RecallStore.KeepAsync(change, [.. kept.Where(one => locked.Contains(one.Key))], [.. concerned.Where(one => locked.Contains(one.Key))], cancellation);
        if (streams is not null)
            await RecallAsync(change, lost, streams, cancellation);
    }

    private async Task RecallAsync(
        Change change, List<(DueReliance Due, CreatorId? Creator, Reason Reason)> lost, IReadOnlyDictionary<StreamId, LockedStream> streams, CancellationToken cancellation)
    {
        var recalls = lost.ConvertAll(one =>
        {
            var (key, since, _) = one.Due;
            var stamp = streams[StreamId.Of(key.Requester)].Stamp;
            return new StoredRecall(
                Guid.CreateVersion7(new DateTimeOffset(stamp.At.ToDateTime())),
                new(
                    key.Requester, key.Video, key.Purpose, one.Creator, one.Reason, stamp.At.Plus(TimeSpan.FromHours(options.StopWithinHours)), RecallState.Open, Statement: null, stamp),
                since,
                stamp.At,
                []);
        });
        await RecallStore.InsertAsync(change, recalls, cancellation);
        await change.AppendAsync(
            [
                .. recalls.GroupBy(recall => StreamId.Of(recall.Record.Requester), recall => Records.Of(recall.Id, null, recall.Record))
                    .Select(stream => (streams[stream.Key], (IReadOnlyList<RecordChange>)[.. stream])),
            ],
            Authorship.Registry,
            altersSettings: false,
            cancellation);
        foreach (var recall in recalls)
            change.Notify(Notices.Of(recall));
        LogRecalled(recalls.Count);
    }

    [LoggerMessage(90, LogLevel.Information, "{Count} recalls were issued")]
    private partial void LogRecalled(int count);

    [LoggerMessage(91, LogLevel.Warning, "Withdrawn consent could not be followed now: {Kind}")]
    private partial void LogPostponed(string kind);
}
