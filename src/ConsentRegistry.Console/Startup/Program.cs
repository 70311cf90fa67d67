using ConsentRegistry.Console.Sessions;
using ConsentRegistry.Console.Startup;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

// Exit code where the console cannot start, with one line that says why.
const int CannotStart = 1;
const string Migrate = "migrate";

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddConsole();
    await using var app = builder.Build();
    await PrepareDatabaseAsync(app.Services, create: args is [Migrate, ..] || app.Environment.IsDevelopment());
    if (args is [Migrate, ..])
        return 0;
    app.UseConsole();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or StartupException)
{
    await System.Console.Error.WriteLineAsync(e.Message);
    return CannotStart;
}

static async Task PrepareDatabaseAsync(IServiceProvider services, bool create)
{
    try
    {
        var databases = services.GetRequiredService<IDbContextFactory<SessionDatabase>>();
        await using var database = await databases.CreateDbContextAsync();
        if (create)
            await database.CreateAsync(CancellationToken.None);
        else if (!await database.ExistsAsync(CancellationToken.None))
            throw new StartupException($"The console's database has no tables; run `{Migrate}` first.");
    }
    // What may be for a moment comes wrapped.
    catch (Exception e) when ((e as NpgsqlException ?? e.InnerException as NpgsqlException) is { } cause)
    {
        throw new StartupException($"The console's database does not answer as it should: {cause.Message}", e);
    }
}
