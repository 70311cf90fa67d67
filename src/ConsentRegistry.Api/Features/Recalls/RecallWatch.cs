using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using Npgsql;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>
/// Finds out who relies on consent that is no more, and tells them to stop. It follows the log: whatever alters what a
/// creator decides makes everybody who relies on that creator due, and whoever is due is decided again, from memory and
/// like any check. Who is due for another reason, an expiry, waits in the same list.
/// </summary>
/// <remarks>
/// What a step has done is gone from where it looks: a node that dies leaves the rest to another one, and nothing is
/// told twice.
/// </remarks>
internal sealed partial class RecallWatch(
    Database database,
    IntegrityKeys keys,
    CommitSignal commits,
    MemoryFacts memory,
    RecallOptions options,
    ILogger<RecallWatch> logger
) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks while nothing is committed: then consent ends by its expiry alone.</summary>
    private static readonly TimeSpan BetweenQuietLooks = TimeSpan.FromSeconds(5);

    /// <summary>Events of the log that one step reads.</summary>
    private const int EventsPerStep = 5_000;

    /// <summary>Reliances that one step makes due, and that one decides: what holds their rows up is short.</summary>
    private const int ReliancesPerStep = 500;

    /// <summary>After how many seconds somebody is looked at again who could not be told now.</summary>
    private const int PutOffSeconds = 5;

    // What makes somebody's answer stricter; what only widens is looked at as well, and finds nothing.
    private static readonly string[] Altering =
    [
        EventType.DefaultChanged,
        EventType.OverrideChanged,
        EventType.LockdownChanged,
        EventType.HoldChanged,
        EventType.VideoRegistered,
        EventType.GrantRevoked,
        EventType.CreatorErased,
    ];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            commits,
            BetweenLooks,
            BetweenQuietLooks,
            () => LookAsync(stoppingToken),
            LogPostponed,
            stoppingToken
        );

    // Looked at first, and alone: mostly there is nothing, and whoever takes the position writes. Then a part of each
    // in turn: however much there is of one, the others go on.
    private async Task LookAsync(CancellationToken cancellation)
    {
        if (!await RecallStore.HasWorkAsync(database.Background, cancellation))
            return;
        bool isMore;
        do
        {
            var followed = await BackgroundTransaction.RunAsync(
                database.Background,
                keys,
                change => RecallStore.FollowAsync(change, Altering, EventsPerStep, cancellation),
                cancellation
            );
            var spread = await BackgroundTransaction.RunAsync(
                database.Background,
                keys,
                change => RecallStore.SpreadAsync(change, ReliancesPerStep, PutOffSeconds, cancellation),
                cancellation
            );
            var decided = await StepAsync(cancellation);
            isMore = followed == EventsPerStep || spread > 0 || decided == ReliancesPerStep;
        } while (isMore);
    }

    // Decides who is due, with facts that are newer than what made them so. The one transaction keeps other nodes from
    // the same work; what is found is written by transactions of its own, one for each requester who is told, so that
    // nobody waits for another's.
    private Task<int> StepAsync(CancellationToken cancellation) =>
        BackgroundTransaction.RunAsync(
            database.Background,
            keys,
            async transaction =>
            {
                var due = await RecallStore.TakeDueAsync(transaction, ReliancesPerStep, cancellation);
                if (
                    due.Count == 0
                    || await DecideAsync(
                        transaction,
                        due.ToArray(),
                        new(Question.NoVersions, BootClock.Now),
                        cancellation
                    )
                        is not { } looked
                )
                    return 0;
                var later = looked.FindAll(one => one.Outcome == Outcome.InDoubt).ConvertAll(one => one.Due.Key);
                var standing = looked.FindAll(one => one.Outcome == Outcome.Stands);
                var kept = await BackgroundTransaction.RunAsync(
                    database.Background,
                    keys,
                    change => KeepAsync(change, standing, cancellation),
                    cancellation
                );
                later.AddRange(standing.Select(one => one.Due.Key).Where(key => !kept.Contains(key)));
                foreach (
                    var lost in looked.Where(one => one.Outcome == Outcome.Lost).GroupBy(one => one.Due.Key.Requester)
                )
                    later.AddRange(await RecallAsync(lost.Key, [.. lost], cancellation));
                if (later.Count > 0)
                    await BackgroundTransaction.RunAsync(
                        database.Background,
                        keys,
                        change => RecallStore.PutOffAsync(change, later, PutOffSeconds, cancellation),
                        cancellation
                    );
                return due.Count;
            },
            cancellation
        );

    // Who is in doubt in memory puts off nobody else: where the facts for all cannot be had, those for each half are
    // asked for. Null if memory is not fresh at all.
    private async Task<List<Looked>?> DecideAsync(
        StreamTransaction transaction,
        ArraySegment<DueReliance> due,
        FreshnessRequirement need,
        CancellationToken cancellation
    )
    {
        if (
            await memory.TakeAsync(
                due.Select(one => one.Key.Video).ToHashSet(),
                due.Select(one => one.Key.Requester).ToHashSet(),
                need,
                cancellation
            ) is
            { Set: var facts }
        )
        {
            var judge = await RelianceJudge.ForAsync(transaction, [.. due.Select(one => one.Key)], cancellation);
            return [.. due.Select(one => Decide(one, judge, facts))];
        }
        if (await memory.TakeAsync([], [], need, cancellation) is null)
            return null;
        if (due.Count == 1)
            return [new(due[0], Outcome.InDoubt, default, [])];
        return
            await DecideAsync(transaction, due[..(due.Count / 2)], need, cancellation) is { } first
            && await DecideAsync(transaction, due[(due.Count / 2)..], need, cancellation) is { } second
            ? [.. first, .. second]
            : null;
    }

    private static Looked Decide(DueReliance due, RelianceJudge judge, FactSet facts)
    {
        var consulted = new ConsultedCreators(facts);
        var decision = judge.Decide(facts, due.Key, ref consulted);
        // An erased creator is named nowhere anew, but as the owner of the video.
        var concerned = consulted
            .Creators.Where(creator => creator == due.Key.Video.Creator || !facts.StateOf(creator).IsErased)
            .ToList();
        return new(due, decision.IsAllowed ? Outcome.Stands : Outcome.Lost, decision, concerned)
        {
            Creator =
                decision.DecidedBy is { } by && decision.Detail != Detail.Erased ? facts.CreatorOf(by.Creator) : null,
        };
    }

    // Sources and participants may have been added since.
    private static async Task<HashSet<RelianceKey>> KeepAsync(
        StreamTransaction change,
        List<Looked> standing,
        CancellationToken cancellation
    )
    {
        var locked = await RecallStore.LockAsync(change, standing.ConvertAll(one => one.Due), cancellation);
        var kept = standing.FindAll(one => locked.Contains(one.Due.Key));
        await RecallStore.KeepAsync(
            change,
            kept.ConvertAll(one => (one.Due.Key, one.Decision.HoldsUntil)),
            cancellation
        );
        await RelianceStore.AddConcernsAsync(
            change,
            kept.ConvertAll(one => new Reliance(one.Due.Key, one.Concerned)),
            cancellation
        );
        return locked;
    }

    // Tells one requester. What they have relied on anew meanwhile, or while their stream is held, is looked at again.
    private async Task<IEnumerable<RelianceKey>> RecallAsync(
        Requester requester,
        List<Looked> lost,
        CancellationToken cancellation
    )
    {
        try
        {
            var told = await BackgroundTransaction.RunAsync(
                database.Background,
                keys,
                change => RecallAsync(change, requester, lost, cancellation),
                cancellation
            );
            return lost.Select(one => one.Due.Key).Where(key => !told.Contains(key));
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            LogPostponed(e.SqlState);
            return lost.Select(one => one.Due.Key);
        }
    }

    // First the stream and then the reliances, as whoever records a use.
    private async Task<HashSet<RelianceKey>> RecallAsync(
        StreamTransaction change,
        Requester requester,
        List<Looked> lost,
        CancellationToken cancellation
    )
    {
        await change.MarkAsync(cancellation);
        var id = StreamId.OfRequester(requester);
        var stream = (await change.LockAsync([id], cancellation))[id];
        var locked = await RecallStore.LockAsync(change, lost.ConvertAll(one => one.Due), cancellation);
        if (locked.Count == 0)
        {
            // A stream to which nothing is appended is not to be raised.
            await change.BackToMarkAsync(cancellation);
            return locked;
        }
        var recalls = lost.Where(one => locked.Contains(one.Due.Key))
            .Select(one => (Recall: Of(one, stream), one.Concerned))
            .ToList();
        await RecallStore.InsertAsync(change, recalls, cancellation);
        await change.AppendAsync(
            stream,
            [.. recalls.Select(one => Records.RecallChanged(one.Recall.Id, null, one.Recall.Record))],
            Authorship.Registry,
            altersSettings: false,
            cancellation
        );
        foreach (var (recall, _) in recalls)
            change.Notify(NotificationFactory.RecallIssued(recall));
        LogRecalled(recalls.Count);
        return locked;
    }

    private StoredRecall Of(Looked lost, LockedStream stream)
    {
        var (video, purpose, requester) = lost.Due.Key;
        var stopBy = stream.Tx.Plus(TimeSpan.FromHours(options.StopWithinHours));
        return new(
            Guid.CreateVersion7(new DateTimeOffset(stream.Tx.ToDateTime())),
            new(
                requester,
                video,
                purpose,
                lost.Creator,
                lost.Decision.Reason,
                stopBy,
                RecallState.Open,
                Statement: null,
                stream.Stamp
            ),
            lost.Due.Since,
            stream.Tx,
            []
        );
    }

    private enum Outcome
    {
        Stands,
        Lost,
        InDoubt,
    }

    /// <summary>What became of somebody's reliance.</summary>
    /// <param name="Due">Who was due.</param>
    /// <param name="Outcome">Whether their consent stands.</param>
    /// <param name="Decision">What decides now.</param>
    /// <param name="Concerned">On whose word it rests now.</param>
    private sealed record Looked(
        DueReliance Due,
        Outcome Outcome,
        Decision Decision,
        IReadOnlyCollection<CreatorId> Concerned
    )
    {
        /// <summary>Whose word decides now; null if that is nobody's who may be named.</summary>
        public CreatorId? Creator { get; init; }
    }

    [LoggerMessage(
        LogEvents.RecallsIssued,
        LogLevel.Information,
        "{Count} recalls were issued",
        EventName = nameof(LogEvents.RecallsIssued)
    )]
    private partial void LogRecalled(int count);

    [LoggerMessage(
        LogEvents.RecallsPostponed,
        LogLevel.Warning,
        "Withdrawn consent could not be followed now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.RecallsPostponed)
    )]
    private partial void LogPostponed(string kind);
}
