using System.Data;
using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Configuration;
using Npgsql;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Makes each alteration in a transaction, audits what it leaves, and takes it back: so none hides another.
/// </summary>
internal sealed class TableSearch(
    AlteredRegistry registry,
    string copy,
    IReadOnlyList<SchemaColumn> columns,
    Random random
)
{
    /// <summary>What an audit of the registry finds that nobody altered; null if it finds nothing.</summary>
    public async Task<string?> FindAnywayAsync()
    {
        await using var connection = new NpgsqlConnection(AlteredRegistry.AsAdministrator(copy));
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var report = await AuditAsync(connection);
        return report.Agrees ? null : AuditText.For(report);
    }

    /// <summary>Searches for each.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(IEnumerable<TableAlteration> alterations)
    {
        await using var connection = new NpgsqlConnection(AlteredRegistry.AsAdministrator(copy));
        await connection.OpenAsync();
        var outcomes = new List<Outcome>();
        foreach (var alteration in alterations)
            outcomes.Add(await SearchAsync(connection, alteration));
        return outcomes;
    }

    private async Task<Outcome> SearchAsync(NpgsqlConnection connection, TableAlteration alteration)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        if (alteration.Means == Means.DatabaseWithoutTriggers)
            await ExecuteAsync(connection, "SET LOCAL session_replication_role = replica");
        var rows = await AlterAsync(connection, alteration);
        if (rows.Count == 0)
            return Outcome.Nothing(alteration) with { Wrong = "there is no row to alter" };
        var started = Stopwatch.GetTimestamp();
        AuditReport report;
        try
        {
            report = await AuditAsync(connection);
        }
        catch (Exception e) when (e is not PostgresException)
        {
            return Outcome.Nothing(alteration) with { Wrong = $"the audit breaks off: {e.Message}" };
        }
        var found = report.Findings.Written.FirstOrDefault(finding => rows.Any(row => IsOf(finding, alteration, row)));
        return new(
            alteration,
            found is null ? null : Describe(found),
            Stopwatch.GetElapsedTime(started),
            found is null && report.Findings.Count > 0 && alteration.Unfound is null
                ? $"it names something else: {Describe(report.Findings.Written[0])}"
                : null
        );
    }

    // The keys of the row before and after, as findings write them.
    private async Task<List<IReadOnlyList<string?>>> AlterAsync(NpgsqlConnection connection, TableAlteration alteration)
    {
        var (table, deed) = (alteration.Table, alteration.Deed);
        var name = $"consent.{table.Name}";
        var keys = table.Key.Count > 0 ? string.Join(", ", table.Key) : "NULL";
        var where =
            deed == Deed.SetBack ? SetBackCondition(table)
            : alteration.Column is { } altered ? $"{altered} IS NOT NULL"
            : "true";
        var drawn = await ReadAsync(
            connection,
            $"SELECT ctid::text, {keys} FROM {name} AS r WHERE {where} "
                + $"ORDER BY md5(ctid::text || '{random.Next()}') LIMIT 1"
        );
        if (drawn.Count == 0)
            return [];
        var row = drawn[0][0];
        var here = $"WHERE ctid = '{row}'";
        var after = await ReadAsync(
            connection,
            deed switch
            {
                Deed.Altered =>
                    $"UPDATE {name} SET {alteration.Column} = {AnotherValue(table.Name, alteration.Column!)} {here} "
                        + $"RETURNING NULL::text, {keys}",
                Deed.Emptied => $"UPDATE {name} SET {alteration.Column} = NULL {here} RETURNING NULL::text, {keys}",
                Deed.Deleted => $"DELETE FROM {name} {here} RETURNING NULL::text, {keys}",
                Deed.Inserted => Insertion(table, here, keys),
                _ => $"UPDATE {name} AS r SET ({Listed(table)}) = (SELECT {Listed(table)} "
                    + $"FROM {Preparation.KeptRows}.{table.Name} AS k WHERE {SameKey(table)}) {here} "
                    + $"RETURNING NULL::text, {string.Join(", ", table.Key.Select(key => $"r.{key}"))}",
            }
        );
        var keysOf = deed == Deed.Inserted ? after : drawn.Concat(after);
        return [.. keysOf.Select(one => (IReadOnlyList<string?>)[.. one.Skip(1)])];
    }

    // A copy of a row, of which one column of the key is another.
    private string Insertion(AuditedTable table, string here, string keys)
    {
        var all = columns.Where(column => column.Table == table.Name).ToList();
        var other = table.Key[random.Next(table.Key.Count)];
        var values = all.Select(column => column.Name == other ? column.AnotherValue(random) : column.Name);
        return $"INSERT INTO consent.{table.Name} ({string.Join(", ", all.Select(column => column.Name))}) "
            + $"SELECT {string.Join(", ", values)} FROM consent.{table.Name} {here} RETURNING NULL::text, {keys}";
    }

    private static string SetBackCondition(AuditedTable table) =>
        $"EXISTS (SELECT FROM {Preparation.KeptRows}.{table.Name} AS k WHERE {SameKey(table)} "
        + $"AND ({string.Join(", ", table.Values.Select(column => $"r.{column}"))}) IS DISTINCT FROM "
        + $"({string.Join(", ", table.Values.Select(column => $"k.{column}"))}))";

    private static string SameKey(AuditedTable table) =>
        string.Join(" AND ", table.Key.Select(column => $"k.{column} = r.{column}"));

    private static string Listed(AuditedTable table) => string.Join(", ", table.Values);

    private string AnotherValue(string table, string name) =>
        columns.Single(column => column.Table == table && column.Name == name).AnotherValue(random);

    // Some findings tell more of a row than its key.
    private static bool IsOf(Finding finding, TableAlteration alteration, IReadOnlyList<string?> key) =>
        (
            finding.Table == alteration.Table.Name
            && alteration
                .Table.Key.Zip(key)
                .All(one => finding.Key.Any(told => told.Key == one.First && told.Value == one.Second))
        ) || IsNamedByOthers(finding, alteration, key);

    // The log has no place for what waits for it, and names nobody by a pseudonym: of a row that is gone the creator is
    // named, by what needs the row. A leaf that stands too far on is named by the gap before it.
    private static bool IsNamedByOthers(Finding finding, TableAlteration alteration, IReadOnlyList<string?> key) =>
        (alteration.Table, alteration.Deed) switch
        {
            (var table, Deed.Deleted) when table == AuditedTables.Inbox || table == AuditedTables.Pseudonyms =>
                finding.Key.Any(told => told.Value == key[0]) || finding.Stored == key[0] || finding.Log == key[0],
            (var table, Deed.Inserted) when table == AuditedTables.History => finding.Table == table.Name
                && finding.Log?.EndsWith(
                    $" to {long.Parse(key[0]!, CultureInfo.InvariantCulture) - 1}",
                    StringComparison.Ordinal
                ) == true,
            _ => false,
        };

    private static string Describe(Finding finding) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"{finding.Code} {finding.Table} {KeyOf(finding)} {finding.Column} {finding.Log}"
            )
            .Trim();

    private static string KeyOf(Finding finding) =>
        string.Join(' ', finding.Key.Select(one => $"{one.Key}={one.Value}"));

    private async Task<AuditReport> AuditAsync(NpgsqlConnection connection) =>
        await DatabaseAudit.RunAsync(
            connection,
            registry.NodeKeys,
            registry.Signer,
            new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            AuditSizes.Usual,
            AuditPace.OneMoment,
            CancellationToken.None
        );

    private static async Task<List<string?[]>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(at => ColumnText.Format(reader.GetValue(at)))]);
        return rows;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
