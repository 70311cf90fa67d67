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
    var databases = app.Services.GetRequiredService<IDbContextFactory<SessionDatabase>>();
    await using (var database = await databases.CreateDbContextAsync())
    {
        if (args is [Migrate, ..] || app.Environment.IsDevelopment())
            await database.CreateAsync(CancellationToken.None);
        else if (!await database.ExistsAsync(CancellationToken.None))
            throw new InvalidOperationException($"The console's database has no tables; run `{Migrate}` first.");
    }
    if (args is [Migrate, ..])
        return 0;
    app.UseConsole();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidOperationException or NpgsqlException)
{
    await System.Console.Error.WriteLineAsync(e.Message);
    return CannotStart;
}
