using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads several tables in one snapshot, on the connections that changes do not use.</summary>
public sealed class Reading(Database database)
{
    /// <summary>Opens a snapshot. Everything read through it is of one moment; nothing can be written.</summary>
    public async Task<Snapshot> OpenAsync(CancellationToken cancellation)
    {
        var options = new DbContextOptionsBuilder<RegistryContext>();
        RegistryContext.Configure(options, database.Reads);
        var db = new RegistryContext(options.Options);
        try
        {
            return new(db, await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }
}

/// <summary>One moment of the database.</summary>
public sealed class Snapshot(RegistryContext db, IDbContextTransaction transaction) : IAsyncDisposable
{
    public RegistryContext Db { get; } = db;

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Db.DisposeAsync();
    }
}
