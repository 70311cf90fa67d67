using System.Data;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// A change that no request asks for: one transaction, in which what is altered, its events and what is told of them
/// commit together.
/// </summary>
internal static class BackgroundTransaction
{
    /// <summary>
    /// How long it waits for a row that a request holds, as long as a request would: then it is put off.
    /// </summary>
    private const int LockSeconds = 2;

    /// <summary>Runs the work and commits it.</summary>
    /// <param name="source">The pool: requests and what the node does by itself have pools of their own.</param>
    /// <param name="keys">What marks events.</param>
    /// <param name="work">Alters and appends.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<T> RunAsync<T>(
        NpgsqlDataSource source,
        IntegrityKeys keys,
        Func<StreamTransaction, Task<T>> work,
        CancellationToken cancellation
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted,
            cancellation
        );
        var change = new StreamTransaction(connection, keys);
        await using (var patience = change.Command($"SET LOCAL lock_timeout = '{LockSeconds}s'"))
            await patience.ExecuteNonQueryAsync(cancellation);
        var result = await work(change);
        await change.CommitAsync(last: null, cancellation);
        return result;
    }
}
