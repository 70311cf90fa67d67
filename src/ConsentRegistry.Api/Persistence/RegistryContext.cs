using ConsentRegistry.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>The registry's tables. Rows are read through it and written by statements of many rows at once, so nothing is tracked.</summary>
public sealed class RegistryContext(DbContextOptions<RegistryContext> options) : DbContext(options)
{
    /// <summary>The schema that holds everything.</summary>
    public const string Schema = "consent";

    public DbSet<CreatorRow> Creators => Set<CreatorRow>();

    public DbSet<DefaultRow> Defaults => Set<DefaultRow>();

    public DbSet<OverrideRow> Overrides => Set<OverrideRow>();

    public DbSet<VideoRow> Videos => Set<VideoRow>();

    public DbSet<PurposeRow> Purposes => Set<PurposeRow>();

    /// <summary>A context of its own over this data source, beside the one of the request.</summary>
    public static RegistryContext Over(NpgsqlDataSource source)
    {
        var options = new DbContextOptionsBuilder<RegistryContext>();
        Configure(options, source);
        return new(options.Options);
    }

    /// <summary>The options of a context over this data source.</summary>
    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) => options
        .UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable("migration", Schema))
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        // Migrations are SQL scripts, kept by hand: there is no model snapshot that the model could differ from.
        .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<Instant>().HaveConversion<InstantConverter>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<CreatorRow>().ToTable("creator").HasKey(row => row.Id);
        modelBuilder.Entity<DefaultRow>().ToTable("creator_default").HasKey(row => new { row.Creator, row.Purpose, row.Requester });
        modelBuilder.Entity<DefaultRow>().Property(row => row.Segments).HasColumnType("jsonb");
        modelBuilder.Entity<OverrideRow>().ToTable("video_override")
            .HasKey(row => new { row.Creator, row.Owner, row.Video, row.Purpose, row.Requester });
        modelBuilder.Entity<VideoRow>().ToTable("video").HasKey(row => new { row.Owner, row.Video });
        modelBuilder.Entity<PurposeRow>().ToTable("purpose").HasKey(row => row.Purpose);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
            property.SetColumnName(SnakeCase(property.Name));
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, at) => char.IsAsciiLetterUpper(c) && at > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private sealed class InstantConverter() : ValueConverter<Instant, DateTime>(instant => instant.ToDateTime(), time => Instant.From(time));
}
