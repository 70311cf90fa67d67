using System.Security.Cryptography;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>Compares the vocabulary, and the row and the seal of its stream, with what the log says.</summary>
internal static class VocabularyAudit
{
    public static async Task RunAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var stream = StreamId.Vocabulary.Name;
        var chain = new StreamChain(StreamId.Vocabulary, keys, findings);
        var changes = new List<RecordedChange>();
        var events = await StreamChain.ReadAsync(connection, stream, null, int.MaxValue, cancellation);
        foreach (var stored in events)
        {
            if (chain.Take(stored) is { } change)
                changes.Add(change);
        }
        chain.Finish();
        var (heads, purposes) = (
            new ExpectedRows(AuditedTables.Streams, findings),
            new ExpectedRows(AuditedTables.Purposes, findings)
        );
        if (chain.Last is { } last)
            heads.AddStream(chain.Row, last.Tx, settingsVersion: 0, isWhole: true);
        foreach (var row in await heads.CompareAsync(connection, "id = $1", [stream], cancellation))
        {
            var seal = row.TextOf("seal_kid") is { } kid && row["seal"] is byte[] box ? new StreamSeal(kid, box) : null;
            if (chain.IsWhole && !IsRight(keys, chain, changes, seal))
                findings.Add(new(FindingCode.SealWrong, AuditedTables.Streams.Name, row.Key, "seal"));
        }
        heads.Finish();
        if (!chain.IsWhole)
            return;
        foreach (var (place, one) in changes.OfType<RecordedChange.OfPurpose>().Index())
            purposes.AddRow(
                one.Purpose.Purpose.Name,
                (short)place,
                one.Purpose.MarkedLikeness,
                one.Purpose.Description,
                one.Purpose.IntroducedIn
            );
        await purposes.CompareAsync(connection, "TRUE", [], cancellation);
        purposes.Finish();
    }

    private static bool IsRight(IntegrityKeys keys, StreamChain chain, List<RecordedChange> changes, StreamSeal? seal)
    {
        if (SealedStream.Open(keys, chain.Row, seal) is not { } opened)
            return false;
        var said = SealedStream.New(opened.Key, chain.Row.Stream);
        foreach (var change in changes)
            said.Apply(change);
        return said.Sum == opened.Sum;
    }
}

/// <summary>Takes the events of a stream, and finds out whether each goes on from the one before it.</summary>
/// <param name="stream">The stream, which is no creator's.</param>
/// <param name="keys">The keys of the nodes.</param>
/// <param name="findings">Gets what is wrong.</param>
internal sealed class StreamChain(StreamId stream, IntegrityKeys keys, Findings findings)
{
    /// <summary>The newest event; null if there is none.</summary>
    public StoredEvent? Last { get; private set; }

    /// <summary>Whether all events could be read and follow each other.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The row of the stream.</summary>
    public StreamRowContent Row =>
        new(
            stream.Name,
            Last?.Version ?? 0,
            Last is null ? null : SHA256.HashData(Last.Leaf),
            ErasedAt: null,
            Hold: null,
            Lockdown: null
        );

    /// <summary>Takes the next event.</summary>
    /// <returns>The record that it alters; null where that cannot be believed.</returns>
    public RecordedChange? Take(StoredEvent stored)
    {
        var (before, isNext) = (Last, keys.IsAuthentic(stored) && StreamReading.IsNext(Last, stored));
        Last = stored;
        if (stored.Body is null)
        {
            findings.Add(
                new(FindingCode.BodyMissing, EventRow.TableOf(stored).Name, EventRow.KeyOf(stored, stream.Name), "body")
            );
            IsWhole = false;
        }
        else if (
            isNext
            && EventBody.TryParse(stored.Type, stored.Body, out var body)
            && body.Stream == stream
            && (body.Previous ?? []).AsSpan().SequenceEqual(before is null ? [] : SHA256.HashData(before.Leaf))
        )
        {
            return RecordedChange.Read(body.Change);
        }
        if (IsWhole)
            Break(stored);
        return null;
    }

    /// <summary>Judges where the stream ends.</summary>
    public void Finish()
    {
        if (IsWhole && Last is { } last && last.Ordinal != last.Count)
            Break(last);
    }

    /// <summary>Some events of a stream, in its order.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="stream">The name of the stream.</param>
    /// <param name="after">The event before; null to begin with the first.</param>
    /// <param name="limit">How many, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<List<StoredEvent>> ReadAsync(
        NpgsqlConnection connection,
        string stream,
        StoredEvent? after,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {EventStore.Columns} FROM (
                SELECT {EventStore.Columns} FROM consent.history UNION ALL
                SELECT NULL::bigint, {EventStore.Columns["seq, ".Length..]} FROM consent.inbox) AS e
            WHERE creator = $1 AND (version, ordinal) > ($2, $3) ORDER BY version, ordinal LIMIT $4
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream },
                new() { Value = after?.Version ?? long.MinValue },
                new() { Value = after?.Ordinal ?? 0 },
                new() { Value = limit },
            },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        return await EventStore.ReadRawAsync(command, cancellation).ToListAsync(cancellation);
    }

    private void Break(StoredEvent stored)
    {
        IsWhole = false;
        findings.Add(new(FindingCode.StreamBroken, EventRow.TableOf(stored).Name, EventRow.KeyOf(stored, stream.Name)));
    }
}
