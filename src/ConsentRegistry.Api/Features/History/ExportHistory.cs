using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Features.History;

/// <summary>
/// Exports a creator's history as a bundle. It proves itself, without the registry: verify it with <c>consent
/// verify</c>.
/// </summary>
/// <remarks>
/// It holds the events that the newest checkpoint covers, each with its proof, that checkpoint, and the public keys. A
/// signed statement of where the stream ends shows that nothing was withheld. An answer without its last line,
/// <c>end</c>, was cut short: ask again.
/// </remarks>
internal static class ExportHistory
{
    /// <summary>The type of the signed statement.</summary>
    public const string StatementType = "consent-stream+jws";

    /// <summary>
    /// Events of one transaction: a long one would keep the server from cleaning up behind the sequencer.
    /// </summary>
    private const int EventsPerRead = 200;

    public static async Task<IResult> Handle(
        CreatorId creatorId,
        HttpContext http,
        Database database,
        ConcurrencyLimits limits,
        LogSigner signer,
        CancellationToken cancellation
    )
    {
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal.AsResult();
        var stream = StreamId.OfCreator(creatorId);
        TreeHead? head;
        (long Version, string Type, byte[] Leaf)? last;
        await using (var connection = await database.Exports.OpenConnectionAsync(cancellation))
        {
            head = await LogStore.ReadHeadAsync(connection, cancellation);
            if (head is null)
                return new Problem(
                    503,
                    ProblemCode.Unavailable,
                    "The log has no checkpoint yet; repeat the request."
                ).AsResult();
            last = await ReadLastAsync(connection, stream, head.Size, cancellation);
        }

        await using var lines = await ExportLines.BeginAsync(
            http,
            signer,
            new() { ["kind"] = "creator", ["creatorId"] = stream.Name }
        );
        await lines.WriteCheckpointAsync(head.Note);
        if (
            !await TryWriteEntriesAsync(
                lines,
                database,
                stream,
                head.Size,
                isErased: last?.Type == EventType.CreatorErased,
                cancellation
            )
        )
        {
            http.Abort();
            return Results.Empty;
        }
        var statement = new JsonObject
        {
            ["v"] = ExportLines.Format,
            ["origin"] = signer.Origin,
            ["creatorId"] = stream.Name,
            ["version"] = last?.Version ?? 0,
            ["head"] = last is { } newest ? Base64Url.EncodeToString(SHA256.HashData(newest.Leaf)) : null,
            ["treeSize"] = head.Size,
        };
        await lines.WriteAsync(new() { ["kind"] = "statement", ["jws"] = signer.Sign(statement, StatementType) });
        await lines.EndAsync();
        return Results.Empty;
    }

    /// <returns>False if the creator was erased meanwhile: what was written so far is not what would follow.</returns>
    private static async Task<bool> TryWriteEntriesAsync(
        ExportLines lines,
        Database database,
        StreamId stream,
        long treeSize,
        bool isErased,
        CancellationToken cancellation
    )
    {
        for (var (version, ordinal) = (0L, 0); ; )
        {
            var entries = await ReadEntriesAsync(database, stream, (version, ordinal), treeSize, cancellation);
            if (entries.Count == 0)
                return true;
            foreach (var (stored, proof) in entries)
            {
                if (stored.Body is null && !isErased)
                    return false;
                await lines.WriteEntryAsync(stored, proof);
            }
            (version, ordinal) = (entries[^1].Stored.Version, entries[^1].Stored.Ordinal);
        }
    }

    private static async Task<List<(StoredEvent Stored, byte[][] Proof)>> ReadEntriesAsync(
        Database database,
        StreamId stream,
        (long Version, int Ordinal) after,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var events = await ReadAsync(connection, stream, after, treeSize, cancellation);
        var paths = events.ConvertAll(stored => ProofPath.Inclusion(stored.Seq!.Value, treeSize));
        var hashes = await TileStore.ReadAsync(connection, [.. paths.SelectMany(path => path)], treeSize, cancellation);
        return [.. events.Zip(paths, (stored, path) => (stored, hashes.ProofOf(path)))];
    }

    private static async Task<List<StoredEvent>> ReadAsync(
        NpgsqlConnection connection,
        StreamId stream,
        (long Version, int Ordinal) after,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {EventStore.Columns} FROM consent.history
            WHERE creator = $1 AND (version, ordinal) > ($2, $3) AND seq < $4 ORDER BY version, ordinal LIMIT $5
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream.Name },
                new() { Value = after.Version },
                new() { Value = after.Ordinal },
                new() { Value = treeSize },
                new() { Value = EventsPerRead },
            },
        };
        return await EventStore.ReadAsync(command, cancellation).ToListAsync(cancellation);
    }

    private static async Task<(long Version, string Type, byte[] Leaf)?> ReadLastAsync(
        NpgsqlConnection connection,
        StreamId stream,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT version, type, leaf FROM consent.history WHERE creator = $1 AND seq < $2 "
                + "ORDER BY version DESC, ordinal DESC LIMIT 1",
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream.Name },
                new() { Value = treeSize },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2))
            : null;
    }
}
