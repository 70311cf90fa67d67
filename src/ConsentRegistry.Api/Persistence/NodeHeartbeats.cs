using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>The beats of the nodes, for somebody who is none of them and wants to know whether one lives.</summary>
internal static class NodeHeartbeats
{
    /// <summary>Between two looks: a node beats four times within its Δ, which is half a second at least.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Each node's beat, and its Δ. None where the database is older than nodes are.</summary>
    public static async Task<IReadOnlyDictionary<Guid, (long Beat, TimeSpan Delta)>> ReadAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        var nodes = new Dictionary<Guid, (long, TimeSpan)>();
        if (!await LogIdentityStore.HasTableAsync(connection, "node", cancellation))
            return nodes;
        await using var command = new NpgsqlCommand("SELECT id, beat, delta_ms FROM consent.node", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            nodes.Add(reader.GetGuid(0), (reader.GetInt64(1), TimeSpan.FromMilliseconds(reader.GetInt32(2))));
        return nodes;
    }
}
