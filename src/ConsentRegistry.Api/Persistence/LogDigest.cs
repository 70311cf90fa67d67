using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// How far every stream of the log is, as one number: the sum of a keyed code of the name, the newest version and the
/// newest leaf of each. It follows the log event by event, and says of no stream alone where it is. Stored it is
/// encrypted, and bound to a size of the log.
/// </summary>
/// <param name="Size">The leaves that it is about.</param>
/// <param name="Key">What makes the codes.</param>
/// <param name="Sum">The sum.</param>
internal sealed record LogDigest(long Size, SealKey Key, Sum256 Sum)
{
    // No stream has this name.
    private const string Name = "$log";

    /// <summary>The digest that is stored; null if there is none that a node made.</summary>
    public static async Task<LogDigest?> ReadAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand("SELECT size, kid, sum FROM consent.log_digest", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        var (size, seal) = (reader.GetInt64(0), new StreamSeal(reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        return keys.FindSealKey(seal.Kid) is { } key && key.Open(RowOf(size), seal) is { } sum
            ? new(size, key, sum)
            : null;
    }

    /// <summary>Stores it in the place of the one before.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var seal = Key.Seal(RowOf(Size), Sum);
        await using var command = new NpgsqlCommand(
            "INSERT INTO consent.log_digest (size, kid, sum) VALUES ($1, $2, $3) ON CONFLICT (one) DO UPDATE "
                + "SET size = excluded.size, kid = excluded.kid, sum = excluded.sum",
            connection
        )
        {
            Parameters =
            {
                new() { Value = Size },
                new() { Value = seal.Kid },
                new() { Value = seal.Box },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The digest with the next event of the log; null if that was erased, and so does not say on what it
    /// follows.</summary>
    /// <param name="next">An event that a node wrote.</param>
    public LogDigest? With(StoredEvent next)
    {
        var codes = Key.Codes();
        var sum = Sum;
        if (next.Ordinal == 1)
        {
            if (next.Body is null)
                return null;
            sum -= CodeOf(codes, next.Stream.Name, next.Version - 1, EventBody.ReadPrevious(next.Body));
        }
        if (next.Ordinal == next.Count)
            sum += CodeOf(codes, next.Stream.Name, next.Version, SHA256.HashData(next.Leaf));
        return this with { Size = Size + 1, Sum = sum };
    }

    /// <summary>The code of a stream; nothing for one without events.</summary>
    /// <param name="codes">Codes of the digest's key.</param>
    /// <param name="stream">Its name.</param>
    /// <param name="version">Its newest version.</param>
    /// <param name="head">The hash of its newest leaf; null if it has none.</param>
    public static Sum256 CodeOf(RecordCodes codes, string stream, long version, byte[]? head) =>
        head is null ? default : codes.OfStream(Encoding.UTF8.GetBytes(stream), version, head);

    private static StreamRowContent RowOf(long size) =>
        new(Name, size, Head: null, ErasedAt: null, Hold: null, Lockdown: null);
}
