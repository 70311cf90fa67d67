using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Moments that a request names, against the database's clock.</summary>
internal static class DatabaseClock
{
    /// <summary>Why the past cannot be asked about this moment; null if it can.</summary>
    public static async Task<Failure?> FindFutureAsync(
        NpgsqlConnection connection,
        Instant at,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var now = Instant.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
        return at > now ? new(FailureCode.Invalid, "asOf is in the future; send a moment that is not.", "asOf") : null;
    }
}
