using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Startup;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.EntityFrameworkCore.Scaffolding.Metadata;
using Npgsql;
// It reads the catalog for `dotnet ef dbcontext scaffold`; nothing public does.
#pragma warning disable EF1001
using Npgsql.EntityFrameworkCore.PostgreSQL.Scaffolding.Internal;
#pragma warning restore EF1001

namespace ConsentRegistry.Api.Tests.Persistence;

/// <summary>
/// What EF Core believes of the database is what the SQL scripts make, and its tools can work with both.
/// </summary>
public sealed class ModelTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_model_is_the_database_that_migrate_makes()
    {
        var connectionString = await postgres.CreateEmptyDatabaseAsync();
        await RegistryApplication.MigrateAsync(connectionString, new("registry.test/log", IsDevelopment: false));
        await CompareAsync(connectionString);
    }

    [Fact]
    public async Task The_script_that_the_tools_write_makes_the_same_database()
    {
        var connectionString = await postgres.CreateEmptyDatabaseAsync();
        await using (var tools = FromTools())
        await using (var source = NpgsqlDataSource.Create(connectionString))
        await using (var script = source.CreateCommand(tools.GetService<IMigrator>().GenerateScript()))
            await script.ExecuteNonQueryAsync(Cancellation);
        await CompareAsync(connectionString);
    }

    [Fact]
    public async Task Ids_of_migrations_have_the_form_that_the_tools_take()
    {
        await using var tools = FromTools();
        var ids = tools.GetService<IMigrationsIdGenerator>();
        Assert.All(
            tools.Database.GetMigrations(),
            id => Assert.True(ids.IsValidId(id), $"{id} is not fourteen digits, '_' and a name.")
        );
    }

    // As `dotnet ef` finds it.
    private static RegistryContext FromTools()
    {
        var factory = Assert.Single(
            typeof(RegistryContext).Assembly.DefinedTypes,
            type => type.IsAssignableTo(typeof(IDesignTimeDbContextFactory<RegistryContext>))
        );
        return ((IDesignTimeDbContextFactory<RegistryContext>)Activator.CreateInstance(factory)!).CreateDbContext([]);
    }

    private static async Task CompareAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var db = RegistryContext.Over(source);
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancellation));
#pragma warning disable EF1001 // As above.
        IDatabaseModelFactory reader = new NpgsqlDatabaseModelFactory(
            db.GetService<IDiagnosticsLogger<DbLoggerCategory.Scaffolding>>()
        );
#pragma warning restore EF1001
        var made = reader
            .Create(connectionString, new DatabaseModelFactoryOptions(schemas: [RegistryContext.Schema]))
            .Tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        var tables = db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.ToList();
        Assert.NotEmpty(tables);
        Assert.All(
            tables,
            table =>
                Assert.Equal(
                    Lines(table),
                    Lines(
                        made[table.Name],
                        table.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal)
                    )
                )
        );
    }

    private static string[] Lines(ITable table) =>
        [
            $"{table.Schema}.{table.Name}",
            $"key {string.Join(' ', table.PrimaryKey!.Columns.Select(column => column.Name))}",
            .. table
                .Columns.Select(column => Line(column.Name, column.StoreType, column.IsNullable, column.Collation))
                .Order(StringComparer.Ordinal),
        ];

    // Columns that no list reads are not in the model.
    private static string[] Lines(DatabaseTable table, HashSet<string> modelled) =>
        [
            $"{table.Schema}.{table.Name}",
            $"key {string.Join(' ', table.PrimaryKey!.Columns.Select(column => column.Name))}",
            .. table
                .Columns.Where(column => modelled.Contains(column.Name))
                .Select(column => Line(column.Name, column.StoreType!, column.IsNullable, column.Collation))
                .Order(StringComparer.Ordinal),
        ];

    private static string Line(string name, string type, bool isNullable, string? collation) =>
        $"column {name} {type}{(collation is null ? "" : $" COLLATE {collation}")}{(isNullable ? "" : " NOT NULL")}";
}
