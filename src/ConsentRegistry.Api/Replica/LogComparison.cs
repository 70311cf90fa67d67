using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>Whose rows are not those that the log ends with.</summary>
/// <param name="SetBack">The creators, and the version that the log says they have.</param>
/// <param name="Forked">
/// Those of whom the log, or what waits for it, has two versions of one number, and those of whom an event was altered:
/// no row can be the right one.
/// </param>
internal sealed record LogDifference(
    IReadOnlyDictionary<CreatorId, long> SetBack,
    IReadOnlyCollection<CreatorId> Forked
)
{
    /// <summary>The events that wait for the log and that nodes wrote.</summary>
    public required IReadOnlyList<Guid> Waiting { get; init; }
}

/// <summary>
/// Compares what is loaded with the log that it came from: rows that were set back together with their seal are as a
/// node once wrote them, and only the log knows that they are not the newest. The digest of the log says so without
/// reading it. Where the digest does not agree, the log is read as a whole, and says whose rows it is.
/// </summary>
/// <param name="connection">In the snapshot that is loaded.</param>
/// <param name="keys">What events are marked by.</param>
/// <param name="seconds">How long the database may take for one statement.</param>
internal sealed class LogComparison(NpgsqlConnection connection, IntegrityKeys keys, int seconds)
{
    private readonly Dictionary<string, Later> later = new(StringComparer.Ordinal);
    private readonly List<StoredEvent> waiting = [];

    /// <summary>Compares.</summary>
    /// <param name="cancellation">Ends the comparison.</param>
    /// <exception cref="MemoryLostException">
    /// The log itself lacks events, or the vocabulary is not what the log says: nobody can be answered about.
    /// </exception>
    public async Task<LogDifference> CompareAsync(CancellationToken cancellation)
    {
        var digest = await LogDigest.ReadAsync(connection, keys, cancellation);
        var size = await ReadSizeAsync(digest, cancellation);
        await ReadWaitingAsync(cancellation);
        if (digest is not null && await ReadLaterAsync(digest.Size, cancellation))
        {
            var (sum, wrong) = await SumRowsAsync(digest.Key, cancellation);
            if (sum == digest.Sum)
                return DifferenceOf(wrong, []);
        }
        return await CompareWholeAsync(digest, size, cancellation);
    }

    // Checkpoints of other logs say nothing about this one.
    private async Task<long> ReadSizeAsync(LogDigest? digest, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            SELECT (SELECT coalesce(max(seq) + 1, 0) FROM consent.history),
                coalesce((SELECT size FROM consent.tree_head WHERE starts_with(note,
                    (SELECT origin FROM consent.log_identity) || chr(10)) ORDER BY size DESC LIMIT 1), 0)
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (size, known) = (reader.GetInt64(0), Math.Max(reader.GetInt64(1), digest?.Size ?? 0));
        return size >= known ? size : throw Lacks(size, known);
    }

    // What no node wrote is nobody's event; those who follow find it.
    private async Task ReadWaitingAsync(CancellationToken cancellation)
    {
        waiting.AddRange(
            await EventStore
                .ReadWaitingAsync(connection, seconds, cancellation)
                .Where(keys.IsAuthentic)
                .ToListAsync(cancellation)
        );
    }

    /// <returns>Whether what came after the digest can be told from it.</returns>
    private async Task<bool> ReadLaterAsync(long from, CancellationToken cancellation)
    {
        await using var command = Command(
            $"SELECT {EventStore.Columns} FROM consent.history WHERE seq >= {from} ORDER BY seq"
        );
        await foreach (var stored in EventStore.ReadRawAsync(command, cancellation))
        {
            if (!keys.IsAuthentic(stored) || !TakeLater(stored))
                return false;
        }
        return waiting.TrueForAll(TakeLater);
    }

    private bool TakeLater(StoredEvent stored)
    {
        var name = stored.Stream.Name;
        // Of an event that was erased nobody can tell on what it follows.
        if (stored.Body is null)
            return false;
        var previous = EventBody.ReadPrevious(stored.Body);
        if (!later.TryGetValue(name, out var known))
        {
            if (stored.Ordinal != 1)
                return false;
            known = new((stored.Version - 1, previous), default, 0);
        }
        else if (
            !previous.AsSpan().SequenceEqual(known.Last.Head)
            || (stored.Version, stored.Ordinal) != (known.Last.Version, known.Ordinal + 1)
                && (stored.Version, stored.Ordinal) != (known.Last.Version + 1, 1)
        )
        {
            return false;
        }
        later[name] = known with { Last = new(stored.Version, HeadOf(stored)), Ordinal = stored.Ordinal };
        return true;
    }

    private async Task<(Sum256 Sum, Dictionary<string, long> Wrong)> SumRowsAsync(
        SealKey key,
        CancellationToken cancellation
    )
    {
        var (codes, sum) = (key.Codes(), default(Sum256));
        var wrong = later.ToDictionary(one => one.Key, one => one.Value.Last.Version, StringComparer.Ordinal);
        await foreach (var (name, version, head) in ReadRowsAsync(cancellation))
        {
            if (!later.TryGetValue(name, out var one))
            {
                sum += LogDigest.CodeOf(codes, name, version, head);
                continue;
            }
            sum += LogDigest.CodeOf(codes, name, one.Before.Version, one.Before.Head);
            if (version == one.Last.Version && head.AsSpan().SequenceEqual(one.Last.Head))
                wrong.Remove(name);
        }
        return (sum, wrong);
    }

    private async Task<LogDifference> CompareWholeAsync(LogDigest? digest, long size, CancellationToken cancellation)
    {
        var heads = new StreamHeads();
        if (digest is not null)
        {
            await heads.ReadLogAsync(connection, keys, digest.Size, seconds, cancellation);
            if (heads.Size < digest.Size)
                throw Lacks(heads.Size, digest.Size);
            if (heads.SumOf(digest.Key) != digest.Sum)
                throw new MemoryLostException(
                    $"The log's {digest.Size} leaves are not those that its digest is of: whose events are missing, "
                        + "nobody can tell."
                );
        }
        await heads.ReadLogAsync(connection, keys, size, seconds, cancellation);
        if (heads.Size < size)
            throw Lacks(heads.Size, size);
        if (digest is null && heads.Altered.Count > 0)
            throw new MemoryLostException(
                "The log holds an event that no node wrote, and there is no digest: whose it was, nobody can tell."
            );
        foreach (var one in waiting)
            heads.Add(one);
        var wrong = heads.Newest.ToDictionary(one => one.Key, one => one.Value.Version, StringComparer.Ordinal);
        await foreach (var (name, version, head) in ReadRowsAsync(cancellation))
        {
            if (
                heads.Newest.TryGetValue(name, out var newest)
                    ? version == newest.Version && head.AsSpan().SequenceEqual(newest.Head)
                    : head is null
            )
                wrong.Remove(name);
            else
                wrong.TryAdd(name, 0);
        }
        return DifferenceOf(wrong, heads.Forked.Concat(heads.Altered));
    }

    private LogDifference DifferenceOf(Dictionary<string, long> wrong, IEnumerable<string> forked)
    {
        var (setBack, split) = (new Dictionary<CreatorId, long>(), new HashSet<CreatorId>());
        foreach (var name in forked)
        {
            if (CreatorId.TryParse(name, out var creator))
                split.Add(creator);
            RequireOther(name);
        }
        foreach (var (name, version) in wrong)
        {
            if (CreatorId.TryParse(name, out var creator))
                setBack.Add(creator, version);
            RequireOther(name);
        }
        return new(setBack, split) { Waiting = waiting.ConvertAll(one => one.EventId) };
    }

    // What purposes there are is a fact of every check. What requesters did is of none.
    private static void RequireOther(string name)
    {
        if (name == StreamId.Vocabulary.Name)
            throw new MemoryLostException("The vocabulary is not the one that the log ends with.");
    }

    private async IAsyncEnumerable<(string Name, long Version, byte[]? Head)> ReadRowsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = Command("SELECT id, version, head FROM consent.creator");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return (
                reader.GetString(0),
                reader.GetInt64(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2)
            );
    }

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = seconds };

    private static byte[] HeadOf(StoredEvent stored) => System.Security.Cryptography.SHA256.HashData(stored.Leaf);

    private static MemoryLostException Lacks(long leaves, long known) =>
        new($"The log has {leaves} leaves, and should have {known}.");

    /// <summary>A stream that went on after the digest.</summary>
    /// <param name="Before">Where it was; without a head if it had no event.</param>
    /// <param name="Last">Where it is.</param>
    /// <param name="Ordinal">The place of its newest event in the version.</param>
    private readonly record struct Later((long Version, byte[]? Head) Before, StreamHead Last, int Ordinal);
}
