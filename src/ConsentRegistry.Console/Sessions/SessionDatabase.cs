using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ConsentRegistry.Console.Sessions;

/// <summary>A session, as the database keeps it.</summary>
internal sealed class SessionRow
{
    /// <summary>SHA-256 of the key that the cookie holds.</summary>
    public required byte[] Id { get; init; }

    /// <summary>The protected ticket.</summary>
    public required byte[] Ticket { get; set; }

    /// <summary>When it ends unless it is used before.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>The console's own database. <c>Schema.sql</c> makes its tables.</summary>
internal sealed class SessionDatabase(DbContextOptions<SessionDatabase> options)
    : DbContext(options),
        IDataProtectionKeyContext
{
    /// <summary>The sessions.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    /// <inheritdoc/>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Makes what is missing, the database itself included. Several nodes may do it at once.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        await CreateDatabaseAsync(this.GetService<IRelationalDatabaseCreator>(), cancellation);
        await using var script = typeof(SessionDatabase).Assembly.GetManifestResourceStream(
            "ConsentRegistry.Console.Sessions.Schema.sql"
        )!;
        using var reader = new StreamReader(script);
        var statements = await reader.ReadToEndAsync(cancellation);
        await using var transaction = await Database.BeginTransactionAsync(cancellation);
        // CREATE … IF NOT EXISTS fails where two nodes do it at the same time.
        await Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", cancellation);
        await Database.ExecuteSqlRawAsync(statements, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Whether the tables are there.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellation) =>
        await Database
            .SqlQuery<bool>($"SELECT to_regclass('console.session') IS NOT NULL AS \"Value\"")
            .SingleAsync(cancellation);

    private static async Task CreateDatabaseAsync(IRelationalDatabaseCreator creator, CancellationToken cancellation)
    {
        if (await creator.ExistsAsync(cancellation))
            return;
        try
        {
            await creator.CreateAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase)
        {
            // Another node was faster.
        }
    }

    // Any number that nothing else in this database locks.
    private const long SchemaLock = 0x636F6E736F6C65;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("console");
        modelBuilder.Entity<SessionRow>(session =>
        {
            session.ToTable("session").HasKey(row => row.Id);
            session.Property(row => row.Id).HasColumnName("id");
            session.Property(row => row.Ticket).HasColumnName("ticket");
            session.Property(row => row.ExpiresAt).HasColumnName("expires_at");
        });
        modelBuilder.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("data_protection_key");
            key.Property(row => row.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            key.Property(row => row.FriendlyName).HasColumnName("friendly_name");
            key.Property(row => row.Xml).HasColumnName("xml");
        });
    }
}
