using System.Threading.RateLimiting;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Reads for those who follow live. Some read at the same time, and the others wait for as long as it takes, in the
/// order in which they came.
/// </summary>
internal sealed class FollowerReads(Database database) : IDisposable
{
    // How many wait is limited by how many streams there are.
    private readonly ConcurrencyLimiter limiter = new(
        new()
        {
            PermitLimit = Database.FollowerConnections,
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }
    );

    /// <summary>Reads when it is this follower's turn.</summary>
    /// <param name="read">Reads.</param>
    /// <param name="otherwise">
    /// What is found while the database cannot be read: the follower goes on, and looks again later.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<T> ReadAsync<T>(Func<NpgsqlDataSource, Task<T>> read, T otherwise, CancellationToken cancellation)
    {
        using var lease = await limiter.AcquireAsync(permitCount: 1, cancellation);
        try
        {
            return await read(database.Followers);
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
        {
            return otherwise;
        }
    }

    public void Dispose() => limiter.Dispose();
}
