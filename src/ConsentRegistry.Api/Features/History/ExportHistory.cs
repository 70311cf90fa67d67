using System.Buffers.Text;
using System.Data;
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
/// It holds the events that the published checkpoint covers, each with its proof, that checkpoint, and the public keys.
/// A signed statement of where the stream ends shows that nothing was withheld. An answer without its last line,
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
        IntegrityKeys keys,
        ConcurrencyLimits limits,
        LogSigner signer,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;
        var stream = StreamId.OfCreator(creatorId);
        TreeHead? head;
        StoredEvent? last;
        await using (var connection = await database.Exports.OpenConnectionAsync(cancellation))
        {
            head = await published.ReadAsync(connection, cancellation);
            var signed = await LogStore.ReadHeadAsync(connection, cancellation);
            if (head is null || signed is null)
                return new Problem(503, ProblemCode.Unavailable, "The log has no checkpoint yet; repeat the request.");
            await using var snapshot = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead,
                cancellation
            );
            last = await ReadLastAsync(connection, keys, stream, signed.Size, cancellation);
            // An erasure took the bodies: they are missing under every checkpoint that does not cover it.
            if (last?.Type == EventType.CreatorErased && last.Seq >= head.Size)
                head = signed;
            else if (head.Size < signed.Size)
                last = await ReadLastAsync(connection, keys, stream, head.Size, cancellation);
            await RequireEndAsync(new(connection, keys), stream, last, head.Size, cancellation);
        }

        await using var lines = await ExportLines.BeginAsync(
            http,
            signer,
            new() { ["kind"] = "creator", ["creatorId"] = stream.Name }
        );
        await lines.WriteCheckpointAsync(head.Note);
        if (!await TryWriteEntriesAsync(lines, database, keys, stream, last, head.Size, cancellation))
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
        IntegrityKeys keys,
        StreamId stream,
        StoredEvent? last,
        long treeSize,
        CancellationToken cancellation
    )
    {
        StoredEvent? before = null;
        for (var (version, ordinal) = (0L, 0); ; )
        {
            var entries = await ReadEntriesAsync(database, keys, stream, (version, ordinal), treeSize, cancellation);
            if (entries.Count == 0)
            {
                StreamReading.Require(before?.EventId == last?.EventId);
                return true;
            }
            foreach (var (stored, proof) in entries)
            {
                StreamReading.RequireNext(before, stored);
                before = stored;
                if (stored.Body is null && last?.Type != EventType.CreatorErased)
                    return false;
                await lines.WriteEntryAsync(stored, proof);
            }
            (version, ordinal) = (entries[^1].Stored.Version, entries[^1].Stored.Ordinal);
        }
    }

    private static async Task<List<(StoredEvent Stored, byte[][] Proof)>> ReadEntriesAsync(
        Database database,
        IntegrityKeys keys,
        StreamId stream,
        (long Version, int Ordinal) after,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var events = await ReadAsync(connection, keys, stream, after, treeSize, cancellation);
        var paths = events.ConvertAll(stored => ProofPath.Inclusion(stored.Seq!.Value, treeSize));
        var hashes = await TileStore.ReadAsync(connection, [.. paths.SelectMany(path => path)], treeSize, cancellation);
        return [.. events.Zip(paths, (stored, path) => (stored, hashes.ProofOf(path)))];
    }

    private static async Task<List<StoredEvent>> ReadAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
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
        return await EventStore.ReadAsync(command, keys, cancellation).ToListAsync(cancellation);
    }

    /// <summary>
    /// What is signed is that nothing was withheld up to the last event. So the stream either ends there, or goes on
    /// with an event that the checkpoint does not cover.
    /// </summary>
    private static async Task RequireEndAsync(
        StreamReading reading,
        StreamId stream,
        StoredEvent? last,
        long treeSize,
        CancellationToken cancellation
    )
    {
        var version = last?.Version ?? 0;
        StreamReading.RequireLast(last, version);
        var (newest, head) = await reading.FindEndAsync(stream, cancellation);
        if (newest == version)
            StreamReading.Require(
                last is null ? head is null : SHA256.HashData(last.Leaf).AsSpan().SequenceEqual(head)
            );
        else
            StreamReading.Require(
                await reading.ReadFirstAsync(stream, version + 1, cancellation) is { } next && !(next.Seq < treeSize)
            );
    }

    private static async Task<StoredEvent?> ReadLastAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        StreamId stream,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.history WHERE creator = $1 AND seq < $2 "
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
        return await EventStore.ReadAsync(command, keys, cancellation).FirstOrDefaultAsync(cancellation);
    }
}
