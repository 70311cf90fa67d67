using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// Compares what the log says of requesters with the tables of uses and recalls, one requester at a time, some events at
/// a time. Of a requester, all recalls are held at once, and no uses.
/// </summary>
/// <param name="connection">A connection, in the transaction whose snapshot is compared.</param>
/// <param name="keys">The keys of the nodes.</param>
/// <param name="sizes">How much is held at once.</param>
/// <param name="findings">Gets the differences.</param>
internal sealed class RequesterAudit(
    NpgsqlConnection connection,
    IntegrityKeys keys,
    AuditSizes sizes,
    Findings findings
)
{
    /// <summary>What names of requesters' streams begin with.</summary>
    public const string Prefix = "$requester/";

    // Each finds its next names by an index.
    private static readonly (string Table, string Column)[] Streams =
    [
        ("creator", "id"),
        ("history", "creator"),
        ("inbox", "creator"),
    ];

    private static readonly string[] Tables = ["usage", "recall"];

    /// <summary>Requesters that were compared.</summary>
    public long Requesters { get; private set; }

    /// <summary>Compares all requesters.</summary>
    public async Task RunAsync(AuditPace pace, CancellationToken cancellation)
    {
        for (var after = ""; await NextAsync(after, cancellation) is { Count: > 0 } names; after = names[^1])
        {
            foreach (var name in names)
                await pace.StepAsync(() => CompareAsync(name, cancellation), cancellation);
            Requesters += names.Count;
        }
        await pace.StepAsync(() => FindStrayAsync(cancellation), cancellation);
    }

    private Task<List<string>> NextAsync(string after, CancellationToken cancellation)
    {
        var streams = Streams.Select(one =>
            $"""
                (SELECT substr(name, {Prefix.Length + 1}) FROM (SELECT DISTINCT {one.Column} FROM consent.{one.Table}
                    WHERE {one.Column} > '{Prefix}' || $1 AND starts_with({one.Column}, '{Prefix}')
                    ORDER BY {one.Column} LIMIT $2) AS s(name))
                """
        );
        var tables = Tables.Select(table =>
            $"(SELECT DISTINCT requester FROM consent.{table} WHERE requester > $1 ORDER BY requester LIMIT $2)"
        );
        return NamePages.ReadAsync(connection, streams.Concat(tables), after, sizes.StreamsPerBatch, cancellation);
    }

    private async Task CompareAsync(string name, CancellationToken cancellation)
    {
        var (recalls, uses) = (new Dictionary<Guid, (RecallRecord Record, Instant CreatedAt)>(), 0L);
        StreamChain? chain = null;
        if (StreamId.TryParse(Prefix + name, out var stream) && stream.IsRequesters)
        {
            chain = new(stream, keys, findings);
            while (
                await StreamChain.ReadAsync(connection, stream.Name, chain.Last, sizes.EventsPerPage, cancellation)
                    is { Count: > 0 } page
            )
            {
                var used = new List<RecordedChange.OfUse>();
                foreach (var stored in page)
                {
                    var change = chain.Take(stored);
                    if (change is RecordedChange.OfUse use)
                        used.Add(use);
                    else if (change is RecordedChange.OfRecall one)
                        recalls[one.Recall] = (
                            one.After,
                            recalls.TryGetValue(one.Recall, out var known) ? known.CreatedAt : one.After.Stamp.At
                        );
                }
                uses += used.Count;
                await CompareUsesAsync(used, cancellation);
            }
            chain.Finish();
        }
        var heads = new ExpectedRows(AuditedTables.Streams, findings);
        if (chain?.Last is { } last)
            heads.AddStream(chain.Row, last.Tx, settingsVersion: 0, isWhole: true);
        await heads.CompareAsync(connection, "id = $1", [Prefix + name], cancellation);
        heads.Finish();
        if (chain is { IsWhole: false })
            return;
        await CompareRecallsAsync(name, recalls, cancellation);
        if (await CountUsesAsync(name, cancellation) != uses)
            await FindUnexplainedUsesAsync(name, cancellation);
    }

    private async Task CompareUsesAsync(List<RecordedChange.OfUse> used, CancellationToken cancellation)
    {
        if (used.Count == 0)
            return;
        var (uses, videos) = (
            new ExpectedRows(AuditedTables.Uses, findings),
            new ExpectedRows(AuditedTables.UsedVideos, findings)
        );
        foreach (var use in used)
        {
            uses.Add(use.Use, use.After);
            videos.AddVideos(use.Use, use.After);
        }
        var ids = used.Select(use => use.Use).ToArray();
        var names = await CreatorNames.ReadAsync(
            connection,
            """
            SELECT made_owner FROM consent.usage WHERE id = ANY($1) AND made_owner IS NOT NULL
            UNION SELECT owner FROM consent.used_video WHERE usage = ANY($1)
            """,
            ids,
            cancellation
        );
        await uses.CompareAsync(connection, "id = ANY($1)", [ids], cancellation, isSame: IsSame);
        uses.Finish();
        await videos.CompareAsync(connection, "usage = ANY($1)", [ids], cancellation, isSame: IsSame);
        videos.Finish();

        bool IsSame(string column, string? log, string? stored) =>
            column is "made_owner" or "owner" && names.AreOne(log, stored);
    }

    private async Task CompareRecallsAsync(
        string name,
        Dictionary<Guid, (RecallRecord Record, Instant CreatedAt)> recalls,
        CancellationToken cancellation
    )
    {
        var rows = new ExpectedRows(AuditedTables.Recalls, findings);
        foreach (var (id, (record, createdAt)) in recalls)
            rows.Add(id, record, createdAt);
        var names = await CreatorNames.ReadAsync(
            connection,
            "SELECT owner FROM consent.recall WHERE requester = $1 "
                + "UNION SELECT creator FROM consent.recall WHERE requester = $1 AND creator IS NOT NULL",
            name,
            cancellation
        );
        var stored = await rows.CompareAsync(
            connection,
            "requester = $1",
            [name],
            cancellation,
            // An erasure takes whose word it was.
            isSame: (column, log, value) =>
                (column is "owner" or "creator" && names.AreOne(log, value))
                || (column == "creator" && value is null && names.IsForgotten(log))
        );
        rows.Finish();
        foreach (var row in stored)
        {
            if (!recalls.TryGetValue((Guid)row["id"]!, out var recall))
                continue;
            var (text, key) = (row.TextOf("statement"), row["statement_key"] as byte[]);
            // An erasure takes words and key.
            if (text is null && key is null)
                continue;
            var said = recall.Record.Statement;
            var isSame =
                text is not null
                && key is not null
                && (said?.Digest is null ? said?.Text == text : Statement.Seal(text, key).Digest == said.Digest);
            // Which of the two was altered, nobody can tell.
            if (!isSame)
                findings.Add(row.Differs("statement", log: null));
        }
    }

    private async Task<long> CountUsesAsync(string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM consent.usage WHERE requester = $1",
            connection
        )
        {
            Parameters = { new() { Value = name } },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // Each row names the version of its event.
    private async Task FindUnexplainedUsesAsync(string name, CancellationToken cancellation)
    {
        for (var after = Guid.Empty; ; )
        {
            var rows = await ExpectedRows
                .ReadAsync(
                    connection,
                    AuditedTables.Uses,
                    $"requester = $1 AND id > $2 ORDER BY id LIMIT {sizes.EventsPerPage}",
                    [name, after],
                    cancellation
                )
                .ToListAsync(cancellation);
            if (rows.Count == 0)
                return;
            after = (Guid)rows[^1]["id"]!;
            var known = await ReadUsesAsync(name, [.. rows.Select(row => (long)row["version"]!)], cancellation);
            foreach (var row in rows.Where(row => !known.Contains((Guid)row["id"]!)))
                findings.Add(new(FindingCode.RowUnexplained, AuditedTables.Uses.Name, row.Key));
        }
    }

    private async Task<HashSet<Guid>> ReadUsesAsync(string name, long[] versions, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 AND version = ANY($2) AND type = $3",
            connection
        )
        {
            Parameters =
            {
                new() { Value = Prefix + name },
                new() { Value = versions },
                new() { Value = EventType.UseRecorded },
            },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        var uses = new HashSet<Guid>();
        await foreach (var stored in EventStore.ReadRawAsync(command, cancellation))
        {
            if (
                keys.IsAuthentic(stored)
                && stored.ReadBody() is { } body
                && RecordedChange.Read(body.Change) is RecordedChange.OfUse use
            )
                uses.Add(use.Use);
        }
        return uses;
    }

    // What hangs on a row that is not there, and what repeats another table.
    private async Task FindStrayAsync(CancellationToken cancellation)
    {
        var limit = $" LIMIT {Findings.MostWritten}";
        await new ExpectedRows(AuditedTables.UsedVideos, findings).CompareAsync(
            connection,
            "NOT EXISTS (SELECT FROM consent.usage u WHERE u.id = used_video.usage)" + limit,
            [],
            cancellation
        );
        await new ExpectedRows(AuditedTables.Requests, findings).CompareAsync(
            connection,
            "NOT EXISTS (SELECT FROM consent.approval_part p WHERE p.request = approval_request.id)" + limit,
            [],
            cancellation
        );
        await using var command = new NpgsqlCommand(
            """
            SELECT c.creator, c.usage, c.place, v.usage IS NOT NULL FROM consent.use_concern c
                LEFT JOIN consent.used_video v ON v.usage = c.usage AND v.place = c.place
                LEFT JOIN consent.usage u ON u.id = c.usage
            WHERE (c.owner, c.video, c.purpose, c.requester, c.status, c.recorded_at)
                IS DISTINCT FROM (v.owner, v.video, v.purpose, v.requester, v.status, u.recorded_at)
            """ + limit,
            connection
        )
        {
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            findings.Add(
                new(
                    reader.GetBoolean(3) ? FindingCode.ValueDiffers : FindingCode.RowUnexplained,
                    AuditedTables.UseConcerns.Name,
                    [
                        KeyValuePair.Create("creator", (string?)reader.GetString(0)),
                        KeyValuePair.Create("usage", ColumnText.Format(reader.GetGuid(1))),
                        KeyValuePair.Create("place", ColumnText.Format(reader.GetInt32(2))),
                    ]
                )
            );
    }
}
