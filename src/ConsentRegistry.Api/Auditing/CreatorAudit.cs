using System.Globalization;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>Folds the streams of creators, some at a time, and compares every table of theirs with that.</summary>
/// <param name="connection">A connection, in the transaction whose snapshot is compared.</param>
/// <param name="keys">The keys of the nodes.</param>
/// <param name="spent">How many uses were recorded of each grant whose uses are counted.</param>
/// <param name="sizes">How much is held at once.</param>
/// <param name="findings">Gets the differences.</param>
internal sealed class CreatorAudit(
    NpgsqlConnection connection,
    IntegrityKeys keys,
    IReadOnlyDictionary<Guid, int> spent,
    AuditSizes sizes,
    Findings findings
)
{
    // Each finds its next names by an index.
    private static readonly (string Table, string Column)[] Named =
    [
        ("creator", "id"),
        ("history", "creator"),
        ("inbox", "creator"),
        ("creator_default", "creator"),
        ("video_override", "creator"),
        ("video", "owner"),
        ("consent_grant", "creator"),
        ("asking_block", "creator"),
        ("approval_part", "creator"),
        ("erased_identifier", "creator"),
        ("pseudonym", "creator"),
    ];

    /// <summary>Creators that were compared.</summary>
    public long Creators { get; private set; }

    /// <summary>Compares all creators.</summary>
    public async Task RunAsync(AuditPace pace, CancellationToken cancellation)
    {
        for (
            string? after = "";
            after is not null;
            after = await pace.StepAsync(() => CompareAfterAsync(after, pace.IsOneMoment, cancellation), cancellation)
        ) { }
        await pace.StepAsync(() => FindStrayAsync(cancellation), cancellation);
    }

    // The last one that was compared; null after all.
    private async Task<string?> CompareAfterAsync(string after, bool isOneMoment, CancellationToken cancellation)
    {
        var names = await NextAsync(after, cancellation);
        if (names.Count == 0)
            return null;
        var streams = await FoldAsync(names, cancellation);
        foreach (var stream in streams.Values)
            stream.Judge(findings);
        await CompareAsync(streams, isOneMoment, cancellation);
        Creators += streams.Count;
        return streams.Keys.Max(StringComparer.Ordinal);
    }

    // No creator can have a name like that of another stream.
    private async Task FindStrayAsync(CancellationToken cancellation)
    {
        foreach (var table in AuditedTables.All)
        {
            var column = Named.FirstOrDefault(one => one.Table == table.Name).Column;
            if (column is null || table == AuditedTables.History || table == AuditedTables.Inbox)
                continue;
            await new ExpectedRows(table, findings).CompareAsync(
                connection,
                $"starts_with({column}, '$')"
                    + (
                        table == AuditedTables.Streams
                            ? $" AND id <> '{StreamId.Vocabulary.Name}' AND NOT starts_with(id, '{RequesterAudit.Prefix}')"
                            : ""
                    )
                    + $" LIMIT {Findings.MostWritten}",
                [],
                cancellation
            );
        }
    }

    private Task<List<string>> NextAsync(string after, CancellationToken cancellation)
    {
        var each = Named.Select(one =>
            $"""
                (SELECT DISTINCT {one.Column} FROM consent.{one.Table}
                    WHERE {one.Column} > $1 AND NOT starts_with({one.Column}, '$') ORDER BY {one.Column} LIMIT $2)
                """
        );
        return NamePages.ReadAsync(connection, each, after, sizes.StreamsPerBatch, cancellation);
    }

    // As many of the named as have few enough events together, and the first in any case.
    private async Task<SortedDictionary<string, CreatorStream>> FoldAsync(
        List<string> names,
        CancellationToken cancellation
    )
    {
        var streams = new SortedDictionary<string, CreatorStream>(StringComparer.Ordinal);
        foreach (var name in names)
            streams.Add(name, new(name));
        var (after, version, ordinal) = (names[0], long.MinValue, 0);
        while (true)
        {
            var events = 0;
            await using var command = new NpgsqlCommand(
                $"""
                SELECT {EventStore.Columns} FROM (
                    SELECT {EventStore.Columns} FROM consent.history UNION ALL
                    SELECT NULL::bigint, {EventStore.Columns["seq, ".Length..]} FROM consent.inbox) AS e
                WHERE (creator, version, ordinal) > ($1, $2, $3) AND creator <= $4 AND NOT starts_with(creator, '$')
                ORDER BY creator, version, ordinal, seq LIMIT $5
                """,
                connection
            )
            {
                Parameters =
                {
                    new() { Value = after },
                    new() { Value = version },
                    new() { Value = ordinal },
                    new() { Value = names[^1] },
                    new() { Value = sizes.EventsPerBatch },
                },
                CommandTimeout = DatabaseAudit.StatementSeconds,
            };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var row = EventRow.Read(reader);
                (after, version, ordinal) = (row.Creator, row.Stored.Version, row.Stored.Ordinal);
                events++;
                if (row.IsOfStream)
                    streams[row.Creator].Take(row.Stored, keys);
            }
            if (events < sizes.EventsPerBatch)
                return streams;
            // The last one may have more events: it is begun anew with the next batch, unless it is alone.
            if (after == names[0])
                continue;
            foreach (var name in names.Where(name => string.CompareOrdinal(name, after) >= 0))
                streams.Remove(name);
            return streams;
        }
    }

    private async Task CompareAsync(
        SortedDictionary<string, CreatorStream> streams,
        bool isOneMoment,
        CancellationToken cancellation
    )
    {
        var of = (AuditedTable table) => new ExpectedRows(table, findings);
        var rows = new[]
        {
            (Table: AuditedTables.Defaults, Column: "creator"),
            (Table: AuditedTables.Overrides, Column: "creator"),
            (Table: AuditedTables.Videos, Column: "owner"),
            (Table: AuditedTables.Grants, Column: "creator"),
            (Table: AuditedTables.Blocks, Column: "creator"),
            (Table: AuditedTables.Parts, Column: "creator"),
            (Table: AuditedTables.ErasedIdentifiers, Column: "creator"),
        }.ToDictionary(one => one.Table, one => (one.Column, Rows: of(one.Table)));
        var (heads, requests) = (of(AuditedTables.Streams), of(AuditedTables.Requests));
        var asked = new HashSet<Guid>();
        foreach (var stream in streams.Values)
        {
            stream.AddTo(heads);
            if (!stream.IsTold)
                continue;
            var (fold, creator) = (stream.Fold!, stream.Creator);
            foreach (var (key, setting) in fold.Defaults)
                rows[AuditedTables.Defaults].Rows.Add(creator, key, setting);
            foreach (var (key, setting) in fold.Overrides)
                rows[AuditedTables.Overrides].Rows.Add(creator, key, setting);
            foreach (var (video, record, version) in fold.Videos)
                rows[AuditedTables.Videos].Rows.Add(video, record, version);
            foreach (var (id, grant) in fold.Grants)
                rows[AuditedTables.Grants].Rows.Add(creator, id, grant, spent.GetValueOrDefault(id));
            foreach (var (requester, stamp) in fold.Blocks)
                rows[AuditedTables.Blocks].Rows.AddRow(creator.Value, requester.Value, stamp.Version, stamp.At);
            foreach (var (request, record) in fold.Approvals)
            {
                rows[AuditedTables.Parts].Rows.AddPart(creator, request, record);
                requests.AddRequest(request, record);
                asked.Add(request);
            }
            foreach (var (kid, hashes) in fold.ErasedIdentifiers)
            foreach (var hash in hashes)
                rows[AuditedTables.ErasedIdentifiers].Rows.AddRow(creator.Value, kid, hash.ToBytes());
        }

        var names = streams.Keys.ToArray();
        foreach (var row in await heads.CompareAsync(connection, "id = ANY($1)", [names], cancellation))
            streams[row.TextOf("id")!].JudgeSeal(row, keys, findings);
        heads.Finish();
        foreach (var (table, (column, expected)) in rows)
        {
            await expected.CompareAsync(
                connection,
                $"{column} = ANY($1)",
                [names],
                cancellation,
                row => streams[row.TextOf(column)!] is { Fold: not null, IsTold: false },
                (name, log, stored) =>
                    // Rows of before the column have none.
                    (table == AuditedTables.Videos && name == "version" && stored is null)
                    // Uses were recorded since those of the log were counted.
                    || (table == AuditedTables.Grants && name == "used" && !isOneMoment && IsMore(stored, log))
            );
            expected.Finish();
        }
        await requests.CompareAsync(connection, "id = ANY($1)", [asked.ToArray()], cancellation);
        requests.Finish();
        await ComparePseudonymsAsync(streams, names, cancellation);
    }

    private static bool IsMore(string? one, string? other) =>
        int.TryParse(one, CultureInfo.InvariantCulture, out var more)
        && int.TryParse(other, CultureInfo.InvariantCulture, out var less)
        && more > less;

    // Who is erased has a row without a name and a key, so that nobody makes new ones; the others have one or none.
    private async Task ComparePseudonymsAsync(
        SortedDictionary<string, CreatorStream> streams,
        string[] names,
        CancellationToken cancellation
    )
    {
        var forgotten = streams
            .Where(one => one.Value.IsErased)
            .Select(one => one.Key)
            .ToHashSet(StringComparer.Ordinal);
        await foreach (
            var row in ExpectedRows.ReadAsync(
                connection,
                AuditedTables.Pseudonyms,
                "creator = ANY($1)",
                [names],
                cancellation
            )
        )
        {
            var (creator, name, key) = (row.TextOf("creator")!, row.TextOf("name"), row["key"] as byte[]);
            if (forgotten.Remove(creator) != key is null && streams[creator].IsTold)
                findings.Add(row.Differs("key", log: null));
            if (name != (key is null ? null : Pseudonym.Derive(creator, key)))
                findings.Add(row.Differs("name", log: null));
        }
        foreach (var creator in forgotten)
            findings.Add(
                new(
                    FindingCode.RowMissing,
                    AuditedTables.Pseudonyms.Name,
                    [KeyValuePair.Create("creator", (string?)creator)]
                )
            );
    }
}
