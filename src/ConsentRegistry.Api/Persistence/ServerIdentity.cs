using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Which history a server tells: another one begins where a standby is promoted or a backup is restored. Timelines have
/// numbers, and two standbys that are promoted without knowing of each other take the same one; so each promotion gets a
/// random incarnation, by the first node that meets it.
/// </summary>
/// <param name="Incarnation">The random id, which stands in the table <c>incarnation</c>.</param>
internal readonly record struct ServerIdentity(Guid Incarnation)
{
    /// <summary>The identifier of the cluster, which all its servers share, as an expression.</summary>
    public const string System = "(SELECT system_identifier::text FROM pg_control_system())";

    /// <summary>
    /// The server's timeline, as an expression. On a standby the position to write at cannot be asked for: the statement
    /// fails.
    /// </summary>
    public const string Timeline = "left(pg_walfile_name(pg_current_wal_lsn()), 8)";

    /// <summary>The server's identity as a column; null while nobody has written it since the promotion.</summary>
    public const string Column =
        $"(SELECT id FROM consent.incarnation WHERE system = {System} AND timeline = {Timeline})";

    /// <summary>Reads <see cref="Column"/>.</summary>
    public static ServerIdentity? Read(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new(reader.GetGuid(column));

    /// <summary>Writes an incarnation where the server has none since its promotion.</summary>
    /// <param name="connection">A connection to the server.</param>
    /// <param name="requiresStandby"><see cref="Database.RequiresStandby"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OutcomeUnknownException">
    /// The synchronous standby did not confirm it: a node that remembered it would take what is lost for what is there.
    /// </exception>
    public static async Task EnsureAsync(
        NpgsqlConnection connection,
        bool requiresStandby,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var write = new NpgsqlCommand(
            $"""
            {ConfirmedCommit.IsWanted};
            UPDATE consent.incarnation SET id = gen_random_uuid(), system = {System}, timeline = {Timeline}
                WHERE system <> {System} OR timeline <> {Timeline}
            """,
            connection
        );
        await write.ExecuteNonQueryAsync(cancellation);
        await ConfirmedCommit.CommitAsync(transaction, requiresStandby);
    }
}
