using System.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// The yardstick of a revocation: one connection commits the least that a change has to do, and another reads the same
/// row again and again until it sees it. PostgreSQL without the service.
/// </summary>
internal static class CommitAndRead
{
    private const string Change = """
        WITH raised AS (UPDATE bench.creator SET version = version + 1, changed_at = clock_timestamp(),
            changed_xid = pg_current_xact_id() WHERE id = $1 RETURNING id, version)
        INSERT INTO bench.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac)
        SELECT id, version, 1, 1, gen_random_uuid(), 'overrideSet', 0, decode(repeat('ab', 250), 'hex'),
            decode(repeat('cd', 700), 'hex'), decode(repeat('ef', 32), 'hex'), 'AAAAAAAAAAA',
            decode(repeat('ab', 32), 'hex')
        FROM raised RETURNING version
        """;

    /// <summary>Milliseconds from sending a change to the end of the first read that sees it.</summary>
    public static async Task<double[]> MeasureAsync(string connectionString, int times)
    {
        await using var writer = await OpenAsync(connectionString);
        await using var reader = await OpenAsync(connectionString);
        var measured = new double[times];
        for (var i = -1; i < times; i++)
        {
            var creator = Scale.Creator(1 + Random.Shared.Next(1_000));
            var before = await VersionAsync(reader, creator);
            var begun = Stopwatch.GetTimestamp();
            var write = WriteAsync(writer, creator);
            while (await VersionAsync(reader, creator) == before) { }
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            await write;
            // The first is for warming up.
            if (i >= 0)
                measured[i] = took;
        }
        return measured;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                MaxAutoPrepare = 5,
                AutoPrepareMinUsages = 2,
            }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, string creator)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(Change, connection) { Parameters = { new() { Value = creator } } };
        if (await command.ExecuteScalarAsync() is null)
            throw new BenchmarkException($"the yardstick has no creator {creator}");
        await transaction.CommitAsync();
    }

    private static async Task<long> VersionAsync(NpgsqlConnection connection, string creator)
    {
        await using var command = new NpgsqlCommand("SELECT version FROM bench.creator WHERE id = $1", connection)
        {
            Parameters = { new() { Value = creator } },
        };
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
