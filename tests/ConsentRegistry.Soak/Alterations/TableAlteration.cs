using ConsentRegistry.Api.Auditing;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>What is done to a row.</summary>
internal enum Deed
{
    /// <summary>A column gets another value.</summary>
    Altered,

    /// <summary>A column gets none.</summary>
    Emptied,

    /// <summary>The row is gone.</summary>
    Deleted,

    /// <summary>There is a row more: a copy of one with another key.</summary>
    Inserted,

    /// <summary>The row is as it was before.</summary>
    SetBack,
}

/// <summary>A drawn row of a table is altered, and an audit has to name it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Deed">What is done.</param>
/// <param name="Column">The column; null if it is the row as a whole.</param>
internal sealed record TableAlteration(AuditedTable Table, Deed Deed, string? Column, Means Means)
    : Alteration(NameOf(Table, Deed, Column), Means, Finder.Audit)
{
    private static string NameOf(AuditedTable table, Deed deed, string? column) =>
        column is null ? $"{table.Name}: a row is {WordOf(deed)}" : $"{table.Name}.{column} is {WordOf(deed)}";

    private static string WordOf(Deed deed) =>
        deed switch
        {
            Deed.Altered => "another",
            Deed.Emptied => "empty",
            Deed.Deleted => "deleted",
            Deed.Inserted => "inserted",
            _ => "set back",
        };
}
