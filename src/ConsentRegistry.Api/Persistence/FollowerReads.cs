using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads for those who follow live. Some read at the same time, and the others wait for as long as it takes, in the order in which they came.</summary>
internal sealed class FollowerReads(Database database) : IDisposable
{
    // How many wait is limited by how many streams there are.
    private readonly ConcurrencyLimiter turns = new(new()
    {
        PermitLimit = Database.FollowerConnections,
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Reads when it is this follower's turn; null if the database cannot be read now, so that the follower tries again.</summary>
    public async Task<T?> TryAsync<T>(Func<NpgsqlDataSource, Task<T>> read, CancellationToken cancellation)
        where T : class
    {
        using var turn = await turns.AcquireAsync(permitCount: 1, cancellation);
        try
        {
            return await read(database.Followers);
        }
        catch (Exception e) when (Unexpected.MeansUnavailable(e))
        {
            return null;
        }
    }

    public void Dispose() => turns.Dispose();
}
