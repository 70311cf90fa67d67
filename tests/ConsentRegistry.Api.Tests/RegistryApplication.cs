using System.Collections.Concurrent;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Integrity;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Npgsql;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// The service itself, in this process and over real HTTP on a free port of the loopback interface. It makes its own
/// tokens, so that a test says who calls and nothing more.
/// </summary>
public sealed class RegistryApplication : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder;
    private readonly DevelopmentTokens tokens;
    private readonly HttpMessageInvoker http;

    private RegistryApplication(WebApplication app, string connectionString, string folder, LogCapture log)
    {
        (this.app, this.folder, Log, ConnectionString) = (app, folder, log, connectionString);
        tokens = DevelopmentTokens.Open(folder);
        http = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                MaxConnectionsPerServer = 64,
            }
        );
        Address = new(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        );
        var looks = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 4 }.ConnectionString
        );
        looks.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        Database = looks.Build();
    }

    // What is logged is captured; the console stays for the tests' own results.
    static RegistryApplication() => Console.SetError(TextWriter.Null);

    /// <summary>Where the service listens.</summary>
    public Uri Address { get; }

    /// <summary>How the service connects to its database.</summary>
    public string ConnectionString { get; }

    /// <summary>The same database, for looking at tables.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>What the service has logged.</summary>
    public LogCapture Log { get; }

    /// <summary>The service's own parts, for reading its endpoints.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Starts the service.</summary>
    /// <param name="connectionString">A new database, or one that such a service has used.</param>
    /// <param name="configuration">What differs from the defaults, as <c>key=value</c>.</param>
    public static Task<RegistryApplication> StartAsync(string connectionString, params string[] configuration) =>
        StartInAsync(Directory.CreateTempSubdirectory("consent-host-").FullName, connectionString, configuration);

    /// <summary>Starts the service with a data folder that is there already, and that goes with it.</summary>
    public static Task<RegistryApplication> StartInAsync(
        string data,
        string connectionString,
        params string[] configuration
    ) => StartAsAsync(connectionString, data, connectionString, configuration);

    /// <summary>Starts the service where its own login does not own the database.</summary>
    /// <param name="owner">How its owner connects, who migrates it.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="connectionString">How the service connects.</param>
    /// <param name="configuration">What differs from the defaults.</param>
    public static async Task<RegistryApplication> StartAsAsync(
        string owner,
        string data,
        string connectionString,
        params string[] configuration
    )
    {
        var log = new LogCapture();
        // Outside Development keys are mounted, the log has a name, and the service an address.
        if (configuration.Any(setting => setting.StartsWith("environment=", StringComparison.Ordinal)))
        {
            var keys = Path.Combine(data, "mounted-keys.json");
            if (!File.Exists(keys))
                await File.WriteAllTextAsync(keys, KeysOf(connectionString));
            var identifiers = Path.Combine(data, "mounted-identifiers.key");
            if (!File.Exists(identifiers))
                await File.WriteAllTextAsync(identifiers, IdentifierKeyOf(connectionString));
            var integrity = Path.Combine(data, "mounted-integrity.key");
            if (!File.Exists(integrity))
                await File.WriteAllTextAsync(integrity, IntegrityKeyOf(connectionString));
            var ring = Directory.CreateDirectory(Path.Combine(data, "mounted-key-ring"));
            configuration =
            [
                $"DataProtection:KeyRing={ring.FullName}",
                $"Identifiers:KeyFile={identifiers}",
                $"Integrity:KeyFile={integrity}",
                $"Log:KeyFile={keys}",
                "Log:Origin=registry.test/log",
                "PublicUrl=https://registry.test",
                .. configuration,
            ];
        }
        if (!File.Exists(LogServices.KeyFileIn(data)))
            await File.WriteAllTextAsync(LogServices.KeyFileIn(data), KeysOf(connectionString));
        if (!File.Exists(IdentifierServices.KeyFileIn(data)))
            await File.WriteAllTextAsync(IdentifierServices.KeyFileIn(data), IdentifierKeyOf(connectionString));
        if (!File.Exists(IntegrityServices.KeyFileIn(data)))
            await File.WriteAllTextAsync(IntegrityServices.KeyFileIn(data), IntegrityKeyOf(connectionString));
        var builder = Commands.CreateBuilder([
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Registry={connectionString}",
            $"--{RegistryOptions.DataVariable}={data}",
            "--RateLimits:ChangesPerSecond=1000000",
            "--Shutdown:DrainSeconds=0",
            .. log.Configuration,
            .. configuration.Select(setting => $"--{setting}"),
        ]);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        if (!builder.Environment.IsDevelopment())
        {
            TrustDevelopmentTokens(builder.Services, DevelopmentTokens.Open(data));
            await Migrator.MigrateAsync(
                owner,
                options.Log,
                IntegrityServices.KeysOf(options),
                _ => true,
                CancellationToken.None
            );
        }
        var host = await Commands.BuildAsync(builder, options, connectionString);
        await host.StartAsync(CancellationToken.None);
        var application = new RegistryApplication(host, connectionString, data, log);
        await Eventually.HoldsAsync(
            "the node answers from memory",
            () => Task.FromResult(application.Replica.TryBegin(out _)),
            () => string.Join('\n', log.Errors.Take(3))
        );
        return application;
    }

    /// <summary>The keys of the log of a database: all its nodes have the same.</summary>
    private static string KeysOf(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        return Keys.GetOrAdd(
            (database.Host!, database.Database!),
            _ => LogKeys.Create(new NSecEd25519()).ToJson(includePrivate: true)
        );
    }

    private static readonly ConcurrentDictionary<(string Host, string Database), string> Keys = new();

    /// <summary>The key of erased identifiers' hashes of a database: all its nodes have the same.</summary>
    private static string IdentifierKeyOf(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        return IdentifierKeys.GetOrAdd((database.Host!, database.Database!), _ => SecretKeys.DrawKey());
    }

    private static readonly ConcurrentDictionary<(string Host, string Database), string> IdentifierKeys = new();

    /// <summary>The key of the nodes of a database: all have the same.</summary>
    private static string IntegrityKeyOf(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        return NodeKeys.GetOrAdd((database.Host!, database.Database!), _ => SecretKeys.DrawKey());
    }

    private static readonly ConcurrentDictionary<(string Host, string Database), string> NodeKeys = new();

    /// <summary>The key of the nodes of a database, for a test that does what a node does.</summary>
    internal static IntegrityKeys IntegrityKeysOf(string connectionString) =>
        new(IntegrityKey.ReadAll(IntegrityKeyOf(connectionString))!);

    /// <summary>Gives the nodes of a copy of a database the keys of the original.</summary>
    internal static void ShareKeys(string original, string copy)
    {
        var database = new NpgsqlConnectionStringBuilder(copy);
        var name = (database.Host!, database.Database!);
        Keys[name] = KeysOf(original);
        IdentifierKeys[name] = IdentifierKeyOf(original);
        NodeKeys[name] = IntegrityKeyOf(original);
    }

    /// <summary>Migrates a database as the host of a log would.</summary>
    internal static Task MigrateAsync(string connectionString, LogIdentity host) =>
        Migrator.MigrateAsync(
            connectionString,
            host,
            IntegrityKeysOf(connectionString),
            _ => true,
            TestContext.Current.CancellationToken
        );

    /// <summary>Gives a copy of a database to another log, as a host of that log would.</summary>
    internal static Task<long> DeclareCopyAsync(string connectionString, LogIdentity host) =>
        Migrator.DeclareCopyAsync(
            connectionString,
            host,
            IntegrityKeysOf(connectionString),
            TestContext.Current.CancellationToken
        );

    /// <summary>The node's memory.</summary>
    internal ConsentReplica Replica => app.Services.GetRequiredService<ConsentReplica>();

    /// <summary>A new id that no other test uses.</summary>
    public static string NewId(string prefix = "c") => $"{prefix}-{Guid.NewGuid():N}"[..16];

    /// <summary>An administrator, who in Development also manages every creator.</summary>
    public RegistryClient Admin() => Bearer(tokens.Make(["admin"], TimeProvider.System.GetUtcNow()));

    /// <summary>A platform's backend.</summary>
    public RegistryClient Platform(string id = "platform") =>
        Bearer(tokens.Make(["platform", id], TimeProvider.System.GetUtcNow()));

    /// <summary>A creator who manages their own settings.</summary>
    public RegistryClient Creator(string id) => Bearer(tokens.Make(["creator", id], TimeProvider.System.GetUtcNow()));

    /// <summary>An auditor.</summary>
    public RegistryClient Auditor() => Bearer(tokens.Make(["auditor"], TimeProvider.System.GetUtcNow()));

    /// <summary>Somebody without a token.</summary>
    public RegistryClient Anonymous() => Bearer(null);

    /// <summary>Somebody with exactly these scopes and claims.</summary>
    public RegistryClient With(
        string scopes,
        string? subject = null,
        string? client = null,
        params string[] creators
    ) =>
        Bearer(
            tokens.Sign(
                TimeProvider.System.GetUtcNow(),
                scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                subject,
                client,
                creators
            )
        );

    /// <summary>Somebody with every scope, but no creator to manage.</summary>
    public RegistryClient Operator(string subject = "operator") =>
        With(string.Join(' ', Scopes.All.Keys), subject, "console");

    /// <summary>Somebody with this token.</summary>
    public RegistryClient Bearer(string? token) => new(http, Address, token, HasPatientClients);

    /// <summary>Whether clients repeat what was refused because memory was not fresh for a moment.</summary>
    public bool HasPatientClients { get; set; }

    /// <summary>A token as <c>./dev token</c> prints it for these words.</summary>
    public string Token(params string[] words) =>
        tokens.Make(words, TimeProvider.System.GetUtcNow())
        ?? throw new ArgumentException("These words make no token.", nameof(words));

    /// <summary>A token with these claims, as this service accepts it.</summary>
    public string Sign(
        DateTimeOffset now,
        IEnumerable<string> scopes,
        string? subject,
        string? client,
        params string[] creators
    ) => tokens.Sign(now, scopes, subject, client, creators);

    /// <summary>What such a token is signed and checked with.</summary>
    public Microsoft.IdentityModel.Tokens.SecurityKey SigningKey => tokens.Validation.IssuerSigningKey;

    /// <summary>The first column of a statement's rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(await reader.GetFieldValueAsync<T>(0, TestContext.Current.CancellationToken));
        return rows;
    }

    /// <summary>The one value of a statement.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters) =>
        Assert.Single(await QueryAsync<T>(sql, parameters));

    /// <summary>The database's clock, as a time of the contract.</summary>
    public async Task<string> NowAsync() =>
        Domain.Instant.From(await ScalarAsync<DateTime>("SELECT clock_timestamp()")).ToString();

    /// <summary>Where the service keeps what is its own.</summary>
    public string DataFolder => folder;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Ends the service and leaves its data folder.</summary>
    public Task StopAsync() => EndAsync(TestContext.Current.CancellationToken);

    /// <summary>Ends the service as <see cref="StopAsync"/> does.</summary>
    /// <param name="hurry">Ends its drain, and whatever else takes time.</param>
    public async Task EndAsync(CancellationToken hurry)
    {
        var database = app.Services.GetRequiredService<Database>();
        http.Dispose();
        await app.StopAsync(hurry);
        await app.DisposeAsync();
        await database.DisposeAsync();
        await Database.DisposeAsync();
        Log.Dispose();
    }

    // Elsewhere than in Development an issuer's published keys sign; no test can reach one by https, so these stand for
    // what it would have published.
    private static void TrustDevelopmentTokens(IServiceCollection services, DevelopmentTokens tokens)
    {
        services.Configure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            bearer =>
            {
                var published = new OpenIdConnectConfiguration { Issuer = DevelopmentTokens.Issuer };
                published.SigningKeys.Add(tokens.Validation.IssuerSigningKey);
                bearer.Configuration = published;
            }
        );
        // No issuer's published key is a shared secret, as theirs is.
        services.PostConfigure<JwtBearerOptions>(
            JwtBearerDefaults.AuthenticationScheme,
            bearer => bearer.TokenValidationParameters.AlgorithmValidator = tokens.Validation.AlgorithmValidator
        );
    }
}
