using System.Globalization;
using System.Text.Json;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// Looks at each event of the log and of the inbox: what its columns say beside its leaf, who wrote it, and whether tiles
/// and checkpoints are those of the leaves.
/// </summary>
internal sealed class LogAudit(
    NpgsqlConnection connection,
    IntegrityKeys keys,
    LogSigner signer,
    LogIdentity identity,
    AuditSizes sizes,
    Findings findings
)
{
    private readonly TreeBuilder tree = new();
    private readonly Dictionary<Guid, int> spent = [];
    private long since;
    private long last = -1;

    // After a gap no leaf has its place any more: what follows from places is not compared.
    private bool isWhole = true;

    /// <summary>Leaves of the log.</summary>
    public long Leaves { get; private set; }

    /// <summary>Events that wait for the log.</summary>
    public long Waiting { get; private set; }

    /// <summary>Tiles that were compared.</summary>
    public long Tiles { get; private set; }

    /// <summary>Checkpoints that were compared.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>The root over all leaves; null if some are missing.</summary>
    public byte[]? Root => isWhole ? tree.Root() : null;

    /// <summary>How many uses were recorded of each grant whose uses are counted.</summary>
    public IReadOnlyDictionary<Guid, int> Spent => spent;

    /// <summary>Looks at all of it.</summary>
    public async Task RunAsync(AuditPace pace, CancellationToken cancellation)
    {
        since = await ReadIdentityAsync(cancellation);
        while (await pace.StepAsync(() => ReadOnAsync(cancellation), cancellation)) { }
    }

    // The next page; behind the last leaf the end of the log, and what waits for it.
    private async Task<bool> ReadOnAsync(CancellationToken cancellation)
    {
        var page = await ReadPageAsync(last, cancellation);
        if (page.Count == 0)
        {
            await CompareEndAsync(cancellation);
            await CompareCosignedAsync(cancellation);
            foreach (var row in await ReadAsync("inbox", "TRUE ORDER BY creator, version, ordinal", [], cancellation))
            {
                Waiting++;
                Judge(row);
            }
            return false;
        }
        var heads = await ReadHeadsAsync(last + 1, page[^1].Seq + 1, cancellation);
        var completed = new List<Tile>();
        foreach (var row in page)
        {
            if (row.Seq != last + 1)
                Miss(last + 1, row.Seq - 1);
            last = row.Seq;
            Leaves++;
            Judge(row);
            tree.Append(MerkleTree.LeafHash(row.Leaf), completed);
            if (heads.Remove(row.Seq + 1, out var head))
                Compare(head);
        }
        await CompareAsync(completed, cancellation);
        // What is left covers leaves that are missing.
        foreach (var head in heads.Values)
            Compare(head);
        return true;
    }

    private void Judge(EventRow row)
    {
        if (!Leaf.TryParse(row.Leaf, out var leaf))
        {
            Add(FindingCode.LeafUnreadable, row, "leaf");
        }
        else
        {
            Compare(row, "version", leaf.Version, row.Stored.Version);
            Compare(row, "ordinal", leaf.Ordinal, row.Stored.Ordinal);
            Compare(row, "count", leaf.Count, row.Stored.Count);
            Compare(row, "event_id", leaf.EventId, row.Stored.EventId);
            Compare(row, "type", leaf.Type, row.Stored.Type);
            Compare(row, "tx", leaf.Tx.Microseconds, row.Stored.Tx.Microseconds);
            JudgeBody(row, leaf);
        }
        if (!row.IsOfStream || !keys.IsAuthentic(row.Stored with { Body = null, Salt = null }))
            Add(FindingCode.MarkWrong, row, "mac");
    }

    private void JudgeBody(EventRow row, Leaf leaf)
    {
        var (body, salt) = (row.Stored.Body, row.Stored.Salt);
        if (body is null && salt is null)
            return;
        // Whether the rest of it is of the format, folding its stream says.
        if (body is null || salt is null || !leaf.CommitsTo(body, salt) || StreamOf(body) is not { } stream)
        {
            Add(FindingCode.BodyDiffers, row, "body");
            return;
        }
        Compare(row, "creator", stream, row.Creator);
        if (leaf.Type != EventType.UseRecorded || !row.IsOfStream || !keys.IsAuthentic(row.Stored))
            return;
        if (EventBody.TryParse(leaf.Type, body, out var read))
            Count(read.Change);
    }

    private static string? StreamOf(byte[] body)
    {
        try
        {
            using var members = JsonDocument.Parse(body);
            return
                members.RootElement.ValueKind == JsonValueKind.Object
                && members.RootElement.TryGetProperty("stream", out var stream)
                && stream.ValueKind == JsonValueKind.String
                ? stream.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Count(RecordChange change)
    {
        if (RecordedChange.Read(change) is not RecordedChange.OfUse use)
            return;
        foreach (var grant in use.After.Videos.SelectMany(video => video.Spent))
            spent[grant] = spent.GetValueOrDefault(grant) + 1;
    }

    private void Compare(EventRow row, string column, object log, object stored)
    {
        if (!log.Equals(stored))
            findings.Add(
                new(
                    FindingCode.ValueDiffers,
                    row.Table,
                    row.Key,
                    column,
                    ColumnText.Format(log),
                    ColumnText.Format(stored)
                )
            );
    }

    private void Add(FindingCode code, EventRow row, string column) =>
        findings.Add(new(code, row.Table, row.Key, column));

    private void Miss(long first, long last)
    {
        isWhole = false;
        findings.Add(
            new(
                FindingCode.RowMissing,
                AuditedTables.History.Name,
                KeyOf("seq", first),
                Log: string.Create(CultureInfo.InvariantCulture, $"leaves {first} to {last}")
            )
        );
    }

    private void Compare(TreeHead head)
    {
        Checkpoints++;
        var key = KeyOf("size", head.Size);
        var isOwn = head.Size > since;
        // Earlier ones are of keys that this registry does not have.
        Checkpoint? said = null;
        var isSigned = isOwn
            ? signer.TryRead(head.Note, out said)
            : SignedNote.TryParse(head.Note, out var note) && Checkpoint.TryParse(note.Text, out said);
        if (!isSigned)
            findings.Add(new(FindingCode.NoteUnsigned, AuditedTables.Heads.Name, key, "note"));
        else if (said!.Size != head.Size || !said.Root.AsSpan().SequenceEqual(head.Root))
            findings.Add(
                new(
                    FindingCode.ValueDiffers,
                    AuditedTables.Heads.Name,
                    key,
                    "note",
                    string.Create(CultureInfo.InvariantCulture, $"{head.Size} {ColumnText.Format(head.Root)}"),
                    string.Create(CultureInfo.InvariantCulture, $"{said.Size} {ColumnText.Format(said.Root)}")
                )
            );
        if (isWhole && tree.Size == head.Size && tree.Root() is var root && !root.AsSpan().SequenceEqual(head.Root))
            findings.Add(
                new(
                    FindingCode.ValueDiffers,
                    AuditedTables.Heads.Name,
                    key,
                    "root",
                    ColumnText.Format(root),
                    ColumnText.Format(head.Root)
                )
            );
    }

    private async Task CompareAsync(List<Tile> completed, CancellationToken cancellation)
    {
        if (completed.Count == 0 || !isWhole)
            return;
        var rows = new ExpectedRows(AuditedTables.Tiles, findings);
        foreach (var tile in completed)
            rows.AddRow((short)tile.Id.Level, tile.Id.Index, tile.Hashes, tile.Root);
        await rows.CompareAsync(
            connection,
            "(level, index) IN (SELECT * FROM unnest($1, $2))",
            [
                completed.Select(tile => (short)tile.Id.Level).ToArray(),
                completed.Select(tile => tile.Id.Index).ToArray(),
            ],
            cancellation
        );
        rows.Finish();
        Tiles += completed.Count;
    }

    private async Task CompareEndAsync(CancellationToken cancellation)
    {
        var heads = await ReadHeadsAsync(Leaves, long.MaxValue, cancellation);
        foreach (var (size, head) in heads)
        {
            Compare(head);
            findings.Add(new(FindingCode.RowUnexplained, AuditedTables.Heads.Name, KeyOf("size", size)));
        }
        if (isWhole && heads.Count > 0)
            Miss(Leaves, heads.Keys.Max() - 1);
        if (!isWhole)
            return;
        // A level has a full tile for every 256 hashes of the level below.
        await new ExpectedRows(AuditedTables.Tiles, findings).CompareAsync(
            connection,
            $"""
            level NOT BETWEEN 0 AND {TileId.Levels - 1} OR index < 0
                OR index >= CASE WHEN level >= {TileId.Levels - 1} THEN 0 ELSE $1 >> (8 * (level + 1)) END
            ORDER BY level, index LIMIT {Findings.MostWritten}
            """,
            [Leaves],
            cancellation
        );
    }

    // Witnesses add lines, and nothing else. Whose they are is verified by whoever relies on them.
    private async Task CompareCosignedAsync(CancellationToken cancellation)
    {
        for (var after = 0L; await ReadCosignedAsync(after, cancellation) is { Count: > 0 } page; after = page[^1].Size)
        {
            foreach (var (size, signed, cosigned) in page)
            {
                var key = KeyOf("size", size);
                if (signed is null)
                    findings.Add(new(FindingCode.RowUnexplained, AuditedTables.CosignedHeads.Name, key));
                else if (
                    !cosigned.StartsWith(signed, StringComparison.Ordinal) || !SignedNote.TryParse(cosigned, out _)
                )
                    findings.Add(
                        new(FindingCode.ValueDiffers, AuditedTables.CosignedHeads.Name, key, "note", signed, cosigned)
                    );
            }
        }
    }

    private async Task<List<(long Size, string? Signed, string Cosigned)>> ReadCosignedAsync(
        long after,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT c.size, h.note, c.note FROM consent.cosigned_head c LEFT JOIN consent.tree_head h USING (size) "
                + "WHERE c.size > $1 ORDER BY c.size LIMIT $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = sizes.EventsPerPage },
            },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        var page = new List<(long, string?, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            page.Add((reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2)));
        return page;
    }

    private async Task<long> ReadIdentityAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT origin, development, since FROM consent.log_identity",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            findings.Add(new(FindingCode.RowMissing, AuditedTables.Identity.Name, []));
            return 0;
        }
        foreach (
            var (column, log, stored) in new[]
            {
                ("origin", identity.Origin, reader.GetString(0)),
                ("development", ColumnText.Format(identity.IsDevelopment), ColumnText.Format(reader.GetBoolean(1))),
            }
        )
        {
            if (log != stored)
                findings.Add(new(FindingCode.ValueDiffers, AuditedTables.Identity.Name, [], column, log, stored));
        }
        return reader.GetInt64(2);
    }

    private async Task<Dictionary<long, TreeHead>> ReadHeadsAsync(long after, long last, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT size, root, note FROM consent.tree_head WHERE size > $1 AND size <= $2 ORDER BY size LIMIT $3",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = last },
                new() { Value = sizes.EventsPerPage },
            },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        var heads = new Dictionary<long, TreeHead>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            heads.Add(
                reader.GetInt64(0),
                new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2))
            );
        return heads;
    }

    private Task<List<EventRow>> ReadPageAsync(long after, CancellationToken cancellation) =>
        ReadAsync("history", "seq > $1 ORDER BY seq LIMIT $2", [after, sizes.EventsPerPage], cancellation);

    private async Task<List<EventRow>> ReadAsync(
        string table,
        string where,
        object[] parameters,
        CancellationToken cancellation
    )
    {
        var columns = table == "inbox" ? $"NULL::bigint AS {EventStore.Columns}" : EventStore.Columns;
        await using var command = new NpgsqlCommand($"SELECT {columns} FROM consent.{table} WHERE {where}", connection)
        {
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        var rows = new List<EventRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(EventRow.Read(reader));
        return rows;
    }

    private static IReadOnlyList<KeyValuePair<string, string?>> KeyOf(string column, long value) =>
        [KeyValuePair.Create(column, ColumnText.Format(value))];
}
