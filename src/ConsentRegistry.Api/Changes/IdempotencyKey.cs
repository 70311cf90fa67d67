using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Changes;

/// <summary>
/// The header <c>Idempotency-Key</c>: the same request with the same key is answered the same and done once. A key
/// belongs to its caller and is kept for <see cref="KeptFor"/>.
/// </summary>
/// <remarks>A repeated answer says that it is one, and whether what it speaks of has been changed since.</remarks>
internal sealed class IdempotencyKey
{
    /// <summary>The refusal of a key that stands for another request.</summary>
    public const string Reused = "The Idempotency-Key was used for another request; send a key of its own with each.";

    /// <summary>The refusal of a key whose first request is not answered yet.</summary>
    public const string InFlight = "A request with this Idempotency-Key is being answered; repeat it.";

    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Characters of a key, at most: a UUID or a hash fits several times.</summary>
    public const int MaxLength = 255;

    /// <summary>How long a key is kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private readonly string caller;
    private readonly string key;
    private readonly byte[] fingerprint;

    private IdempotencyKey(string caller, string key, byte[] fingerprint) =>
        (this.caller, this.key, this.fingerprint) = (caller, key, fingerprint);

    /// <summary>Reads the header; null if there is none.</summary>
    public static bool TryRead(HttpContext http, out IdempotencyKey? key, [NotNullWhen(false)] out Problem? problem)
    {
        (key, problem) = (null, null);
        var values = http.Request.Headers[Header];
        if (values.Count == 0)
            return true;
        if (
            values.Count > 1
            || values[0] is not { Length: > 0 and <= MaxLength } text
            || text.Any(c => c is < '!' or > '~')
        )
        {
            problem = Problem.OfField(
                400,
                ProblemCode.InvalidHeader,
                Header,
                $"{Header} is not of its form; send one value of 1 to {MaxLength} printable ASCII characters."
            );
            return false;
        }
        key = new(Caller.From(http).Identity, text, FingerprintOf(http));
        return true;
    }

    /// <summary>Takes the key for this transaction, or gives what was answered under it.</summary>
    public async Task<(StoredAnswer? Answer, Problem? Problem)> ClaimAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        try
        {
            // Of two requests with one key at once the second waits here for the first's commit, two seconds at most.
            await using var claim = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("SET LOCAL lock_timeout = '2s'"),
                    new(
                        """
                        INSERT INTO consent.idempotency_key AS k (caller, key, created_at, fingerprint)
                            VALUES ($1, $2, now(), $3)
                        ON CONFLICT (caller, key) DO UPDATE
                            SET created_at = excluded.created_at, fingerprint = excluded.fingerprint, status = NULL,
                                etag = NULL, body = NULL, changed_xids = '{}',
                                records = '{}'
                            WHERE k.created_at <= now() - $4
                        RETURNING true
                        """
                    )
                    {
                        Parameters =
                        {
                            new() { Value = caller },
                            new() { Value = key },
                            new() { Value = fingerprint },
                            new() { Value = KeptFor },
                        },
                    },
                },
            };
            await using var reader = await claim.ExecuteReaderAsync(cancellation);
            if (await reader.ReadAsync(cancellation))
                return default;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return (null, new(409, ProblemCode.IdempotencyKeyInFlight, InFlight));
        }
        return await ReadAsync(connection, cancellation);
    }

    /// <summary>
    /// Keeps the answer with the key, in the transaction that made the change, in place of any other.
    /// </summary>
    public NpgsqlBatchCommand Store(StoredAnswer answer) =>
        new(
            """
            UPDATE consent.idempotency_key SET created_at = now(), status = $3, etag = $4, body = $5, changed_xids = $6,
                records = $7
            WHERE caller = $1 AND key = $2
            """
        )
        {
            Parameters =
            {
                new() { Value = caller },
                new() { Value = key },
                new() { Value = answer.Status },
                new() { Value = (object?)answer.ETag?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = answer.Body },
                new() { Value = answer.Xids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 },
                new() { Value = answer.Records.Select(record => record.ToString()).ToArray() },
            },
        };

    private async Task<(StoredAnswer? Answer, Problem? Problem)> ReadAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var read = new NpgsqlCommand(
            "SELECT fingerprint, status, etag, body, changed_xids, records FROM consent.idempotency_key "
                + "WHERE caller = $1 AND key = $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = caller },
                new() { Value = key },
            },
        };
        await using var reader = await read.ExecuteReaderAsync(cancellation);
        // The row can only be gone because it has just grown too old.
        if (!await reader.ReadAsync(cancellation))
            return (
                null,
                new(409, ProblemCode.IdempotencyKeyInFlight, "The key has expired just now; repeat the request.")
            );
        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(fingerprint))
            return (null, Problem.OfField(422, ProblemCode.IdempotencyKeyReused, Header, Reused));
        var etag = reader.IsDBNull(2) ? (long?)null : long.Parse(reader.GetString(2));
        return (
            new(reader.GetInt32(1), etag, reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<ulong[]>(4))
            {
                Records = [.. reader.GetFieldValue<string[]>(5).Select(StampedRecord.Parse)],
            },
            null
        );
    }

    // Method, path, query, conditions and body: what makes a request the same. No part can run into the next.
    private static byte[] FingerprintOf(HttpContext http)
    {
        var request = http.Request;
        string[] conditions =
            request.Headers.IfNoneMatch.Count == 0
                ? [request.Headers.IfMatch.ToString()]
                : [request.Headers.IfMatch.ToString(), request.Headers.IfNoneMatch.ToString()];
        string[] parts =
        [
            request.Method,
            request.Path,
            request.QueryString.ToString(),
            .. conditions,
            Convert.ToHexString(BodyReader.HashOf(http)),
        ];
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
    }
}
