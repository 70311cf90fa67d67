using System.Buffers.Text;
using System.Data;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Features.History;

/// <summary>
/// Whole streams under one checkpoint, as bundles have them: for each its events with their proofs, then a signed
/// statement of where it ends.
/// </summary>
internal sealed class BundledStreams
{
    /// <summary>The type of the signed statement.</summary>
    private const string StatementType = "consent-stream+jws";

    /// <summary>
    /// Events of one transaction: a long one would keep the server from cleaning up behind the sequencer.
    /// </summary>
    private const int EventsPerRead = 200;

    private readonly Database database;
    private readonly IntegrityKeys keys;
    private readonly IReadOnlyList<(StreamId Stream, StoredEvent? Last)> ends;

    private BundledStreams(
        Database database,
        IntegrityKeys keys,
        TreeHead head,
        IReadOnlyList<(StreamId Stream, StoredEvent? Last)> ends
    ) => (this.database, this.keys, Head, this.ends) = (database, keys, head, ends);

    /// <summary>The checkpoint: the published one or, where an erasure took bodies that it does not cover, the newest.</summary>
    public TreeHead Head { get; }

    /// <summary>Finds where streams end; null if the log has no checkpoint yet.</summary>
    /// <exception cref="IntegrityException">The database does not have a stream as its events say.</exception>
    public static async Task<BundledStreams?> FindAsync(
        IReadOnlyCollection<StreamId> streams,
        Database database,
        IntegrityKeys keys,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var head = await published.ReadAsync(connection, cancellation);
        var signed = await LogStore.ReadHeadAsync(connection, cancellation);
        if (head is null || signed is null)
            return null;
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var found = await ReadEndsAsync(connection, keys, streams, signed.Size, cancellation);
        // An erasure took the bodies: they are missing under every checkpoint that does not cover it.
        if (found.Exists(end => end.Last?.Type == EventType.CreatorErased && end.Last.Seq >= head.Size))
            head = signed;
        else if (head.Size < signed.Size)
            found = await ReadEndsAsync(connection, keys, streams, head.Size, cancellation);
        foreach (var (stream, last) in found)
            await RequireEndAsync(new(connection, keys), stream, last, head.Size, cancellation);
        return new(database, keys, head, found);
    }

    /// <summary>The version that a stream ends with under the checkpoint.</summary>
    public long VersionOf(StreamId stream) => ends.First(end => end.Stream == stream).Last?.Version ?? 0;

    /// <summary>Writes the streams, one after the other.</summary>
    /// <returns>
    /// False if a creator was erased meanwhile: what was written so far is not what would follow.
    /// </returns>
    public async Task<bool> TryWriteAsync(ExportLines lines, LogSigner signer, CancellationToken cancellation)
    {
        foreach (var (stream, last) in ends)
        {
            if (!await TryWriteEntriesAsync(lines, stream, last, cancellation))
                return false;
            var statement = new JsonObject
            {
                ["v"] = ExportLines.Format,
                ["origin"] = signer.Origin,
                ["creatorId"] = stream.Name,
                ["version"] = last?.Version ?? 0,
                ["head"] = last is { } newest ? Base64Url.EncodeToString(SHA256.HashData(newest.Leaf)) : null,
                ["treeSize"] = Head.Size,
            };
            await lines.WriteAsync(new() { ["kind"] = "statement", ["jws"] = signer.Sign(statement, StatementType) });
        }
        return true;
    }

    private async Task<bool> TryWriteEntriesAsync(
        ExportLines lines,
        StreamId stream,
        StoredEvent? last,
        CancellationToken cancellation
    )
    {
        StoredEvent? before = null;
        for (var (version, ordinal) = (0L, 0); ; )
        {
            var entries = await ReadEntriesAsync(stream, (version, ordinal), cancellation);
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

    private async Task<List<(StoredEvent Stored, byte[][] Proof)>> ReadEntriesAsync(
        StreamId stream,
        (long Version, int Ordinal) after,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var events = await ReadAsync(connection, stream, after, cancellation);
        var paths = events.ConvertAll(stored => ProofPath.Inclusion(stored.Seq!.Value, Head.Size));
        var hashes = await TileStore.ReadAsync(
            connection,
            [.. paths.SelectMany(path => path)],
            Head.Size,
            cancellation
        );
        return [.. events.Zip(paths, (stored, path) => (stored, hashes.ProofOf(path)))];
    }

    private async Task<List<StoredEvent>> ReadAsync(
        NpgsqlConnection connection,
        StreamId stream,
        (long Version, int Ordinal) after,
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
                new() { Value = Head.Size },
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

    private static async Task<List<(StreamId Stream, StoredEvent? Last)>> ReadEndsAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        IReadOnlyCollection<StreamId> streams,
        long treeSize,
        CancellationToken cancellation
    )
    {
        var found = new List<(StreamId Stream, StoredEvent? Last)>(streams.Count);
        foreach (var stream in streams)
            found.Add((stream, await ReadLastAsync(connection, keys, stream, treeSize, cancellation)));
        return found;
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
