using System.Security.Cryptography;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>How far a stream is.</summary>
/// <param name="Version">Its newest version.</param>
/// <param name="Head">The hash of its newest leaf.</param>
internal readonly record struct StreamHead(long Version, byte[] Head);

/// <summary>How far every stream is, as the events say and not the rows beside them.</summary>
internal sealed class StreamHeads
{
    private readonly Dictionary<string, StreamHead> newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);

    /// <summary>The streams.</summary>
    public IReadOnlyDictionary<string, StreamHead> Newest => newest;

    /// <summary>Those whose events do not follow on each other: they were set back, and went on from there.</summary>
    public HashSet<string> Forked { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of whom an event in the log is not as a node wrote it.</summary>
    public HashSet<string> Altered { get; } = new(StringComparer.Ordinal);

    /// <summary>Leaves that were read, one after the other from the first on.</summary>
    public long Size { get; private set; }

    /// <summary>
    /// Reads the log as a whole, and verifies each event. What is altered counts as what it was, if that can be told:
    /// whether it is so, a digest says.
    /// </summary>
    /// <param name="connection">In the snapshot that is looked at.</param>
    /// <param name="keys">What events are marked by.</param>
    /// <param name="until">The leaves to read; the rest is left.</param>
    /// <param name="seconds">How long the database may take.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task ReadLogAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        long until,
        int seconds,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.history WHERE seq >= $1 AND seq < $2 ORDER BY seq",
            connection
        )
        {
            CommandTimeout = seconds,
            Parameters =
            {
                new() { Value = Size },
                new() { Value = until },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt64(0) != Size)
                return;
            Size++;
            if (StreamId.TryParse(reader.GetString(1), out var stream))
            {
                var stored = EventStore.Read(reader, stream);
                if (keys.IsAuthentic(stored))
                {
                    Add(stored);
                    continue;
                }
            }
            Altered.Add(reader.GetString(1));
            AddAltered(
                reader.GetFieldValue<byte[]>(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10)
            );
        }
    }

    /// <summary>Adds the next event, which a node wrote.</summary>
    public void Add(StoredEvent stored) =>
        Add(stored.Stream.Name, stored.Version, stored.Ordinal, stored.Count, stored.Leaf);

    /// <summary>The sum of the codes of all streams.</summary>
    public Sum256 SumOf(SealKey key)
    {
        var codes = key.Codes();
        return newest.Aggregate(
            default(Sum256),
            (sum, one) => sum + LogDigest.CodeOf(codes, one.Key, one.Value.Version, one.Value.Head)
        );
    }

    // Its columns say nothing. What its leaf and the body that it commits to say is so if the digest agrees.
    private void AddAltered(byte[] leaf, byte[]? body, byte[]? salt)
    {
        if (
            body is null
            || !Leaf.TryParse(leaf, out var read)
            || !Leaf.CommitsTo(leaf, body, salt)
            || !EventBody.TryParse(read.Type, body, out var said)
        )
            return;
        Altered.Add(said.Stream.Name);
        Add(said.Stream.Name, read.Version, read.Ordinal, read.Count, leaf);
    }

    private void Add(string stream, long version, int ordinal, int count, byte[] leaf)
    {
        var isKnown = newest.TryGetValue(stream, out var before);
        var follows =
            ordinal == 1
                ? !open.ContainsKey(stream) && (!isKnown || version == before.Version + 1)
                : isKnown && version == before.Version && open.GetValueOrDefault(stream) == ordinal;
        if (!follows)
            Forked.Add(stream);
        if (ordinal < count)
            open[stream] = ordinal + 1;
        else
            open.Remove(stream);
        if (follows || version > before.Version)
            newest[stream] = new(version, SHA256.HashData(leaf));
    }
}
