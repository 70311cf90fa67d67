using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// This node among those that answer from memory. Whoever changes something waits for every row; so a row says how far
/// a node is, and a node whose row is gone answers nothing until it has a new one.
/// </summary>
internal sealed class Membership(ReplicaOptions options)
{
    private const string BeatText = "UPDATE consent.node SET beat = beat + 1, seen = $2::pg_snapshot WHERE id = $1";

    /// <summary>How often a beat is confirmed at least: four of them fit into Δ.</summary>
    private readonly TimeSpan betweenBeats = options.Delta / 4;

    // A slow disk makes no node stale: where there is no standby, nothing is waited for.
    private readonly string confirmedBeat = options.ConfirmsBeats
        ? $"{BeatText} AND {ConfirmedCommit.WaitForStandby} IS NOT NULL"
        : BeatText;

    private readonly string ofRow = options.ConfirmsBeats ? ConfirmedCommit.IsWanted : ConfirmedCommit.IsNotWanted;
    private readonly Dictionary<Guid, (long Beat, long Since)> others = [];
    private Guid id;
    private long beatAt;

    // The snapshot that this node's row has, or has had: a later beat says it again where nothing was added since.
    private string seen = "";

    /// <summary>Whether this node has a row, as far as it knows.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>Whether a poll found this node's row, and no other.</summary>
    public bool IsAlone(Poll poll) => HasJoined && poll.Nodes is [var only] && only.Id == id;

    /// <summary>
    /// Whether a beat has to follow the next poll, to be confirmed: because it is due before the poll after it, or because
    /// somebody waits for what is confirmed.
    /// </summary>
    /// <param name="pause">How long it is from the next poll to the one after it.</param>
    /// <param name="isWanted">Whether somebody waits.</param>
    public bool IsBeatDue(TimeSpan pause, bool isWanted) =>
        HasJoined && (isWanted || BootClock.Since(beatAt) + pause >= betweenBeats);

    /// <summary>
    /// Beats after a poll, in a transaction of its own, which waits for the standby: whoever confirms it was the primary's
    /// standby when the poll was sent.
    /// </summary>
    /// <param name="connection">The connection of the poll.</param>
    /// <param name="poll">The poll.</param>
    /// <returns>Whether this node's row is there.</returns>
    /// <exception cref="OutcomeUnknownException">
    /// The synchronous standby did not confirm the beat: this server may be one that is not the primary any more.
    /// </exception>
    public bool Beat(NpgsqlConnection connection, Poll poll)
    {
        using var warnings = new ConfirmedCommit.WarningListener(connection);
        HasJoined = Update(connection, confirmedBeat, seen);
        warnings.ThrowIfAny();
        // A server that is told to have no standby any more ends the wait, and says nothing.
        if (poll.HasStandby && options.ConfirmsBeats && !StillHasStandby(connection))
            throw new OutcomeUnknownException(ConfirmedCommit.StandbyTakenAway);
        beatAt = poll.SentAt;
        return HasJoined;
    }

    private static bool StillHasStandby(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(ConfirmedCommit.AskStandby, connection);
        return command.ExecuteScalar() is true;
    }

    /// <summary>Makes this node's row. Only polls that are sent after this returned are answered from.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="poll">The poll whose snapshot memory has.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>This node's time just before the row was sent.</returns>
    /// <exception cref="OutcomeUnknownException">Nobody confirmed the row.</exception>
    public async Task<long> JoinAsync(NpgsqlConnection connection, Poll poll, CancellationToken cancellation)
    {
        id = Guid.CreateVersion7();
        var sentAt = BootClock.Now;
        // A row that a crash took back would be one that nobody waits for: it has to be on disk.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var durable = new NpgsqlCommand(ofRow, connection))
            await durable.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "INSERT INTO consent.node (id, beat, seen, delta_ms) VALUES ($1, 0, $2::pg_snapshot, $3)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = poll.Snapshot },
                new() { Value = (int)options.Delta.TotalMilliseconds },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
        await ConfirmedCommit.CommitAsync(transaction, poll.HasStandby && options.ConfirmsBeats);
        (HasJoined, beatAt, seen) = (true, sentAt, poll.Snapshot);
        return sentAt;
    }

    /// <summary>
    /// Says what this node's memory has, to those who wait for it. Nobody confirms it, so that nobody waits for a disk:
    /// where it is lost, less is said than what holds.
    /// </summary>
    /// <returns>Whether this node's row is there.</returns>
    public bool TellSeen(NpgsqlConnection connection, string snapshot)
    {
        HasJoined = Update(connection, BeatText, snapshot);
        seen = snapshot;
        return HasJoined;
    }

    private bool Update(NpgsqlConnection connection, string text, string snapshot)
    {
        using var command = new NpgsqlCommand(text, connection)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = snapshot },
            },
        };
        return command.ExecuteNonQuery() > 0;
    }

    /// <summary>
    /// Takes away the rows of nodes whose beat has stood still for twice their Δ in every poll of this one: by then
    /// they answer nothing.
    /// </summary>
    public int Evict(NpgsqlConnection connection, Poll poll)
    {
        var evicted = 0;
        foreach (var node in poll.Nodes.Where(node => node.Id != id))
        {
            if (!others.TryGetValue(node.Id, out var seen) || seen.Beat != node.Beat)
            {
                others[node.Id] = (node.Beat, poll.SentAt);
                continue;
            }
            if (poll.SentAt - seen.Since < BootClock.Nanoseconds(2 * Longer(node.Delta, options.Delta)))
                continue;
            // A row that somebody holds is left to the next poll: whoever waits for it does not follow.
            using var command = new NpgsqlCommand(
                "DELETE FROM consent.node WHERE id = (SELECT id FROM consent.node WHERE id = $1 AND beat = $2 FOR "
                    + "UPDATE SKIP LOCKED)",
                connection
            )
            {
                Parameters =
                {
                    new() { Value = node.Id },
                    new() { Value = node.Beat },
                },
            };
            evicted += command.ExecuteNonQuery();
        }
        var present = poll.Nodes.Select(node => node.Id).ToHashSet();
        foreach (var gone in others.Keys.Where(other => !present.Contains(other)).ToList())
            others.Remove(gone);
        return evicted;
    }

    /// <summary>
    /// Forgets what was seen of the others: after a time without polls, how long their beats stood still is not known.
    /// </summary>
    public void LoseSight() => others.Clear();

    /// <summary>Takes this node's row away, so that nobody waits for it. It answers nothing any more.</summary>
    public async Task LeaveAsync(Database database, CancellationToken cancellation)
    {
        if (!HasJoined)
            return;
        HasJoined = false;
        await using var command = database.Replica.CreateCommand("DELETE FROM consent.node WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
