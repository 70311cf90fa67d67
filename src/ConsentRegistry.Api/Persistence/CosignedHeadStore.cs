using ConsentRegistry.Domain.Log;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Checkpoints with the lines of witnesses: one row a size. Only the sequencer's connection writes them.
/// </summary>
internal static class CosignedHeadStore
{
    /// <summary>The newest one that adds to a checkpoint of the log; null if there is none.</summary>
    public const string Newest = """
        SELECT c.size, h.root, c.note FROM consent.cosigned_head c JOIN consent.tree_head h USING (size)
        ORDER BY c.size DESC LIMIT 1
        """;

    /// <summary>Reads the newest one; null if there is none.</summary>
    public static async Task<TreeHead?> ReadNewestAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Newest, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2))
            : null;
    }

    /// <summary>Reads that of a size; null if there is none.</summary>
    public static async Task<string?> ReadAsync(NpgsqlConnection connection, long size, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT note FROM consent.cosigned_head WHERE size = $1",
            connection
        )
        {
            Parameters = { new() { Value = size } },
        };
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>
    /// Adds cosignatures to what is stored for a size, in one short transaction. Nothing is stored before enough
    /// witnesses cosigned.
    /// </summary>
    /// <param name="connection">A connection of the sequencer.</param>
    /// <param name="size">The size.</param>
    /// <param name="merge">
    /// Makes the note out of the one that is stored, null if none is; null to leave the row as it is.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task MergeAsync(
        NpgsqlConnection connection,
        long size,
        Func<string?, SignedNote?> merge,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        string? stored;
        await using (
            var read = new NpgsqlCommand(
                "SELECT note FROM consent.cosigned_head WHERE size = $1 FOR NO KEY UPDATE",
                connection
            )
            {
                Parameters = { new() { Value = size } },
            }
        )
            stored = (string?)await read.ExecuteScalarAsync(cancellation);
        if (merge(stored) is not { } merged)
            return;
        await using (
            var write = new NpgsqlCommand(
                "INSERT INTO consent.cosigned_head (size, note) VALUES ($1, $2) "
                    + "ON CONFLICT (size) DO UPDATE SET note = EXCLUDED.note",
                connection
            )
            {
                Parameters =
                {
                    new() { Value = size },
                    new() { Value = merged.ToString(), NpgsqlDbType = NpgsqlDbType.Text },
                },
            }
        )
            await write.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Notes that witnesses are being asked, so that no other node takes over.</summary>
    public static async Task NoteRoundAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE consent.witness_round SET asked_at = clock_timestamp()",
            connection
        );
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
