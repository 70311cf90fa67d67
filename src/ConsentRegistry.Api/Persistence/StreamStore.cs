using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads the heads of streams.</summary>
internal static class StreamStore
{
    /// <summary>The database's clock, and the versions of those streams that exist.</summary>
    public static async Task<(Instant Now, Dictionary<CreatorId, long> Versions)> ReadVersionsAsync(
        Change change, IEnumerable<CreatorId> creators, CancellationToken cancellation)
    {
        await using var command = change.Command(
            "SELECT clock_timestamp(), c.id, c.version FROM (VALUES (1)) AS one LEFT JOIN consent.creator c ON c.id = ANY(@ids)");
        command.Parameters.AddWithValue("ids", creators.Select(creator => creator.Value).ToArray());
        var versions = new Dictionary<CreatorId, long>();
        var now = default(Instant);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            now = Instant.From(reader.GetDateTime(0));
            if (!reader.IsDBNull(1))
                versions.Add(CreatorId.Parse(reader.GetString(1)), reader.GetInt64(2));
        }
        return (now, versions);
    }
}
