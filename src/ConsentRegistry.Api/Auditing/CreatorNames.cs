using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// The pseudonyms of creators, by which requesters' streams name them. Whether the table of them is right, is compared
/// with the creators.
/// </summary>
internal sealed class CreatorNames
{
    private readonly Dictionary<string, string?> names = new(StringComparer.Ordinal);

    /// <summary>Reads the pseudonyms of those whom a statement names.</summary>
    public static async Task<CreatorNames> ReadAsync(
        NpgsqlConnection connection,
        string creators,
        object parameter,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT creator, name FROM consent.pseudonym WHERE creator IN ({creators})",
            connection
        )
        {
            Parameters = { new() { Value = parameter } },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        var read = new CreatorNames();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            read.names[reader.GetString(0)] = reader.IsDBNull(1) ? null : reader.GetString(1);
        return read;
    }

    /// <summary>Whether a name in an event and an id in a table are of one creator, as far as anybody can tell.</summary>
    public bool AreOne(string? log, string? stored)
    {
        if (log is null || stored is null || log == stored)
            return log == stored;
        // Nobody can tell any more whom a pseudonym names whose key is gone.
        return names.TryGetValue(stored, out var name) && (name == log || (name is null && IsPseudonym(log)));
    }

    /// <summary>Whether a name in an event is of nobody who still has one.</summary>
    public bool IsForgotten(string? log) => log is null || !names.ContainsValue(log);

    private static bool IsPseudonym(string name) => CreatorId.TryParse(name, out var id) && Pseudonym.IsPseudonym(id);
}
