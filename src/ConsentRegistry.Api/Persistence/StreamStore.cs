using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads the heads of streams.</summary>
internal static class StreamStore
{
    /// <summary>
    /// The database's clock, and of those streams that exist the versions, and whether their creators were erased.
    /// </summary>
    public static async Task<(Instant Now, Dictionary<CreatorId, StreamRow> Streams)> ReadAsync(
        StreamTransaction change,
        IEnumerable<CreatorId> creators,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT clock_timestamp(), c.id, c.version, c.settings_version, c.erased_at IS NOT NULL "
                + "FROM (VALUES (1)) AS one LEFT JOIN consent.creator c ON c.id = ANY(@ids)"
        );
        var wanted = creators.ToList();
        change.Consult(wanted.Select(StreamId.OfCreator));
        command.Parameters.AddWithValue("ids", wanted.Select(creator => creator.Value).ToArray());
        var streams = new Dictionary<CreatorId, StreamRow>();
        var now = default(Instant);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            now = Instant.From(reader.GetDateTime(0));
            if (!reader.IsDBNull(1))
                streams.Add(
                    CreatorId.Parse(reader.GetString(1)),
                    new(reader.GetInt64(2), reader.GetInt64(3), reader.GetBoolean(4))
                );
        }
        return (now, streams);
    }
}

/// <summary>Where a creator's stream stands.</summary>
/// <param name="Version">Its version.</param>
/// <param name="SettingsVersion">The version of its settings.</param>
/// <param name="IsErased">Whether the creator was erased.</param>
public readonly record struct StreamRow(long Version, long SettingsVersion, bool IsErased);
