using ConsentRegistry.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// How rows lie in tables, for all of EF Core. Columns are named as properties are, in snake_case; what a row leaves
/// out is not read by EF Core. The tables themselves are made by the SQL scripts, and a test compares.
/// </summary>
internal static class RegistryModel
{
    /// <summary>Ids and other names are compared byte by byte.</summary>
    private const string ByBytes = "C";

    public static void Configure(ModelConfigurationBuilder conventions) =>
        conventions.Properties<Instant>().HaveConversion<InstantConverter>();

    public static void Configure(ModelBuilder model)
    {
        model.HasDefaultSchema(RegistryContext.Schema);
        model.Entity<CreatorRow>(creator =>
        {
            creator.ToTable("creator").HasKey(row => row.Id);
            Names(creator, nameof(CreatorRow.Id));
        });
        model.Entity<DefaultRow>(one =>
        {
            one.ToTable("creator_default")
                .HasKey(row => new
                {
                    row.Creator,
                    row.Purpose,
                    row.Requester,
                });
            one.Property(row => row.Segments).HasColumnType("jsonb");
            Names(one, nameof(DefaultRow.Creator), nameof(DefaultRow.Purpose), nameof(DefaultRow.Requester));
        });
        model.Entity<OverrideRow>(one =>
        {
            one.ToTable("video_override")
                .HasKey(row => new
                {
                    row.Creator,
                    row.Owner,
                    row.Video,
                    row.Purpose,
                    row.Requester,
                });
            Names(
                one,
                nameof(OverrideRow.Creator),
                nameof(OverrideRow.Owner),
                nameof(OverrideRow.Video),
                nameof(OverrideRow.Purpose),
                nameof(OverrideRow.Requester)
            );
        });
        model.Entity<VideoRow>(video =>
        {
            video.ToTable("video").HasKey(row => new { row.Owner, row.Video });
            Names(
                video,
                nameof(VideoRow.Owner),
                nameof(VideoRow.Video),
                nameof(VideoRow.CoCreators),
                nameof(VideoRow.Depicted),
                nameof(VideoRow.SourceOwners),
                nameof(VideoRow.SourceVideos),
                nameof(VideoRow.Identifiers)
            );
        });
        model.Entity<BlockRow>(block =>
        {
            block.ToTable("asking_block").HasKey(row => new { row.Creator, row.Requester });
            Names(block, nameof(BlockRow.Creator), nameof(BlockRow.Requester));
        });
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
            property.SetColumnName(SnakeCase(property.Name));
    }

    private static void Names<TRow>(EntityTypeBuilder<TRow> entity, params ReadOnlySpan<string> properties)
        where TRow : class
    {
        foreach (var property in properties)
            entity.Property(property).UseCollation(ByBytes);
    }

    private static string SnakeCase(string name) =>
        string.Concat(
            name.Select(
                (c, at) =>
                    char.IsAsciiLetterUpper(c) && at > 0
                        ? $"_{char.ToLowerInvariant(c)}"
                        : $"{char.ToLowerInvariant(c)}"
            )
        );

    private sealed class InstantConverter()
        : ValueConverter<Instant, DateTime>(instant => instant.ToDateTime(), time => Instant.From(time));
}
