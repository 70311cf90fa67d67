using System.Data;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// In which steps an audit looks at the database: at one moment, or at a moment for each step, with rests between them.
/// What a step compares belongs together, so that changes which are made meanwhile are no differences.
/// </summary>
internal sealed class AuditPace
{
    /// <summary>All of it as the transaction of its connection sees it, without a rest.</summary>
    public static readonly AuditPace OneMoment = new(null, 100, TimeProvider.System);

    private readonly NpgsqlConnection? connection;
    private readonly int sharePercent;
    private readonly TimeProvider clock;

    private AuditPace(NpgsqlConnection? connection, int sharePercent, TimeProvider clock) =>
        (this.connection, this.sharePercent, this.clock) = (connection, sharePercent, clock);

    /// <summary>Whether all steps see one moment.</summary>
    public bool IsOneMoment => connection is null;

    /// <summary>Each step in a transaction of its own.</summary>
    /// <param name="connection">The connection, outside a transaction.</param>
    /// <param name="sharePercent">How much of the time is spent on steps, from 1 to 100; the rest of it is rest.</param>
    /// <param name="clock">Measures both.</param>
    public static AuditPace InSteps(NpgsqlConnection connection, int sharePercent, TimeProvider clock) =>
        new(connection, sharePercent, clock);

    /// <summary>Makes a step, and rests after it.</summary>
    public async Task<T> StepAsync<T>(Func<Task<T>> step, CancellationToken cancellation)
    {
        if (connection is null)
            return await step();
        var started = clock.GetTimestamp();
        T seen;
        await using (var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation))
        {
            seen = await step();
            await snapshot.CommitAsync(cancellation);
        }
        var rest = clock.GetElapsedTime(started) * ((100.0 / sharePercent) - 1);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, clock, cancellation);
        return seen;
    }

    /// <summary>Makes a step, and rests after it.</summary>
    public Task StepAsync(Func<Task> step, CancellationToken cancellation) =>
        StepAsync(
            async () =>
            {
                await step();
                return true;
            },
            cancellation
        );
}
