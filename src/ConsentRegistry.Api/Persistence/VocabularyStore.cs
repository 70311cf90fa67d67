using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Purposes;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads and writes the vocabulary.</summary>
internal static class VocabularyStore
{
    private const string Newest =
        "SELECT purpose, uses_likeness, description, introduced_in FROM consent.purpose ORDER BY place";

    /// <summary>Reads the vocabulary as a part of a batch.</summary>
    public static NpgsqlBatchCommand Read() => new(Newest);

    /// <summary>The vocabulary of now.</summary>
    public static Task<Vocabulary> ReadAsync(StreamTransaction change, CancellationToken cancellation) =>
        ReadAsync(change.Command(Newest), cancellation);

    /// <summary>The vocabulary as the connection's transaction sees it.</summary>
    public static Task<Vocabulary> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ReadAsync(new NpgsqlCommand(Newest, connection), cancellation);

    /// <summary>Whether the vocabulary is what the seal of its stream says.</summary>
    public static async Task<bool> IsSealedAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Vocabulary vocabulary,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT version, head, seal_kid, seal FROM consent.creator WHERE id = $1",
            connection
        )
        {
            Parameters = { new() { Value = StreamId.Vocabulary.Name } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return false;
        var row = new StreamRowContent(
            StreamId.Vocabulary.Name,
            reader.GetInt64(0),
            reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1),
            ErasedAt: null,
            Hold: null,
            Lockdown: null
        );
        return SealedStream.Open(keys, row, StreamSeal.Read(reader, 2)) is { } opened
            && SumOf(opened.Key, vocabulary) == opened.Sum;
    }

    /// <summary>The sum of the codes of all purposes.</summary>
    public static Sum256 SumOf(SealKey key, Vocabulary vocabulary)
    {
        var codes = key.Codes();
        return vocabulary.Purposes.Aggregate(default(Sum256), (sum, purpose) => sum + codes.Of(purpose));
    }

    /// <summary>Adds purposes to the vocabulary, whose stream is locked.</summary>
    public static Task WriteAsync(
        StreamTransaction change,
        IReadOnlyCollection<PurposeDefinition> purposes,
        int firstPlace,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            INSERT INTO consent.purpose (purpose, place, uses_likeness, description, introduced_in)
            SELECT n.purpose, @first + n.ordinality - 1, n.uses_likeness, n.description, n.introduced_in
            FROM unnest(@purposes, @likenesses, @descriptions, @versions) WITH ORDINALITY AS n(purpose, uses_likeness,
                description, introduced_in)
            """,
            purposes,
            (parameters, part) =>
            {
                parameters.AddWithValue("first", firstPlace);
                parameters.AddWithValue("purposes", part.Select(purpose => purpose.Purpose.Name).ToArray());
                parameters.AddWithValue("likenesses", part.Select(purpose => purpose.MarkedLikeness).ToArray());
                parameters.AddWithValue("descriptions", part.Select(purpose => purpose.Description).ToArray());
                parameters.AddWithValue("versions", part.Select(purpose => purpose.IntroducedIn).ToArray());
            },
            cancellation
        );

    /// <summary>Writes version 1 of the vocabulary, with its events, unless another node has done so.</summary>
    public static async Task EnsureInitialAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // A vocabulary of before there were seals has none, and is only looked at.
        var change = new StreamTransaction(connection, keys) { TakesUnsealed = true };
        var stream = (await change.LockAsync(StreamId.Vocabulary, cancellation)).Value;
        if (stream.Version > 1)
            return;
        var initial = Vocabulary.Initial.Purposes;
        await WriteAsync(change, initial, firstPlace: 0, cancellation);
        await change.AppendAsync(
            stream,
            [.. initial.Select(Records.PurposeRegistered)],
            Authorship.Registry,
            altersSettings: false,
            cancellation
        );
        await change.CommitAsync(last: null, cancellation);
    }

    private static async Task<Vocabulary> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reading = command;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await ReadAsync(reader, cancellation);
    }

    /// <summary>The vocabulary from what <see cref="Read"/> gives.</summary>
    public static async Task<Vocabulary> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var purposes = new List<PurposeDefinition>();
        while (await reader.ReadAsync(cancellation))
            purposes.Add(
                new(Purpose.Parse(reader.GetString(0)), reader.GetBoolean(1), reader.GetString(2), reader.GetInt32(3))
            );
        return new(purposes);
    }
}
