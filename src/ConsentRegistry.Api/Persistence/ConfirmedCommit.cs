using ConsentRegistry.Api.Telemetry;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// A commit that counts only once the synchronous standby has it, where there is one. PostgreSQL ends the wait for the
/// standby early if it is told to cancel it: then the commit stands on this server, may be lost with it, and comes with a
/// warning and without an error.
/// </summary>
internal static class ConfirmedCommit
{
    /// <summary>Has the transaction wait for disk and standby, whatever the pool's setting is.</summary>
    public const string IsWanted = "SET LOCAL synchronous_commit = on";

    /// <summary>Has the transaction wait for neither: what it wrote may be lost.</summary>
    public const string IsNotWanted = "SET LOCAL synchronous_commit = off";

    /// <summary>Whether the server waits for a standby at all, as a column.</summary>
    public const string HasStandby = "current_setting('synchronous_standby_names') <> ''";

    /// <summary>
    /// Has the transaction wait for the standby, as an expression, so that one statement can be the transaction. Where
    /// there is none it waits for nothing: a disk confirms nothing about which server is the primary.
    /// </summary>
    public const string WaitForStandby =
        $"set_config('synchronous_commit', CASE WHEN {HasStandby} THEN 'on' ELSE 'off' END, true)";

    /// <summary>
    /// Has a transaction that wrote nothing wait for the standby as well: what it read before may have been committed by
    /// somebody whose wait was cut short, or by a server that was restarted since. Without a standby it writes nothing.
    /// On a server that is a standby itself it fails, because the position to write at cannot be asked for there.
    /// </summary>
    public const string ConfirmReads =
        $"SELECT pg_current_wal_lsn(), CASE WHEN {HasStandby} THEN pg_logical_emit_message(true, 'consent', '') END";

    /// <summary>Why a commit does not count though it was answered without a warning.</summary>
    public const string StandbyTakenAway = "synchronous_standby_names was emptied during it.";

    private const string Warning = "WARNING";

    /// <summary>Asks the server whether it waits for a standby at all.</summary>
    public const string AskStandby = $"SELECT {HasStandby}";

    /// <summary>Commits. From here on nobody's patience is a reason to leave: what was written may stand.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="requiresStandby">
    /// Whether a commit counts only where a synchronous standby confirmed it: a server that is told to have none ends the
    /// wait, and says nothing.
    /// </param>
    /// <exception cref="OutcomeUnknownException">
    /// The connection broke, or the standby did not confirm it: the change may be lost.
    /// </exception>
    public static async Task CommitAsync(NpgsqlTransaction transaction, bool requiresStandby)
    {
        var connection =
            transaction.Connection ?? throw new InvalidOperationException("The transaction has ended already.");
        using var warnings = new WarningListener(connection);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
            await RequireStandbyAsync(connection, requiresStandby);
        }
        catch (Exception e) when (e is not OutcomeUnknownException && DatabaseErrors.MeansUnavailable(e))
        {
            throw new OutcomeUnknownException(e);
        }
        warnings.ThrowIfAny();
    }

    /// <summary>Runs the last statements of a transaction and commits it, in one round trip.</summary>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="last">The statements before the commit.</param>
    /// <param name="requiresStandby">As for a transaction of its own.</param>
    /// <exception cref="OutcomeUnknownException">
    /// The connection broke, or the standby did not confirm the commit: the change may be lost.
    /// </exception>
    /// <exception cref="PostgresException">One of the statements failed: nothing was committed.</exception>
    public static async Task CommitAsync(
        NpgsqlConnection connection,
        IEnumerable<NpgsqlBatchCommand> last,
        bool requiresStandby
    )
    {
        using var span = Tracing.Begin("commit");
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in last)
            batch.BatchCommands.Add(statement);
        var commit = new NpgsqlBatchCommand("COMMIT");
        batch.BatchCommands.Add(commit);
        using var warnings = new WarningListener(connection);
        try
        {
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            await RequireStandbyAsync(connection, requiresStandby);
        }
        catch (PostgresException e) when (e.BatchCommand is { } failed && failed != commit)
        {
            throw;
        }
        catch (Exception e) when (e is not OutcomeUnknownException && DatabaseErrors.MeansUnavailable(e))
        {
            throw new OutcomeUnknownException(e);
        }
        warnings.ThrowIfAny();
    }

    /// <summary>Runs one statement that is a transaction of its own.</summary>
    /// <param name="database">The pools.</param>
    /// <param name="command">The statement, without a connection.</param>
    /// <param name="execute">Runs it and reads its result.</param>
    /// <param name="cancellation">Ends the wait for a connection.</param>
    /// <exception cref="OutcomeUnknownException">The standby did not confirm it: the change may be lost.</exception>
    public static async Task<T> RunAsync<T>(
        Database database,
        NpgsqlCommand command,
        Func<NpgsqlCommand, Task<T>> execute,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Changes.OpenConnectionAsync(cancellation);
        using var warnings = new WarningListener(connection);
        command.Connection = connection;
        var result = await execute(command);
        warnings.ThrowIfAny();
        try
        {
            await RequireStandbyAsync(connection, database.RequiresStandby);
        }
        catch (Exception e) when (e is not OutcomeUnknownException && DatabaseErrors.MeansUnavailable(e))
        {
            throw new OutcomeUnknownException(e);
        }
        return result;
    }

    private static async Task RequireStandbyAsync(NpgsqlConnection connection, bool isRequired)
    {
        if (!isRequired)
            return;
        await using var command = new NpgsqlCommand(AskStandby, connection);
        if (await command.ExecuteScalarAsync(CancellationToken.None) is not true)
            throw new OutcomeUnknownException(StandbyTakenAway);
    }

    /// <summary>Listens to what the server warns of on one connection.</summary>
    internal sealed class WarningListener : IDisposable
    {
        private readonly NpgsqlConnection connection;
        private string? warning;

        public WarningListener(NpgsqlConnection connection)
        {
            this.connection = connection;
            connection.Notice += Note;
        }

        /// <summary>Refuses to take a commit for confirmed that came with a warning.</summary>
        /// <exception cref="OutcomeUnknownException">There was one.</exception>
        public void ThrowIfAny()
        {
            if (warning is not null)
                throw new OutcomeUnknownException(warning);
        }

        public void Dispose() => connection.Notice -= Note;

        private void Note(object sender, NpgsqlNoticeEventArgs told)
        {
            if (told.Notice.InvariantSeverity == Warning)
                warning = told.Notice.MessageText;
        }
    }
}
