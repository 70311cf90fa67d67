using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>Rows of one table as the log says that they are, to be compared with those that are there.</summary>
/// <param name="table">The table.</param>
/// <param name="findings">Gets the differences.</param>
internal sealed class ExpectedRows(AuditedTable table, Findings findings)
{
    /// <summary>A value that the log does not say here: whatever is stored is right.</summary>
    public static readonly object Anything = new();

    private readonly Dictionary<string, object?[]> rows = new(StringComparer.Ordinal);
    private readonly string[] columns = [.. table.Columns];

    /// <summary>How many rows are still to come.</summary>
    public int Count => rows.Count;

    /// <summary>Adds a row: the values of all columns, in their order. Of those that follow from others, none.</summary>
    public void AddRow(params object?[] values)
    {
        if (values.Length + table.Derived.Count != columns.Length)
            throw new InvalidOperationException($"A row of {table.Name} has other columns.");
        rows[ColumnText.OfKey(values.Take(table.Key.Count).Select(ColumnText.Format))] =
        [
            .. values.Select(value => ReferenceEquals(value, Anything) ? value : ColumnText.Format(value)),
        ];
    }

    /// <summary>Reads rows, and compares each with what was expected.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="where">Which rows.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="isUntold">Of which rows the log says nothing that can be believed.</param>
    /// <param name="isSame">Whether a stored value means the same as an expected one.</param>
    /// <returns>The rows as they are stored.</returns>
    public async Task<List<StoredRow>> CompareAsync(
        NpgsqlConnection connection,
        string where,
        object[] parameters,
        CancellationToken cancellation,
        Func<StoredRow, bool>? isUntold = null,
        Func<string, string?, string?, bool>? isSame = null
    )
    {
        var stored = new List<StoredRow>();
        await foreach (var row in ReadAsync(connection, table, where, parameters, cancellation))
        {
            stored.Add(row);
            if (isUntold?.Invoke(row) == true)
                rows.Remove(row.KeyText);
            else if (rows.Remove(row.KeyText, out var expected))
                Compare(row, expected, isSame);
            else
                findings.Add(new(FindingCode.RowUnexplained, table.Name, row.Key));
        }
        return stored;
    }

    /// <summary>Tells of rows that did not come.</summary>
    public void Finish()
    {
        foreach (var expected in rows.Values)
            findings.Add(
                new(
                    FindingCode.RowMissing,
                    table.Name,
                    [.. table.Key.Select((column, i) => KeyValuePair.Create(column, (string?)expected[i]))]
                )
            );
        rows.Clear();
    }

    /// <summary>The rows of a table.</summary>
    public static async IAsyncEnumerable<StoredRow> ReadAsync(
        NpgsqlConnection connection,
        AuditedTable table,
        string where,
        object[] parameters,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(table.Select(where), connection)
        {
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            yield return new(table, values);
        }
    }

    private void Compare(StoredRow row, object?[] expected, Func<string, string?, string?, bool>? isSame)
    {
        for (var i = table.Key.Count; i < expected.Length; i++)
        {
            if (ReferenceEquals(expected[i], Anything))
                continue;
            var (log, stored) = ((string?)expected[i], row.Texts[i]);
            if (log != stored && isSame?.Invoke(columns[i], log, stored) != true)
                findings.Add(row.Differs(columns[i], log));
        }
    }
}

/// <summary>A row as it is stored.</summary>
/// <param name="table">The table.</param>
/// <param name="values">The values of its columns.</param>
internal sealed class StoredRow(AuditedTable table, object[] values)
{
    /// <summary>The values, each as a text.</summary>
    public string?[] Texts { get; } =
    [
        .. values.Select(
            (value, i) =>
                table == AuditedTables.Defaults && i >= table.Key.Count
                    ? ColumnText.OfSegments(ColumnText.Format(value))
                    : ColumnText.Format(value)
        ),
    ];

    /// <summary>What tells the row apart.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Key =>
        [.. table.Key.Select((column, i) => KeyValuePair.Create(column, Texts[i]))];

    /// <summary>The key as one text.</summary>
    public string KeyText => ColumnText.OfKey(Texts.Take(table.Key.Count));

    /// <summary>A value; null for none.</summary>
    public object? this[string column] => values[table.IndexOf(column)] is var value and not DBNull ? value : null;

    /// <summary>A value as a text; null for none.</summary>
    public string? TextOf(string column) => Texts[table.IndexOf(column)];

    /// <summary>The finding that a column says something else than the log.</summary>
    /// <param name="column">The column.</param>
    /// <param name="log">What the log says.</param>
    public Finding Differs(string column, string? log) =>
        new(
            FindingCode.ValueDiffers,
            table.Name,
            Key,
            column,
            table.Withheld.Contains(column) ? null : log,
            table.Withheld.Contains(column) ? null : TextOf(column)
        );
}

/// <summary>Makes the rows of records.</summary>
internal static class RecordRows
{
    /// <summary>The row of a stream.</summary>
    public static void AddStream(
        this ExpectedRows rows,
        StreamRowContent row,
        Instant changedAt,
        long settingsVersion,
        bool isWhole
    ) =>
        rows.AddRow([
            row.Stream,
            row.Version,
            row.Head,
            changedAt,
            settingsVersion,
            // A stream of which not all can be read says where it ends, and nothing else.
            .. isWhole
                ? (IEnumerable<object?>)[row.ErasedAt, .. StopOf(row.Hold), .. StopOf(row.Lockdown)]
                : Enumerable.Repeat(ExpectedRows.Anything, 7),
        ]);

    public static void Add(this ExpectedRows rows, CreatorId creator, DefaultKey key, DefaultSetting setting) =>
        rows.AddRow(creator.Value, key.Purpose.Name, key.Requester?.Value ?? "", SegmentsJson.Write(setting));

    public static void Add(this ExpectedRows rows, CreatorId creator, OverrideKey key, OverrideSetting setting) =>
        rows.AddRow(
            creator.Value,
            key.Video.Creator.Value,
            key.Video.Video.Value,
            key.Purpose.Name,
            key.Requester?.Value ?? "",
            setting.Choice.Effect.Word(),
            setting.Choice.Conditions.Words().ToArray(),
            setting.Choice.ExpiresAt,
            setting.Choice.VocabularyVersion,
            setting.Stamp.Version,
            setting.Stamp.At
        );

    public static void Add(this ExpectedRows rows, VideoKey video, VideoRecord record, long version) =>
        rows.AddRow(
            video.Creator.Value,
            video.Video.Value,
            record.PublishedAt,
            ParticipantsOf(record, Role.CoCreator),
            ParticipantsOf(record, Role.Depicted),
            record.Sources.Select(source => source.Creator.Value).ToArray(),
            record.Sources.Select(source => source.Video.Value).ToArray(),
            record.Identifiers.Select(one => one.Identifier.ToString()).ToArray(),
            VideoStore.ListedOf(record),
            version
        );

    public static void Add(this ExpectedRows rows, CreatorId creator, Guid id, GrantRecord grant, int used) =>
        rows.AddRow(
            id,
            creator.Value,
            grant.Request,
            grant.Video.Creator.Value,
            grant.Video.Video.Value,
            grant.UsedIn.Creator.Value,
            grant.UsedIn.Video.Value,
            grant.Requester.Value,
            grant.Terms.Purpose.Name,
            grant.Terms.Conditions.Words().ToArray(),
            grant.Terms.VocabularyVersion,
            grant.Terms.ExpiresAt,
            grant.Terms.Uses,
            used,
            grant.State.Word(),
            grant.Stamp.Version,
            grant.Stamp.At
        );

    public static void AddPart(this ExpectedRows rows, CreatorId creator, Guid request, ApprovalRecord record) =>
        rows.AddRow(
            creator.Value,
            request,
            record.Videos.Select(video => video.Creator.Value).ToArray(),
            record.Videos.Select(video => video.Video.Value).ToArray(),
            record.State.Word(),
            record.Reason,
            record.Stamp.Version,
            record.Stamp.At
        );

    public static void AddRequest(this ExpectedRows rows, Guid request, ApprovalRecord record)
    {
        var wanted = record.Wanted;
        rows.AddRow(
            request,
            wanted.Requester.Value,
            wanted.UsedIn.Creator.Value,
            wanted.UsedIn.Video.Value,
            wanted.Purpose.Name,
            wanted.Use,
            wanted.Until,
            wanted.Uses,
            record.ExpiresAt
        );
    }

    public static void Add(this ExpectedRows rows, Guid id, UseRecord use) =>
        rows.AddRow(
            id,
            use.Requester.Value,
            use.Purpose.Name,
            use.Made?.Video?.Creator.Value,
            use.Made?.Video?.Video.Value,
            use.Made?.TrainingRun,
            use.UsedAt,
            use.Stamp.Version,
            use.Stamp.At
        );

    public static void AddVideos(this ExpectedRows rows, Guid id, UseRecord use)
    {
        for (var place = 0; place < use.Videos.Length; place++)
        {
            var used = use.Videos[place];
            rows.AddRow(
                id,
                place,
                used.Video.Creator.Value,
                used.Video.Video.Value,
                use.Requester.Value,
                use.Purpose.Name,
                used.Reason.Word(),
                used.Status.Word(),
                used.Spent.ToArray(),
                used.ReliedOn?.DecidedAt,
                used.ReliedOn?.HasReceipt
            );
        }
    }

    public static void Add(this ExpectedRows rows, Guid id, RecallRecord recall, Instant createdAt) =>
        rows.AddRow(
            id,
            recall.Requester.Value,
            recall.Video.Creator.Value,
            recall.Video.Video.Value,
            recall.Purpose.Name,
            recall.Creator?.Value,
            recall.Reason.Word(),
            recall.StopBy,
            recall.State.Word(),
            recall.Stamp.Version,
            recall.Stamp.At,
            createdAt
        );

    private static object?[] StopOf(Stop? stop) =>
        [stop?.Purposes?.Select(purpose => purpose.Name).ToArray(), stop?.Stamp.Version, stop?.Stamp.At];

    private static string[] ParticipantsOf(VideoRecord record, Role role) =>
        [
            .. record
                .Participants.Where(participant => participant.Role == role)
                .Select(participant => participant.Creator.Value),
        ];
}
