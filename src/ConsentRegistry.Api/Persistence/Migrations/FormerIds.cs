using Npgsql;

namespace ConsentRegistry.Api.Persistence.Migrations;

/// <summary>
/// Ids of migrations as databases recorded them before they had EF Core's form: <c>0001_registry</c> is
/// <c>20261123000001_registry</c> now. Whatever such an id is, it gets the same digits in front.
/// </summary>
internal static class FormerIds
{
    /// <summary>What makes fourteen digits of four.</summary>
    public const string Front = "2026112300";

    /// <summary>
    /// Renames what the database recorded. To be done before EF Core compares, which would apply every migration once
    /// more.
    /// </summary>
    public static async Task RenameAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""UPDATE consent.migration SET "MigrationId" = '{Front}' || "MigrationId" WHERE "MigrationId" ~ '^[0-9][0-9][0-9][0-9]_'""",
            connection
        );
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
