using ConsentRegistry.Api.Auditing;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Alterations of the tables that an audit compares: every column of each, altered and emptied; rows deleted,
/// inserted and set back. It follows from the schema, so that a new column is a new alteration.
/// </summary>
internal static class TableCatalogue
{
    /// <summary>What may be empty, as docs/explanation/integrity.md says.</summary>
    private static readonly Dictionary<string, string> MayBeEmpty = new(StringComparer.Ordinal)
    {
        { "video.version", "rows of earlier versions have none, and no check reads it" },
    };

    /// <summary>Tables whose rows the second part of the story alters.</summary>
    private static readonly AuditedTable[] Altered =
    [
        AuditedTables.Streams,
        AuditedTables.Defaults,
        AuditedTables.Overrides,
        AuditedTables.Videos,
        AuditedTables.Grants,
        AuditedTables.Recalls,
    ];

    public static IEnumerable<TableAlteration> All(IReadOnlyList<SchemaColumn> columns)
    {
        foreach (var table in AuditedTables.All)
        {
            var means = columns.Any(column => column.Table == table.Name && column.IsGuarded)
                ? Means.DatabaseWithoutTriggers
                : Means.Database;
            foreach (var column in table.Columns)
                yield return new(table, Deed.Altered, column, means);
            foreach (var column in table.Values)
                yield return new(table, Deed.Emptied, column, means)
                {
                    Unfound = MayBeEmpty.GetValueOrDefault($"{table.Name}.{column}"),
                };
            yield return new(table, Deed.Deleted, null, means)
            {
                // What was signed once is signed again, byte by byte, and proofs need no stored checkpoint.
                Unfound =
                    table == AuditedTables.Heads || table == AuditedTables.CosignedHeads
                        ? "the log and its tiles give it again, and whoever kept it has it"
                    : table == AuditedTables.UseConcerns
                        ? "in whose list a use is shown stands in no event; the use does"
                    : null,
            };
            if (table.Key.Count > 0)
                yield return new(table, Deed.Inserted, null, means);
            if (Altered.Contains(table))
                yield return new(table, Deed.SetBack, null, means);
        }
    }
}
