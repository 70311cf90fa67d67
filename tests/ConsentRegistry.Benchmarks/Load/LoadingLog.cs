using System.Security.Cryptography;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// Writes into the log what a node compares with the rows when it starts: of each creator the newest event, which set
/// the last of the overrides. The events before it, twenty for each creator, are left out: of ten million videos they
/// would take twenty gigabytes and most of an hour, and no node reads them again.
/// </summary>
/// <param name="connectionString">The database, with its rows.</param>
/// <param name="scale">How many creators there are.</param>
/// <param name="keys">What marks an event.</param>
/// <param name="signer">Who signs the log.</param>
internal sealed class LoadingLog(string connectionString, Scale scale, IntegrityKeys keys, LogSigner signer)
{
    private const int EventsPerBatch = 50_000;

    private static readonly Purpose Remix = Purpose.Parse("remix");

    private static readonly Authorship Author = new(null, "benchmark", null, null);

    public async Task RunAsync()
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var tree = await LogStore.ReadTreeAsync(
            connection,
            await LogStore.ReadSizeAsync(connection, CancellationToken.None),
            CancellationToken.None
        );
        var digest =
            await LogDigest.ReadAsync(connection, keys, CancellationToken.None)
            ?? throw new BenchmarkException("the database has no digest of its log");
        var codes = digest.Key.Codes();
        for (var from = 1; from <= scale.Creators; from += EventsPerBatch)
        {
            var events = Enumerable
                .Range(from, Math.Min(EventsPerBatch, scale.Creators - from + 1))
                .AsParallel()
                .AsOrdered()
                .Select(Seal)
                .ToList();
            await WriteAsync(connection, tree.Size, events);
            var tiles = new List<Tile>();
            foreach (var one in events)
            {
                tree.Append(MerkleTree.LeafHash(one.Leaf), tiles);
                digest = digest with
                {
                    Size = tree.Size,
                    Sum = digest.Sum + LogDigest.CodeOf(codes, one.Stream.Name, one.Version, one.Hash),
                };
            }
            await LogStore.WriteAsync(connection, tiles, CancellationToken.None);
        }
        var root = tree.Root();
        await LogStore.TryWriteAsync(
            connection,
            new(tree.Size, root, signer.Sign(tree.Size, root).ToString()),
            CancellationToken.None
        );
        await digest.WriteAsync(connection, CancellationToken.None);
        await using var settle = new NpgsqlCommand("VACUUM (FREEZE, ANALYZE) consent.history", connection)
        {
            CommandTimeout = 0,
        };
        await settle.ExecuteNonQueryAsync();
    }

    private static Event Seal(int creator)
    {
        var owner = CreatorId.Parse(Scale.Creator(creator));
        var video = Scale.ChangeableVideoOf(creator);
        var at = Instant.From(Scale.TimeOf(creator, Scale.Versions));
        var choice = Scale.EffectOf(video) switch
        {
            "allow" => Choice.Allow(Conditions.None, expiresAt: null, vocabularyVersion: 1),
            "ask" => Choice.Ask(Conditions.None, vocabularyVersion: 1),
            _ => Choice.Deny(vocabularyVersion: 1),
        };
        return Event.Seal(
            StreamId.OfCreator(owner),
            Scale.Versions,
            at,
            head: null,
            [
                Records.OverrideChanged(
                    new(new(owner, VideoId.Parse(Scale.Video(video))), Remix, Requester: null),
                    before: null,
                    new(choice, new(Scale.Versions, at))
                ),
            ],
            Author,
            () => new(Guid.CreateVersion7(), RandomNumberGenerator.GetBytes(Event.SaltLength))
        )[0];
    }

    private async Task WriteAsync(NpgsqlConnection connection, long seq, IReadOnlyList<Event> events)
    {
        await using var rows = await connection.BeginBinaryImportAsync(
            $"COPY consent.history ({EventStore.Columns}) FROM STDIN (FORMAT binary)"
        );
        foreach (var one in events)
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(seq++, NpgsqlDbType.Bigint);
            await rows.WriteAsync(one.Stream.Name, NpgsqlDbType.Text);
            await rows.WriteAsync(one.Version, NpgsqlDbType.Bigint);
            await rows.WriteAsync(one.Ordinal, NpgsqlDbType.Integer);
            await rows.WriteAsync(one.Count, NpgsqlDbType.Integer);
            await rows.WriteAsync(one.EventId, NpgsqlDbType.Uuid);
            await rows.WriteAsync(one.Type, NpgsqlDbType.Text);
            await rows.WriteAsync(one.Tx.Microseconds, NpgsqlDbType.Bigint);
            await rows.WriteAsync(one.Leaf, NpgsqlDbType.Bytea);
            await rows.WriteAsync(one.Body, NpgsqlDbType.Bytea);
            await rows.WriteAsync(one.Salt, NpgsqlDbType.Bytea);
            var mark = keys.MarkOf(one.Columns);
            await rows.WriteAsync(mark.Kid, NpgsqlDbType.Text);
            await rows.WriteAsync(mark.Mac, NpgsqlDbType.Bytea);
        }
        await rows.CompleteAsync();
    }
}
