using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What EF Core knows of the database: the rows that lists read, and which migrations were applied. It writes nothing:
/// changes are statements of many rows at once, by Npgsql alone. docs/explanation/architecture.md says where which of
/// them is used.
/// </summary>
public sealed class RegistryContext(DbContextOptions<RegistryContext> options) : DbContext(options)
{
    /// <summary>The schema that holds everything.</summary>
    public const string Schema = "consent";

    public DbSet<CreatorRow> Creators => Set<CreatorRow>();

    public DbSet<DefaultRow> Defaults => Set<DefaultRow>();

    public DbSet<OverrideRow> Overrides => Set<OverrideRow>();

    public DbSet<VideoRow> Videos => Set<VideoRow>();

    public DbSet<BlockRow> Blocks => Set<BlockRow>();

    /// <summary>A context over this data source.</summary>
    public static RegistryContext Over(NpgsqlDataSource source) => new(OptionsOver(source));

    /// <summary>The options of contexts over this data source.</summary>
    public static DbContextOptions<RegistryContext> OptionsOver(NpgsqlDataSource source) =>
        new DbContextOptionsBuilder<RegistryContext>()
            .UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable("migration", Schema))
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            // Migrations are SQL scripts, kept by hand: there is no snapshot that the model could differ from. A test
            // compares it with the database.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        RegistryModel.Configure(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => RegistryModel.Configure(modelBuilder);

    /// <summary>
    /// Makes contexts for <c>dotnet ef</c>, which otherwise would start the host. It looks at the database of
    /// <c>ConnectionStrings__Registry</c>, where it looks at one.
    /// </summary>
    internal sealed class ForTools : IDesignTimeDbContextFactory<RegistryContext>
    {
        public RegistryContext CreateDbContext(string[] args) =>
            Over(
                NpgsqlDataSource.Create(
                    Environment.GetEnvironmentVariable("ConnectionStrings__Registry")
                        ?? "Host=localhost;Database=registry"
                )
            );
    }
}
