using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using Npgsql;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// Exports the log. All entries of a range with what they say, every checkpoint over them, and the keys: <c>consent
/// verify</c> needs nothing else.
/// </summary>
/// <remarks>
/// From leaf <c>from</c> (the first without it) up to but without <c>to</c>. Without <c>to</c> it ends with the
/// checkpoint that <c>/log/checkpoint</c> shows, or with the newest if an erasure follows that one. After a break go on
/// with <c>from</c> = the last whole entry's <c>seq</c> plus one, and give the parts to the verifier in order. An
/// answer without its last line, <c>end</c>, was cut short.
/// </remarks>
internal static class ExportLog
{
    /// <summary>
    /// Entries of one transaction: a long one would keep the server from cleaning up behind the sequencer, and all of
    /// them are in memory.
    /// </summary>
    private const int EntriesPerRead = 200;

    public static async Task<IResult> Handle(
        LeafCounts counts,
        HttpContext http,
        Database database,
        ConcurrencyLimits limits,
        LogSigner signer,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;
        long size;
        long shown;
        await using (var connection = await database.Exports.OpenConnectionAsync(cancellation))
        {
            size = (await LogStore.ReadHeadAsync(connection, cancellation))?.Size ?? 0;
            shown = (await published.ReadAsync(connection, cancellation))?.Size ?? 0;
            if (shown < size && await LogStore.IsAnyErasedFromAsync(connection, shown, cancellation))
                shown = size;
        }
        var from = counts["from"] ?? 0;
        var to = counts["to"] ?? (from <= shown ? shown : size);
        if (to > size || from > to)
            return LeafCounts.BeyondLog(to > size ? "to" : "from", size);

        await using var lines = await ExportLines.BeginAsync(
            http,
            signer,
            new()
            {
                ["kind"] = "log",
                ["from"] = from,
                ["to"] = to,
            }
        );
        for (var first = from; first < to; first += EntriesPerRead)
        {
            var end = Math.Min(first + EntriesPerRead, to);
            var (entries, notes) = await ReadAsync(database, first, end, cancellation);
            foreach (var stored in entries)
            {
                await lines.WriteEntryAsync(stored);
                if (notes.TryGetValue(stored.Seq!.Value + 1, out var note))
                    await lines.WriteCheckpointAsync(note);
            }
        }
        await lines.EndAsync();
        return Results.Empty;
    }

    // The connection is given back before anything is written to the caller, who may take it as slowly as they like.
    private static async Task<(List<StoredEvent> Entries, Dictionary<long, string> Notes)> ReadAsync(
        Database database,
        long first,
        long end,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var notes = await ReadNotesAsync(connection, first, end, cancellation);
        return (
            await EventStore.ReadRawAsync(Entries(connection, first, end), cancellation).ToListAsync(cancellation),
            notes
        );
    }

    private static NpgsqlCommand Entries(NpgsqlConnection connection, long first, long end) =>
        new($"SELECT {EventStore.Columns} FROM consent.history WHERE seq >= $1 AND seq < $2 ORDER BY seq", connection)
        {
            Parameters =
            {
                new() { Value = first },
                new() { Value = end },
            },
        };

    private static async Task<Dictionary<long, string>> ReadNotesAsync(
        NpgsqlConnection connection,
        long first,
        long end,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT size, coalesce(c.note, h.note) FROM consent.tree_head h LEFT JOIN consent.cosigned_head c "
                + "USING (size) WHERE size > $1 AND size <= $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = first },
                new() { Value = end },
            },
        };
        var notes = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            notes.Add(reader.GetInt64(0), reader.GetString(1));
        return notes;
    }
}
