using System.Collections.Concurrent;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifications;

/// <summary>What one look at all followed inboxes found.</summary>
/// <param name="Creators">Whose inboxes have something new.</param>
/// <param name="Next">The next look.</param>
internal sealed record InboxPosition(IReadOnlySet<string> Creators, Task<InboxPosition> Next);

/// <summary>
/// Looks for new notifications on behalf of everybody who follows an inbox on this node: one question for all of them.
/// </summary>
internal sealed partial class InboxWatch(Database database, CommitSignal commits, ILogger<InboxWatch> logger)
    : BackgroundService
{
    /// <summary>How often to look while somebody follows.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How often at least while nothing is committed.</summary>
    private static readonly TimeSpan QuietPause = TimeSpan.FromSeconds(1);

    /// <summary>How long at most a first follower waits for a first look while nothing is committed.</summary>
    private static readonly TimeSpan UnfollowedPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, int> followed = new(StringComparer.Ordinal);
    private TaskCompletionSource<InboxPosition> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long seen = -1;

    /// <summary>Begins to look for a creator; to be ended with <see cref="Leave"/>.</summary>
    public void Follow(string creator) => followed.AddOrUpdate(creator, 1, (_, count) => count + 1);

    /// <summary>Ends what <see cref="Follow"/> began.</summary>
    public void Leave(string creator)
    {
        if (followed.AddOrUpdate(creator, 0, (_, count) => count - 1) == 0)
            followed.TryRemove(KeyValuePair.Create(creator, 0));
    }

    /// <summary>The next look. Take it before reading an inbox, and nothing is missed between the two.</summary>
    public Task<InboxPosition> NextAsync() => Volatile.Read(ref next).Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await commits.WaitAsync(Pause, followed.IsEmpty ? UnfollowedPause : QuietPause, stoppingToken);
            if (followed.IsEmpty)
                continue;
            try
            {
                Publish(await LookAsync(stoppingToken));
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                LogUnseen(ExceptionSummary.Summarize(e));
            }
        }
    }

    private void Publish(IReadOnlySet<string> creators)
    {
        var following = new TaskCompletionSource<InboxPosition>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref next, following).SetResult(new(creators, following.Task));
    }

    private async Task<IReadOnlySet<string>> LookAsync(CancellationToken cancellation)
    {
        await using var command = database.Background.CreateCommand(
            """
            SELECT creator, max(place) FROM consent.notification WHERE place > $1 AND creator = ANY($2) GROUP BY creator
            UNION ALL
            SELECT NULL, coalesce(max(place), 0) FROM consent.notification
            """
        );
        command.Parameters.Add(new() { Value = seen });
        command.Parameters.Add(new() { Value = followed.Keys.ToArray() });
        var creators = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0))
                seen = Math.Max(seen, reader.GetInt64(1));
            else
                creators.Add(reader.GetString(0));
        }
        return creators;
    }

    [LoggerMessage(
        LogEvents.InboxesUnseen,
        LogLevel.Warning,
        "Inboxes could not be looked at: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.InboxesUnseen)
    )]
    private partial void LogUnseen(string kind);
}
