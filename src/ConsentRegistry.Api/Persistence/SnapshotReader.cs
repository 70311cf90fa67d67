using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads several tables in one snapshot, on the connections that changes do not use.</summary>
public sealed class SnapshotReader(Database database, IntegrityKeys keys)
{
    // As many contexts as connections: a context is used while it holds one.
    private readonly PooledDbContextFactory<RegistryContext> contexts = new(
        RegistryContext.OptionsOver(database.Reads),
        Database.ReadConnections
    );

    /// <summary>Opens a snapshot. Everything read through it is of one moment, and it ends without a commit.</summary>
    public async Task<ReadSnapshot> OpenAsync(CancellationToken cancellation)
    {
        var db = await contexts.CreateDbContextAsync(cancellation);
        try
        {
            return new(db, await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation), keys);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }
}

/// <summary>One moment of the database.</summary>
public sealed class ReadSnapshot(RegistryContext db, IDbContextTransaction transaction, IntegrityKeys keys)
    : IAsyncDisposable
{
    public RegistryContext Db { get; } = db;

    /// <summary>For statements that changes read with, too.</summary>
    internal StreamTransaction OpenTransaction() => new((NpgsqlConnection)Db.Database.GetDbConnection(), keys);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Db.DisposeAsync();
    }
}
