using System.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// Fills the settings tables of a migrated database as if each creator had set a default, their platform had registered
/// ten videos, and they had then set an override for each. The server makes the rows itself, and keys are built after
/// their rows.
/// </summary>
internal sealed class Loading(string connectionString, Scale scale)
{
    /// <summary>What the data are made by; to be raised when they are made otherwise.</summary>
    private const int Format = 3;

    /// <summary>Rows of one statement: the server keeps a generated series in temporary files.</summary>
    private const int RowsPerStatement = 1_000_000;

    private const string Loaded = "bench.loaded";

    private static readonly string[] Tables =
    [
        "consent.creator",
        "consent.creator_default",
        "consent.video",
        "consent.video_override",
        "bench.creator",
    ];

    /// <summary>Whether a database holds data that were loaded to the end, and as they are loaded now.</summary>
    public static async Task<bool> IsDoneAsync(string connectionString)
    {
        try
        {
            await using var connection = await OpenAsync(connectionString);
            await using var command = new NpgsqlCommand($"SELECT format FROM {Loaded}", connection);
            return await command.ExecuteScalarAsync() is Format;
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    public async Task RunAsync()
    {
        var started = Stopwatch.GetTimestamp();
        // Copies for change.pgbench.sql, which nobody follows.
        await RunAsync(
            "CREATE SCHEMA bench; CREATE TABLE bench.creator (LIKE consent.creator INCLUDING ALL); CREATE TABLE "
                + "bench.inbox (LIKE consent.inbox INCLUDING ALL)"
        );
        var keys = new List<(string Table, string Name, string Definition)>();
        foreach (var table in Tables)
            keys.AddRange(await DropKeysAsync(table));

        await Task.WhenAll(
            LoadAsync(scale.Creators, Creators, Defaults, CopiesOfCreators),
            LoadAsync(scale.Videos, Videos),
            LoadAsync(scale.Videos, Overrides)
        );
        await Task.WhenAll(
            keys.Select(key => RunAsync($"ALTER TABLE {key.Table} ADD CONSTRAINT {key.Name} {key.Definition}"))
        );
        // Marks every row as old: else the first readers would write each page once more.
        await Task.WhenAll(Tables.Select(table => RunAsync($"VACUUM (FREEZE, ANALYZE) {table}")));
        Console.Error.WriteLine($"Loaded in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s.");
    }

    /// <summary>Says that the data are complete, for the next run.</summary>
    public Task MarkDoneAsync() => RunAsync($"CREATE TABLE {Loaded} AS SELECT {Format} AS format");

    /// <summary>Adds an identifier of each video to data that were loaded.</summary>
    public async Task AddIdentifiersAsync()
    {
        await RunAsync($"UPDATE consent.video SET identifiers = ARRAY[{Scale.IdentifierInSql}]");
        await RunAsync("VACUUM (FREEZE, ANALYZE) consent.video");
    }

    /// <summary>Adds the grants of a scale to data that were loaded.</summary>
    public async Task AddGrantsAsync()
    {
        await LoadAsync(scale.Videos, Grants);
        await RunAsync("VACUUM (FREEZE, ANALYZE) consent.consent_grant");
    }

    // Their newest events are in the log already.
    private static string Creators(int from, int to) =>
        $"""
            INSERT INTO consent.creator (id, version, settings_version, head, changed_at, changed_xid)
            SELECT h.creator, {Scale.Versions}, {Scale.Versions - 1}, sha256(h.leaf), {Scale.TimeOf(
                "n",
                $"{Scale.Versions}"
            )}, pg_current_xact_id()
            FROM generate_series({from}, {to}) AS n JOIN consent.history AS h ON h.creator = {CreatorOf("n")}
            """;

    private static string CopiesOfCreators(int from, int to) =>
        Creators(from, to).Replace("consent.creator", "bench.creator", StringComparison.Ordinal);

    private static string Defaults(int from, int to) =>
        $$"""
            INSERT INTO consent.creator_default (creator, purpose, requester, segments)
            SELECT {{CreatorOf("n")}}, 'remix', '', jsonb_build_array(jsonb_build_object(
                'from', NULL, 'effect', {{EffectOf(
                "n"
            )}}, 'conditions', '[]'::jsonb, 'expiresAt', NULL, 'vocabularyVersion', 1, 'version', 1,
                'changedAt', to_char({{Scale.TimeOf("n", "1")}} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
            FROM generate_series({{from}}, {{to}}) AS n
            """;

    private static string Videos(int from, int to) =>
        $$"""
            INSERT INTO consent.video (owner, video, published_at, co_creators, depicted, source_owners, source_videos)
            SELECT {{OwnerOf("n")}}, {{VideoOf("n")}}, {{Scale.TimeOf(
                OwnerNumberOf("n"),
                "2"
            )}}, '{}', '{}', '{}', '{}' FROM generate_series({{from}}, {{to}}) AS n
            """;

    private static string Overrides(int from, int to) =>
        $$"""
            INSERT INTO consent.video_override (creator, owner, video, purpose, requester, effect, conditions,
                vocabulary_version, version, changed_at)
            SELECT {{OwnerOf("n")}}, {{OwnerOf("n")}}, {{VideoOf("n")}}, 'remix', '', {{EffectOf("n")}}, '{}', 1,
                {{VersionOf("n")}}, {{Scale.TimeOf(OwnerNumberOf("n"), VersionOf("n"))}}
            FROM generate_series({{from}}, {{to}}) AS n
            """;

    private static string Grants(int from, int to) =>
        $$"""
            INSERT INTO consent.consent_grant (id, request, creator, owner, video, used_owner, used_video, requester,
                purpose, conditions, vocabulary_version, state, version, changed_at)
            SELECT gen_random_uuid(), gen_random_uuid(), {{OwnerOf("n")}}, {{OwnerOf("n")}}, {{VideoOf(
                "n"
            )}}, {{OwnerOf("n")}}, {{VideoOf("n")}},
                '{{LoadedData.Requester}}', 'remix', '{}', 1, 'standing', {{VersionOf("n")}}, {{Scale.TimeOf(
                OwnerNumberOf("n"),
                VersionOf("n")
            )}}
            FROM generate_series({{from}}, {{to}}) AS n WHERE {{Scale.HasGrant("n")}}
            """;

    // The same ids as those of Scale.
    private static string CreatorOf(string number) => $"'c' || lpad(({number})::text, 7, '0')";

    private static string OwnerOf(string video) => CreatorOf(OwnerNumberOf(video));

    private static string OwnerNumberOf(string video) => $"({video} - 1) / {Scale.VideosPerCreator} + 1";

    private static string VideoOf(string number) => $"'v' || lpad(({number})::text, 8, '0')";

    private static string EffectOf(string number) => $"(ARRAY['deny', 'allow', 'ask'])[{number} % 3 + 1]";

    // After the default and the registration.
    private static string VersionOf(string video) => $"3 + ({video} - 1) % {Scale.VideosPerCreator}";

    private async Task LoadAsync(int numbers, params Func<int, int, string>[] statements)
    {
        foreach (var statement in statements)
        {
            for (var from = 1; from <= numbers; from += RowsPerStatement)
                await RunAsync(statement(from, Math.Min(numbers, from + RowsPerStatement - 1)));
        }
    }

    private async Task<List<(string Table, string Name, string Definition)>> DropKeysAsync(string table)
    {
        var keys = new List<(string Table, string Name, string Definition)>();
        await using (var connection = await OpenAsync(connectionString))
        {
            await using var command = new NpgsqlCommand(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass "
                    + "AND contype = 'p'",
                connection
            )
            {
                Parameters = { new() { Value = table } },
            };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                keys.Add((table, reader.GetString(0), reader.GetString(1)));
        }
        foreach (var key in keys)
            await RunAsync($"ALTER TABLE {table} DROP CONSTRAINT {key.Name}");
        return keys;
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// A connection whose commits need not wait: what is loaded counts only once the marker is written, which is after
    /// all of it.
    /// </summary>
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                Options = "-c synchronous_commit=off -c maintenance_work_mem=256MB",
                Pooling = false,
            }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }
}
