using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Wakes the other nodes by PostgreSQL's LISTEN and NOTIFY: this node has committed something, so poll now; or this
/// node has what you committed, so look now. A message is a hint and carries no facts. Anybody who may connect can send
/// one, and it hurries nothing that a request cannot hurry as well. A lost one costs a pause of who would have heard it.
/// </summary>
/// <remarks>
/// Sent from a connection of its own and after the commit: within the change's transaction, commits would wait for each
/// other. While one message is under way, all that follow become one.
/// </remarks>
internal sealed partial class WakeUpChannel(
    Database database,
    ConsentReplica replica,
    CommitSignal commits,
    ILogger<WakeUpChannel> logger
) : BackgroundService
{
    /// <summary>Something was committed.</summary>
    public const string Committed = "consent_committed";

    /// <summary>A node has said in its row that its memory has what was committed.</summary>
    public const string Confirmed = "consent_confirmed";

    /// <summary>After something went wrong.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>After so long without a message the connection is tried: a broken one would be silent as well.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly AsyncAutoResetEvent unsent = new();
    private int hasCommitted;
    private int hasConfirmed;
    private volatile int sender;

    /// <summary>Whether there are other nodes, as far as the last poll knew.</summary>
    public bool HasOthers { get; set; }

    /// <summary>Whether this node hears the others now.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Told when another node has confirmed something.</summary>
    public Action? OtherConfirmed { get; set; }

    /// <summary>Notes that this node has committed a change: it polls at once, and so do the others.</summary>
    public void TellCommitted()
    {
        commits.Raise();
        replica.RequestPoll();
        Tell(ref hasCommitted);
    }

    /// <summary>Tells the others that this node's row says that it has what was committed.</summary>
    public void TellConfirmed() => Tell(ref hasConfirmed);

    public override void Dispose()
    {
        unsent.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RepeatAsync(ListenAsync, stoppingToken), RepeatAsync(SendAsync, stoppingToken));

    private async Task RepeatAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await using var connection = await database.WakeUps.OpenConnectionAsync(stopping);
                await work(connection, stopping);
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                LogInterrupted(ExceptionSummary.Summarize(e), (e as PostgresException)?.SqlState);
            }
            await Task.Delay(BetweenTries, stopping);
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        connection.Notification += (_, message) => Hear(message);
        try
        {
            await using (var listen = new NpgsqlCommand($"LISTEN {Committed}; LISTEN {Confirmed}", connection))
                await listen.ExecuteNonQueryAsync(cancellation);
            IsListening = true;
            while (true)
            {
                if (await connection.WaitAsync(LongestSilence, cancellation))
                    continue;
                await using var probe = new NpgsqlCommand("SELECT 1", connection);
                await probe.ExecuteNonQueryAsync(cancellation);
            }
        }
        finally
        {
            IsListening = false;
        }
    }

    private void Hear(NpgsqlNotificationEventArgs message)
    {
        // This node knows already.
        if (message.PID == sender)
            return;
        if (message.Channel == Confirmed)
        {
            OtherConfirmed?.Invoke();
            return;
        }
        commits.Raise();
        replica.RequestPoll();
    }

    private async Task SendAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        sender = connection.ProcessID;
        while (true)
        {
            await unsent.WaitAsync(cancellation);
            await using var batch = new NpgsqlBatch(connection);
            if (Interlocked.Exchange(ref hasCommitted, 0) != 0)
                batch.BatchCommands.Add(new($"SELECT pg_notify('{Committed}', '')"));
            if (Interlocked.Exchange(ref hasConfirmed, 0) != 0)
                batch.BatchCommands.Add(new($"SELECT pg_notify('{Confirmed}', '')"));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellation);
        }
    }

    private void Tell(ref int what)
    {
        if (!HasOthers)
            return;
        Interlocked.Exchange(ref what, 1);
        unsent.Set();
    }

    [LoggerMessage(
        LogEvents.WakeUpsInterrupted,
        LogLevel.Warning,
        "Nodes do not wake each other now, and changes are acknowledged later: {Kind} {SqlState}; look at PostgreSQL, "
            + "and at a connection pooler that does not pass LISTEN on, if this goes on",
        EventName = nameof(LogEvents.WakeUpsInterrupted)
    )]
    private partial void LogInterrupted(string kind, string? sqlState);
}
