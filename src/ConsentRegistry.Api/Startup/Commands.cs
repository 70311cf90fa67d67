using System.Data;
using System.Net.Sockets;
using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Monitoring;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Serilog;

namespace ConsentRegistry.Api.Startup;

/// <summary>The host's commands: serve (without a word), and those that <see cref="Help"/> lists.</summary>
internal static class Commands
{
    /// <summary>Has `migrate` make roles, and nothing else.</summary>
    private const string Roles = "--roles";

    /// <summary>Exit code of a host that cannot start.</summary>
    private const int CannotStart = 1;

    /// <summary>Exit code of a command line that makes no sense.</summary>
    private const int Usage = 2;

    /// <summary>Exit code of an audit that found differences, and of a reseal that left some.</summary>
    private const int Differs = 3;

    /// <summary>Has `audit` print its report for programs.</summary>
    private const string Json = "--json";

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error);

    /// <summary>Runs the command that the arguments name, or serves.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where what was asked for goes.</param>
    /// <param name="error">Where the one line goes that says why there is none.</param>
    /// <returns>
    /// The exit code: 0, <see cref="CannotStart"/>, <see cref="Usage"/> or, of an audit or a reseal, <see cref="Differs"/>.
    /// </returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            return args switch
            {
                _ when Help.IsAskedFor(args) => PrintHelp(output),
                ["migrate", .. var rest] when FindUnknown(rest, Roles) is { } word => Refuse("migrate", word, error),
                ["declare-copy", .. var rest] when FindUnknown(rest) is { } word => Refuse("declare-copy", word, error),
                ["audit", .. var rest] when FindUnknown(rest, Json) is { } word => Refuse("audit", word, error),
                ["reseal", .. var rest] when FindUnknown(rest, CreatorsOf(rest)) is { } word => Refuse(
                    "reseal",
                    word,
                    error
                ),
                ["reseal", .. var rest] when CreatorsOf(rest).Length == 0 => RefuseNobody(error),
                ["audit", .. var rest] => await AuditAsync(rest, output),
                ["migrate", .. var rest] when rest.Contains(Roles) => await CreateRolesAsync(
                    [.. rest.Where(word => word != Roles)],
                    output
                ),
                ["migrate", .. var rest] => await MigrateAsync(rest, output),
                ["reseal", .. var rest] => await ResealAsync(rest, output),
                ["declare-copy", .. var rest] => await DeclareCopyAsync(rest, output),
                ["openapi"] => await PrintOpenApiAsync(output),
                ["openapi", var folder] => await WriteHttpFilesAsync(folder, output),
                ["new-keys", .. var old] => PrintNewKeys(old, output, error),
                ["database", .. var words] => await PrintDatabaseAsync(words, output, error),
                ["token", .. var words] => PrintToken(words, output, error),
                [[not ('-' or '/'), ..] word, ..] when !word.Contains('=', StringComparison.Ordinal) => RefuseCommand(
                    word,
                    error
                ),
                _ => await ServeAsync(args, output),
            };
        }
        catch (Exception e)
            when (e
                    is StartupException
                        or PrivatePostgresException
                        or PlatformNotSupportedException
                        or Ed25519UnavailableException
            )
        {
            await error.WriteLineAsync(e.Message);
            return CannotStart;
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.InvalidPassword
                        or PostgresErrorCodes.InvalidAuthorizationSpecification
                        or PostgresErrorCodes.InvalidCatalogName
                        or PostgresErrorCodes.InsufficientPrivilege
                        // What was never migrated, and what a standby cancels that follows its primary.
                        or PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.SerializationFailure
            )
        {
            await error.WriteLineAsync($"PostgreSQL refuses: {e.MessageText}.");
            return CannotStart;
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e) && DatabaseErrors.IsOfDatabase(e))
        {
            await error.WriteLineAsync(
                $"{DatabaseErrors.WhyUnavailable(e)}. ({(e as PostgresException)?.MessageText ?? e.Message})"
            );
            return CannotStart;
        }
    }

    /// <summary>The builder of a host: its configuration, its log and where it listens.</summary>
    internal static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddRegistryLogging();
        if (!AddressesOf(builder.Configuration).Any())
            builder.WebHost.UseUrls(RegistryOptions.DefaultUrl);
        return builder;
    }

    /// <summary>The host of a builder, ready to start: its database is of this version and can be relied on.</summary>
    internal static async Task<WebApplication> BuildAsync(
        WebApplicationBuilder builder,
        RegistryOptions options,
        string connectionString
    )
    {
        builder.AddRegistry(options, connectionString);
        var app = builder.Build();
        var database = app.Services.GetRequiredService<Database>();
        // Read now: a host without its keys does not start.
        var signer = app.Services.GetRequiredService<LogSigner>();
        _ = app.Services.GetRequiredService<Witnessing>();
        var integrityKeys = app.Services.GetRequiredService<IntegrityKeys>();
        var identifierKeys = app.Services.GetRequiredService<IdentifierKeys>();
        var log = new StartLog(app.Services.GetRequiredService<ILogger<StartLog>>());
        foreach (var warning in options.Warnings)
            log.Doubtful(warning);
        if (identifierKeys.Newest is null)
            log.Doubtful(IdentifierServices.KeyMissing);
        if (options.IsDevelopment)
            await Migrator.MigrateAsync(
                connectionString,
                options.Log,
                integrityKeys,
                note => signer.TryRead(note, out _),
                CancellationToken.None
            );
        await Migrator.VerifyAsync(connectionString, database, CancellationToken.None);
        await KeyNames.NoteAsync(database.Changes, integrityKeys, CancellationToken.None);
        if (await LogOwnership.RequireAsync(database.Changes, options.Log, signer, CancellationToken.None) is { } stray)
            log.StrayCheckpoint(stray);
        await KeyRing.PrepareAsync(
            app.Services.GetRequiredService<WebhookSecrets>(),
            options,
            database,
            renew: false,
            CancellationToken.None
        );
        // Nobody else asks for them.
        _ = app.Services.GetRequiredService<NodeGauges>();
        // Now, for what it writes to has to be there.
        _ = app.Services.GetRequiredService<DecisionLog>();
        app.UseRegistry();
        return app;
    }

    private static async Task<int> ServeAsync(string[] args, TextWriter output)
    {
        var builder = CreateBuilder(args);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        await using var postgres = await PrivateDatabase.StartIfNeededAsync(options, CancellationToken.None);
        if (postgres is not null)
            builder.Services.AddHostedService(services => new PrivateDatabaseKeeper(
                postgres,
                services.GetRequiredService<ILogger<PrivateDatabaseKeeper>>()
            ));
        if (postgres is not null)
            await LogOwnership.KeepPrivateAsync(postgres.ConnectionString, options, CancellationToken.None);
        await using var app = await BuildAsync(
            builder,
            options,
            options.ConnectionString ?? postgres!.ConnectionString
        );
        await ListenAsync(app);
        if (app.Environment.IsDevelopment())
        {
            // So that what is shown can be pasted at once.
            while (
                await app
                    .Services.GetRequiredService<ConsentReplica>()
                    .BeginAsync(default, app.Lifetime.ApplicationStopping)
                    is null
            )
                app.Lifetime.ApplicationStopping.ThrowIfCancellationRequested();
            var url = app
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.First();
            // To the terminal of the developer, not to the log: it shows tokens.
            output.WriteLine(
                Welcome.Text(
                    url,
                    options.Authority,
                    builder.Configuration[RegistryOptions.DataVariable],
                    DevelopmentTokens.Open(options.DataFolder),
                    TimeProvider.System.GetUtcNow()
                )
            );
        }
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>
    /// Where the configuration says that the host listens: addresses and ports. What did not begin to listen has no
    /// other trace.
    /// </summary>
    private static IEnumerable<string> AddressesOf(IConfiguration configuration)
    {
        string[] keys = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        return keys.Select(key => configuration[key]).OfType<string>().Where(address => address.Length > 0);
    }

    /// <summary>Starts the host, whose server listens before anything else of it begins.</summary>
    private static async Task ListenAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        // The server names the address in the first case; in the others, the configuration has it.
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartupException(
                $"{e.Message.TrimEnd('.')}. Stop the program that listens there, or choose another address with --urls."
            );
        }
        catch (Exception e)
            when (e is SocketException or FormatException
                || (
                    e is InvalidOperationException
                    && e.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true
                )
            )
        {
            throw new StartupException(
                $"The host cannot listen at {string.Join(", ", AddressesOf(app.Configuration))}: {e.Message} Choose "
                    + "another address with --urls."
            );
        }
    }

    private static Task<int> MigrateAsync(string[] args, TextWriter output) =>
        WithDatabaseAsync(
            args,
            output,
            async (connectionString, options) =>
            {
                if (options.RequireSynchronous)
                    await Migrator.RequireStandbyAsync(connectionString, CancellationToken.None);
                var signer = LogServices.SignerOf(options, new NSecEd25519());
                var migrated = await Migrator.MigrateAsync(
                    connectionString,
                    options.Log,
                    IntegrityServices.KeysOf(options),
                    note => signer.TryRead(note, out _),
                    CancellationToken.None
                );
                await using var database = new Database(connectionString);
                await Migrator.VerifyAsync(connectionString, database, CancellationToken.None);
                await WithKeyRingAsync(
                    options,
                    secrets => KeyRing.PrepareAsync(secrets, options, database, renew: true, CancellationToken.None)
                );
                return TextOf(migrated);
            }
        );

    private static string TextOf(Migrated migrated)
    {
        var (events, streams) = migrated;
        var text = "The database is migrated.";
        if (events.Logged + events.Waiting > 0)
            text +=
                $" {events.Logged} events of the log, which agrees with its checkpoint of {events.Size} leaves, and "
                + $"{events.Waiting} waiting ones were marked as this registry's.";
        if (streams.Sealed > 0)
            text += $" {streams.Sealed} streams were sealed.";
        if (streams.Differing > 0)
            text +=
                $" Of {streams.Differing} streams the tables hold something else than the log says: nothing is answered "
                + "about them until `reseal` builds their records again.";
        return text;
    }

    /// <summary>Builds the records of creators again from the log.</summary>
    private static async Task<int> ResealAsync(string[] args, TextWriter output)
    {
        var creators = CreatorsOf(args);
        var built = 0;
        var code = await WithDatabaseAsync(
            [.. args.Except(creators)],
            output,
            async (connectionString, options) =>
            {
                await using var login = Database.OfLogin(connectionString);
                await using var connection = await login.OpenConnectionAsync();
                var keys = IntegrityServices.KeysOf(options);
                foreach (var creator in creators)
                {
                    var isBuilt = await StreamSealing.RebuildAsync(
                        connection,
                        keys,
                        Domain.CreatorId.Parse(creator),
                        CancellationToken.None
                    );
                    built += isBuilt ? 1 : 0;
                    if (!isBuilt)
                        await output.WriteLineAsync($"The log has no whole stream of '{creator}'.");
                }
                return $"The records of {built} creators were built again from the log, and sealed.";
            }
        );
        return built == creators.Length ? code : Differs;
    }

    /// <summary>The words of a command line that name creators: neither settings nor their values.</summary>
    private static string[] CreatorsOf(string[] words) =>
        [.. WordsOf(words).Where(word => Domain.CreatorId.TryParse(word, out _)).Distinct(StringComparer.Ordinal)];

    /// <summary>Compares the database with the history log, as one snapshot shows both.</summary>
    private static async Task<int> AuditAsync(string[] args, TextWriter output)
    {
        var agrees = true;
        var code = await WithDatabaseAsync(
            [.. args.Where(word => word != Json)],
            output,
            async (connectionString, options) =>
            {
                await using var login = Database.OfLogin(connectionString);
                await using var connection = await login.OpenConnectionAsync();
                await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
                var report = await DatabaseAudit.RunAsync(
                    connection,
                    IntegrityServices.KeysOf(options),
                    LogServices.SignerOf(options, new NSecEd25519()),
                    options.Log,
                    AuditSizes.Usual,
                    AuditPace.OneMoment,
                    CancellationToken.None
                );
                agrees = report.Agrees;
                return args.Contains(Json) ? AuditText.ForPrograms(report) : AuditText.For(report);
            }
        );
        return agrees ? code : Differs;
    }

    private static Task<int> CreateRolesAsync(string[] args, TextWriter output) =>
        WithDatabaseAsync(
            args,
            output,
            async (connectionString, _) =>
            {
                var made = await Migrator.CreateRolesAsync(connectionString, CancellationToken.None);
                return made.Count == 0
                    ? "The server has the roles already."
                    : $"The server has the roles {string.Join(", ", made)} now.";
            }
        );

    private static Task<int> DeclareCopyAsync(string[] args, TextWriter output) =>
        WithDatabaseAsync(
            args,
            output,
            async (connectionString, options) =>
            {
                var since = await Migrator.DeclareCopyAsync(
                    connectionString,
                    options.Log,
                    IntegrityServices.KeysOf(options),
                    CancellationToken.None
                );
                await using var database = new Database(connectionString);
                await WithKeyRingAsync(
                    options,
                    secrets => KeyRing.AdoptAsync(secrets, options, database, CancellationToken.None)
                );
                return $"The database is migrated, and belongs to the history log '{options.LogOrigin}' of "
                    + $"{(options.IsDevelopment ? "Development" : "production")} from leaf {since} on.";
            }
        );

    private static async Task WithKeyRingAsync(RegistryOptions options, Func<WebhookSecrets, Task> use)
    {
        await using var services = new ServiceCollection().AddLogging().AddKeyRing(options).BuildServiceProvider();
        await use(services.GetRequiredService<WebhookSecrets>());
    }

    /// <summary>Runs a command on the database as its owner, and prints what it came to.</summary>
    private static async Task<int> WithDatabaseAsync(
        string[] args,
        TextWriter output,
        Func<string, RegistryOptions, Task<string>> command
    )
    {
        var builder = WebApplication.CreateBuilder(args);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        await using var postgres = await PrivateDatabase.StartIfNeededAsync(options, CancellationToken.None);
        output.WriteLine(await command(options.ConnectionString ?? postgres!.ConnectionString, options));
        return 0;
    }

    private static int PrintHelp(TextWriter output)
    {
        output.WriteLine(Help.Text);
        return 0;
    }

    // The same on every machine: nothing is read from the environment, and no database is asked.
    private static async Task<int> PrintOpenApiAsync(TextWriter output)
    {
        await using var app = BuildWithoutDatabase();
        output.Write(await RegistryDocument.WriteAsync(app, CancellationToken.None));
        return 0;
    }

    // Files of tags that are no more go as well.
    private static async Task<int> WriteHttpFilesAsync(string folder, TextWriter output)
    {
        await using var app = BuildWithoutDatabase();
        var document = await RegistryDocument.WriteAsync(app, CancellationToken.None);
        var files = HttpCollection.From(document);
        Directory.CreateDirectory(folder);
        foreach (
            var old in Directory
                .EnumerateFiles(folder, "*.http")
                .Where(old => !files.ContainsKey(Path.GetFileName(old)))
        )
            File.Delete(old);
        foreach (var (name, text) in files)
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        output.Write(document);
        return 0;
    }

    /// <summary>A host that is never started, of which one only asks what it would offer.</summary>
    internal static WebApplication BuildWithoutDatabase()
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production }
        );
        builder.Services.AddSerilog(Serilog.Core.Logger.None);
        var options = new RegistryOptions
        {
            DataFolder = Path.GetTempPath(),
            Audience = RegistryOptions.DefaultAudience,
            ChangesPerSecond = 1,
            LogOrigin = RegistryOptions.DevelopmentOrigin,
            KeyRing = Path.GetTempPath(),
        };
        builder.AddRegistry(options, "Host=nowhere.invalid");
        var app = builder.Build();
        app.UseRegistry();
        return app;
    }

    /// <summary>
    /// Prints a key file. With an old one's name the new keys sign first, and the old ones beside them until they are
    /// retired.
    /// </summary>
    private static int PrintNewKeys(string[] words, TextWriter output, TextWriter error)
    {
        var ed25519 = new NSecEd25519();
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
            error.WriteLine(
                "Usage: new-keys | new-keys --rotate <file> (new keys before those of the file) | new-keys --retire "
                    + "<file> (only the newest go on signing)"
            );
            return Usage;
        }
        output.WriteLine(keys.ToJson(includePrivate: true));
        return 0;
    }

    // The configuration passes over what it does not know: a misspelt option would have the command do what nobody
    // asked for.
    private static string? FindUnknown(string[] words, params string[] known) =>
        WordsOf(words).Except(known).FirstOrDefault();

    // Without settings, which are written --<setting>=<value>, or --<setting> <value> with a setting that has parts.
    private static IEnumerable<string> WordsOf(string[] words) =>
        words.Where(
            (word, at) =>
                !word.Contains('=', StringComparison.Ordinal)
                && !IsSetting(word)
                && (at == 0 || !IsSetting(words[at - 1]))
        );

    private static bool IsSetting(string word) =>
        word.StartsWith('-')
        && !word.Contains('=', StringComparison.Ordinal)
        && word.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static int Refuse(string command, string word, TextWriter error)
    {
        error.WriteLine(
            $"`{command}` takes no '{word}'; --help lists what it takes. A setting is written --<setting>=<value>."
        );
        return Usage;
    }

    private static int RefuseNobody(TextWriter error)
    {
        error.WriteLine("`reseal` is not told whose records to build again; name the creators.");
        return Usage;
    }

    private static int RefuseCommand(string word, TextWriter error)
    {
        error.WriteLine($"There is no command '{word}'; --help lists them. Without a command the host serves.");
        return Usage;
    }

    /// <summary>
    /// Makes a database beside the registry's, in the private PostgreSQL of a service that runs, and prints how to
    /// connect to it.
    /// </summary>
    private static async Task<int> PrintDatabaseAsync(string[] words, TextWriter output, TextWriter error)
    {
        if (words is not [{ Length: > 0 } name] || !name.All(char.IsAsciiLetterLower))
        {
            await error.WriteLineAsync("Usage: database <name in lower-case letters>");
            return Usage;
        }
        var builder = WebApplication.CreateBuilder();
        if (!builder.Environment.IsDevelopment() || OperatingSystem.IsWindows())
            throw new StartupException("Databases are made beside the private PostgreSQL of Development only.");
        var folder = RegistryOptions.From(builder.Configuration, builder.Environment).DataFolder;
        var connection =
            await PrivatePostgres.EnsureDatabaseAsync(folder, name, NullLogger.Instance, CancellationToken.None)
            ?? throw new StartupException(
                $"No Development service runs on the data folder '{folder}'; start it first."
            );
        await output.WriteLineAsync(connection);
        return 0;
    }

    private static int PrintToken(string[] words, TextWriter output, TextWriter error)
    {
        var builder = WebApplication.CreateBuilder();
        if (!builder.Environment.IsDevelopment())
            throw new StartupException(
                "Tokens are made in Development only; elsewhere they come from Tokens:Authority."
            );
        var folder = RegistryOptions.From(builder.Configuration, builder.Environment).DataFolder;
        var tokens = DevelopmentTokens.OpenExisting(folder);
        if (words.Skip(1).Any(id => !Domain.Identifier.IsValid(id)))
        {
            error.WriteLine($"An id is {Domain.Identifier.Grammar}.");
            return Usage;
        }
        if (tokens.Make(words, TimeProvider.System.GetUtcNow()) is not { } token)
        {
            error.WriteLine("Usage: token admin | platform <id> | creator <id> | agency <id> <creator>... | auditor");
            return Usage;
        }
        error.WriteLine($"For the service whose {RegistryOptions.DataVariable} is {folder}:");
        output.WriteLine(token);
        return 0;
    }
}
