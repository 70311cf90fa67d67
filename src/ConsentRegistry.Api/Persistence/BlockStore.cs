using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads and writes whom a creator keeps from asking.</summary>
internal static class BlockStore
{
    /// <summary>The block of a requester; null if none stands. The creator's stream is locked.</summary>
    public static async Task<Stamp?> FindAsync(
        StreamTransaction change,
        CreatorId creator,
        Requester requester,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT version, changed_at FROM consent.asking_block WHERE creator = @creator AND requester = @requester"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("requester", requester.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Stamp(reader.GetInt64(0), Instant.From(reader.GetDateTime(1)))
            : null;
    }

    /// <summary>Blocks a requester, or lets them ask again.</summary>
    public static async Task WriteAsync(
        StreamTransaction change,
        CreatorId creator,
        Requester requester,
        Stamp? block,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            block is null
                ? "DELETE FROM consent.asking_block WHERE creator = @creator AND requester = @requester"
                : "INSERT INTO consent.asking_block (creator, requester, version, changed_at) "
                    + "VALUES (@creator, @requester, @version, @changed_at)"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("requester", requester.Value);
        if (block is { } stamp)
        {
            command.Parameters.AddWithValue("version", stamp.Version);
            command.Parameters.AddWithValue("changed_at", stamp.At.ToDateTime());
        }
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
