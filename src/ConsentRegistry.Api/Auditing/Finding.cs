namespace ConsentRegistry.Api.Auditing;

/// <summary>What an audit can find. The words are part of the report's format.</summary>
internal enum FindingCode : byte
{
    /// <summary>The log says that there is a row, and there is none.</summary>
    RowMissing,

    /// <summary>No event of the log explains the row.</summary>
    RowUnexplained,

    /// <summary>A column says something else than the log.</summary>
    ValueDiffers,

    /// <summary>No node wrote the event as its row is.</summary>
    MarkWrong,

    /// <summary>The leaf is not of the log's format.</summary>
    LeafUnreadable,

    /// <summary>The leaf does not commit to the body.</summary>
    BodyDiffers,

    /// <summary>A body is gone, and no erasure covers it.</summary>
    BodyMissing,

    /// <summary>A body is there that an erasure took.</summary>
    BodyKept,

    /// <summary>The event does not go on from the one before it in its stream, or the stream ends within a version.</summary>
    StreamBroken,

    /// <summary>The seal of the stream is not that of what the log says.</summary>
    SealWrong,

    /// <summary>No key of the log signed the checkpoint.</summary>
    NoteUnsigned,
}

/// <summary>A difference between the database and the log.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The columns that tell the row apart, and their values.</param>
/// <param name="Column">The column; null if it is the row as a whole.</param>
/// <param name="Log">
/// What the log says; null for nothing, and where the column holds what somebody wrote or what is secret.
/// </param>
/// <param name="Stored">What the table says; null as above.</param>
internal sealed record Finding(
    FindingCode Code,
    string Table,
    IReadOnlyList<KeyValuePair<string, string?>> Key,
    string? Column = null,
    string? Log = null,
    string? Stored = null
);

/// <summary>Collects what an audit finds: the first of each kind in full, and the number of all.</summary>
internal sealed class Findings
{
    /// <summary>Findings in full, at most: more than somebody reads, and little enough to keep.</summary>
    public const int MostWritten = 1_000;

    /// <summary>
    /// Findings of one code in one table, at most: one altered leaf gives many wrong roots, which are not to hide others.
    /// </summary>
    public const int MostOfAKind = 100;

    /// <summary>Characters of a value that are written, at most.</summary>
    public const int MostOfAValue = 200;

    private readonly List<Finding> written = [];
    private readonly Dictionary<(FindingCode Code, string Table), long> counts = [];

    /// <summary>The first findings.</summary>
    public IReadOnlyList<Finding> Written => written;

    /// <summary>How many there are of each code in each table.</summary>
    public IReadOnlyDictionary<(FindingCode Code, string Table), long> Counts => counts;

    /// <summary>How many there are.</summary>
    public long Count => counts.Values.Sum();

    /// <summary>Adds one.</summary>
    public void Add(Finding finding)
    {
        var kind = (finding.Code, finding.Table);
        counts[kind] = counts.GetValueOrDefault(kind) + 1;
        if (written.Count < MostWritten && counts[kind] <= MostOfAKind)
            written.Add(finding with { Log = Cut(finding.Log), Stored = Cut(finding.Stored) });
    }

    private static string? Cut(string? value) => value?.Length > MostOfAValue ? $"{value[..MostOfAValue]}…" : value;
}
