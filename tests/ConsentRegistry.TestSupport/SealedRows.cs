using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using Npgsql;

namespace ConsentRegistry.TestSupport;

/// <summary>Rows that a test or a benchmark wrote by hand, sealed as if nodes had written them.</summary>
internal static class SealedRows
{
    private const int CreatorsPerBatch = 1_000;

    /// <summary>Seals all creators as the tables are.</summary>
    public static Task SealAsync(string connectionString, IntegrityKeys keys) =>
        ForEachAsync(
            connectionString,
            async (connection, records) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                foreach (var one in records.Where(one => !one.Verify(keys).IsSealed))
                {
                    var key = keys.NewestSealKey;
                    var seal = key.Seal(one.Row, one.SumOfVideos(key) + one.SumOfOthers(key));
                    batch.BatchCommands.Add(
                        new("UPDATE consent.creator SET seal_kid = $2, seal = $3 WHERE id = $1")
                        {
                            Parameters =
                            {
                                new() { Value = one.Creator.Value },
                                new() { Value = seal.Kid },
                                new() { Value = seal.Box },
                            },
                        }
                    );
                }
                if (batch.BatchCommands.Count > 0)
                    await batch.ExecuteNonQueryAsync();
            }
        );

    /// <summary>Those creators of whom the tables hold something else than their seals say.</summary>
    public static async Task<IReadOnlyList<string>> FindUnsealedAsync(string connectionString, IntegrityKeys keys)
    {
        var unsealed = new List<string>();
        await ForEachAsync(
            connectionString,
            (_, records) =>
            {
                unsealed.AddRange(records.Where(one => !one.Verify(keys).IsSealed).Select(one => one.Creator.Value));
                return Task.CompletedTask;
            }
        );
        return unsealed;
    }

    private static async Task ForEachAsync(
        string connectionString,
        Func<NpgsqlConnection, IReadOnlyList<CreatorRecords>, Task> use
    )
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        for (var after = ""; await NextAsync(connection, after) is { Length: > 0 } creators; after = creators[^1])
        {
            IReadOnlyList<CreatorRecords> records;
            await using (var batch = new NpgsqlBatch(connection))
            {
                batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL REPEATABLE READ"));
                CreatorRecords.AddTo(batch, creators);
                batch.BatchCommands.Add(new("COMMIT"));
                await using var reader = await batch.ExecuteReaderAsync();
                records = await CreatorRecords.ReadAsync(reader, CancellationToken.None, isFirst: true);
            }
            await use(connection, records);
        }
    }

    private static async Task<string[]> NextAsync(NpgsqlConnection connection, string after)
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(array_agg(id), '{}') FROM (SELECT id FROM consent.creator WHERE id > $1 "
                + "AND NOT starts_with(id, '$') ORDER BY id LIMIT $2) AS next",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = CreatorsPerBatch },
            },
        };
        return (string[])(await command.ExecuteScalarAsync())!;
    }
}
