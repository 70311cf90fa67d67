using ConsentRegistry.Api.Notifying;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>The host's commands: serve (without a word), <c>migrate</c>, <c>new-keys</c>, <c>openapi</c>, and in Development <c>token</c>.</summary>
internal static class Commands
{
    /// <summary>Exit code of a host that cannot start.</summary>
    private const int CannotStart = 1;

    /// <summary>Exit code of a command line that makes no sense.</summary>
    private const int Usage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return args switch
            {
                ["migrate", .. var rest] => await MigrateAsync(rest),
                ["openapi"] => await PrintOpenApiAsync(),
                ["new-keys", .. var old] => PrintNewKeys(old),
                ["token", .. var words] => PrintToken(words),
                [[not ('-' or '/'), ..] word, ..] when !word.Contains('=', StringComparison.Ordinal) => RefuseCommand(word),
                _ => await ServeAsync(args),
            };
        }
        catch (Exception e) when (e is StartupException or PrivatePostgresException or PlatformNotSupportedException or Ed25519UnavailableException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return CannotStart;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege)
        {
            await Console.Error.WriteLineAsync($"PostgreSQL refuses: {e.MessageText}.");
            return CannotStart;
        }
        catch (Exception e) when (Http.Unexpected.MeansUnavailable(e))
        {
            await Console.Error.WriteLineAsync($"PostgreSQL cannot be reached: {e.Message}");
            return CannotStart;
        }
    }

    /// <summary>The builder of a host: its configuration, its log and where it listens.</summary>
    internal static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddRegistryLogging();
        string[] addresses = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        if (addresses.All(key => string.IsNullOrEmpty(builder.Configuration[key])))
            builder.WebHost.UseUrls(RegistryOptions.DefaultUrl);
        return builder;
    }

    /// <summary>The host of a builder, ready to start: its database is of this version and can be relied on.</summary>
    internal static async Task<WebApplication> BuildAsync(WebApplicationBuilder builder, RegistryOptions options, string connectionString)
    {
        builder.AddRegistry(options, connectionString);
        var app = builder.Build();
        var database = app.Services.GetRequiredService<Database>();
        // Read now: a host without its keys does not start.
        _ = app.Services.GetRequiredService<LogSigner>();
        if (app.Environment.IsDevelopment())
            await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await Migrator.VerifyAsync(database, CancellationToken.None);
        await KeyRing.PrepareAsync(app.Services.GetRequiredService<WebhookSecrets>(), options, app.Environment, database, renew: false, CancellationToken.None);
        app.UseRegistry();
        return app;
    }

    private static async Task<int> ServeAsync(string[] args)
    {
        var builder = CreateBuilder(args);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        await using var postgres = await PrivateDatabase.StartIfNeededAsync(options, CancellationToken.None);
        if (postgres is not null)
            builder.Services.AddHostedService(services => new PrivateDatabaseKeeper(postgres, services.GetRequiredService<ILogger<PrivateDatabaseKeeper>>()));
        await using var app = await BuildAsync(builder, options, options.ConnectionString ?? postgres!.ConnectionString);
        await app.StartAsync();
        if (app.Environment.IsDevelopment() && options.Authority is null)
        {
            // So that what is shown can be pasted at once.
            while (await app.Services.GetRequiredService<ConsentReplica>().BeginAsync(default, app.Lifetime.ApplicationStopping) is null)
                app.Lifetime.ApplicationStopping.ThrowIfCancellationRequested();
            var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            // To the terminal of the developer, not to the log: it shows tokens.
            Console.WriteLine(Welcome.Text(url, DevelopmentTokens.Open(options.DataFolder), TimeProvider.System.GetUtcNow()));
        }
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task<int> MigrateAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        await using var postgres = await PrivateDatabase.StartIfNeededAsync(options, CancellationToken.None);
        var connectionString = options.ConnectionString ?? postgres!.ConnectionString;
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var database = new Database(connectionString);
        await Migrator.VerifyAsync(database, CancellationToken.None);
        await using var services = new ServiceCollection().AddLogging().AddKeyRing(options).BuildServiceProvider();
        await KeyRing.PrepareAsync(services.GetRequiredService<WebhookSecrets>(), options, builder.Environment, database, renew: true, CancellationToken.None);
        Console.WriteLine("The database is migrated.");
        return 0;
    }

    // The same on every machine: nothing is read from the environment, and no database is asked.
    private static async Task<int> PrintOpenApiAsync()
    {
        await using var app = BuildWithoutDatabase();
        Console.Write(await RegistryDocument.WriteAsync(app, CancellationToken.None));
        return 0;
    }

    /// <summary>A host that is never started, of which one only asks what it would offer.</summary>
    internal static WebApplication BuildWithoutDatabase()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        var options = new RegistryOptions { DataFolder = Path.GetTempPath(), Audience = DevelopmentTokens.Audience, ChangesPerSecond = 1, LogOrigin = RegistryOptions.DevelopmentOrigin, KeyRing = Path.GetTempPath() };
        builder.AddRegistry(options, "Host=nowhere.invalid");
        var app = builder.Build();
        app.UseRegistry();
        return app;
    }

    /// <summary>Prints a key file. With an old one's name the new keys sign first, and the old ones beside them until they are retired.</summary>
    private static int PrintNewKeys(string[] words)
    {
        var ed25519 = new OpenSslEd25519();
        var fresh = LogKeys.Create(ed25519);
        var keys = words switch
        {
            [] => fresh,
            ["--rotate", var path] => LogKeys.Read(path, ed25519).Rotate(fresh).Value,
            ["--retire", var path] => LogKeys.Read(path, ed25519).Retire(),
            _ => null,
        };
        if (keys is null)
        {
            Console.Error.WriteLine("Usage: new-keys | new-keys --rotate <file> (new keys before those of the file) | new-keys --retire <file> (only the newest go on signing)");
            return Usage;
        }
        Console.WriteLine(keys.ToJson(includePrivate: true));
        return 0;
    }

    private static int RefuseCommand(string word)
    {
        Console.Error.WriteLine($"There is no command '{word}'; there are `migrate`, `new-keys`, `openapi` and, in Development, `token`. Without a command the host serves.");
        return Usage;
    }

    private static int PrintToken(string[] words)
    {
        var builder = WebApplication.CreateBuilder();
        if (!builder.Environment.IsDevelopment())
            throw new StartupException("Tokens are made in Development only; elsewhere they come from Tokens:Authority.");
        var tokens = DevelopmentTokens.Open(RegistryOptions.From(builder.Configuration, builder.Environment).DataFolder);
        if (words.Length == 2 && !Domain.Identifier.IsValid(words[1]))
        {
            Console.Error.WriteLine($"An id is {Domain.Identifier.Grammar}.");
            return Usage;
        }
        if (tokens.Make(words, TimeProvider.System.GetUtcNow()) is not { } token)
        {
            Console.Error.WriteLine("Usage: token admin | platform <id> | creator <id> | auditor");
            return Usage;
        }
        Console.WriteLine(token);
        return 0;
    }
}
