using System.Security.Cryptography;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// The pseudonyms by which requesters' streams name creators, with their keys. A row without a key is of an erased
/// creator, and stays: nobody can make a new key for them.
/// </summary>
internal static class PseudonymStore
{
    /// <summary>
    /// The pseudonym of each of these creators. A creator who has none gets one; an erased creator has
    /// <see cref="Pseudonym.Erased"/>.
    /// </summary>
    /// <remarks>
    /// Streams are locked before, so that only rows of new pseudonyms are waited for, in the order of ids. An erasure
    /// that runs at the same time waits for such a row and takes its key.
    /// </remarks>
    public static async Task<IReadOnlyDictionary<string, string>> NameAsync(
        StreamTransaction change,
        HashSet<string> creators,
        CancellationToken cancellation
    )
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (creators.Count == 0)
            return names;
        await ReadAsync(change, creators, names, cancellation);
        var missing = creators.Where(creator => !names.ContainsKey(creator)).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
            return names;
        await change.WriteAsync(
            """
            INSERT INTO consent.pseudonym (creator, key, name)
            SELECT * FROM unnest(@creators, @keys, @names) AS new(creator, key, name) ORDER BY new.creator COLLATE "C"
            ON CONFLICT (creator) DO NOTHING
            """,
            missing,
            (parameters, part) =>
            {
                var keys = part.Select(_ => RandomNumberGenerator.GetBytes(Pseudonym.KeyLength)).ToArray();
                parameters.AddWithValue("creators", part);
                parameters.AddWithValue("keys", keys);
                parameters.AddWithValue(
                    "names",
                    part.Zip(keys, (creator, key) => Pseudonym.Derive(creator, key)).ToArray()
                );
            },
            cancellation
        );
        // Another transaction may have made some of them.
        await ReadAsync(change, missing, names, cancellation);
        return names;
    }

    /// <summary>The ids behind names that events use. A name that is missing in the answer is told as it is.</summary>
    /// <param name="source">The connections.</param>
    /// <param name="names">
    /// Pseudonyms, and ids in events from before pseudonyms; of those, erased ones are hidden.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IReadOnlyDictionary<string, string>> RevealAsync(
        NpgsqlDataSource source,
        IReadOnlyCollection<string> names,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            SELECT name, creator FROM consent.pseudonym WHERE name = ANY($1)
            UNION ALL SELECT creator, $2 FROM consent.pseudonym WHERE creator = ANY($1) AND name IS NULL
            """
        );
        command.Parameters.Add(new() { Value = names.ToArray() });
        command.Parameters.Add(new() { Value = Pseudonym.Erased });
        var revealed = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            revealed.Add(reader.GetString(0), reader.GetString(1));
        return revealed;
    }

    /// <summary>Destroys the key of a creator, so that nobody can tell any more whom their pseudonym names.</summary>
    public static async Task ForgetAsync(StreamTransaction change, CreatorId creator, CancellationToken cancellation)
    {
        await using var command = change.Command(
            "INSERT INTO consent.pseudonym (creator) VALUES (@creator) ON CONFLICT (creator) DO UPDATE "
                + "SET key = NULL, name = NULL"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task ReadAsync(
        StreamTransaction change,
        IEnumerable<string> creators,
        Dictionary<string, string> names,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT creator, name FROM consent.pseudonym WHERE creator = ANY(@creators)"
        );
        command.Parameters.AddWithValue("creators", creators.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            names.Add(reader.GetString(0), reader.IsDBNull(1) ? Pseudonym.Erased : reader.GetString(1));
    }
}
