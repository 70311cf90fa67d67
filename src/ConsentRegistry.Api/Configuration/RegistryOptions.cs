using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Signals;
using Npgsql;

namespace ConsentRegistry.Api.Configuration;

/// <summary>The configuration of the service. docs/reference/configuration.md lists it.</summary>
public sealed class RegistryOptions
{
    /// <summary>The address unless <c>--urls</c> says otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>The name of a developer's log.</summary>
    public const string DevelopmentOrigin = "development.invalid/consent-registry";

    /// <summary>The audience that tokens must name unless <c>Tokens:Audience</c> says otherwise.</summary>
    public const string DefaultAudience = "consent-registry";

    /// <summary>The environment variable that names the data folder.</summary>
    public const string DataVariable = "CONSENT_DATA";

    internal const int ShortestWitnessSeconds = 10;

    internal const int LongestWitnessSeconds = 3_600;

    // More than anybody sets in an emergency, and still a bound.
    internal const int DefaultStopsPerSecond = 100;

    /// <summary>
    /// How to connect to PostgreSQL: <c>ConnectionStrings:Registry</c>. Without it, in Development only, the host
    /// starts a server of its own.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// Where a host keeps what is its own: the last checkpoint that it signed, and in Development its PostgreSQL's data
    /// and keys.
    /// </summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// The issuer of tokens: <c>Tokens:Authority</c>, an OpenID Connect provider. In Development only, it may be absent:
    /// a local key signs, whose tokens are accepted beside those of an issuer as well.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>The audience that tokens must name: <c>Tokens:Audience</c>.</summary>
    public required string Audience { get; init; }

    /// <summary>What the claims of tokens are called: <c>Tokens:Claims</c>.</summary>
    internal ClaimNames Claims { get; init; } = ClaimNames.Usual;

    /// <summary>How this node is stopped.</summary>
    internal DrainOptions Drain { get; init; } = new(TimeSpan.Zero);

    /// <summary>
    /// Where callers reach the service, without a slash at the end: <c>PublicUrl</c>. Without it, in Development only,
    /// it is where a request was sent.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>Changes a second for a caller who only manages settings: <c>RateLimits:ChangesPerSecond</c>.</summary>
    public required int ChangesPerSecond { get; init; }

    /// <summary>
    /// Changes a second that can only restrict, such as denies, for such a caller; nothing else uses them up:
    /// <c>RateLimits:RestrictionsPerSecond</c>. As many as <see cref="ChangesPerSecond"/> without it.
    /// </summary>
    public int? RestrictionsPerSecond { get; init; }

    /// <summary>
    /// Stops a second that such a caller may set for one creator; nothing else uses them up:
    /// <c>RateLimits:StopsPerSecond</c>.
    /// </summary>
    public int StopsPerSecond { get; init; } = DefaultStopsPerSecond;

    /// <summary>
    /// The name of the history log, which its checkpoints begin with: <c>Log:Origin</c>. It never changes.
    /// </summary>
    public required string LogOrigin { get; init; }

    /// <summary>
    /// The keys of the log: <c>Log:KeyFile</c>, <c>Log:Keys</c> or <c>Log:KeyCommand</c>. Without them, in Development
    /// only, the data folder holds keys of its own.
    /// </summary>
    internal KeySource? LogKeys { get; init; }

    /// <summary>
    /// The file that says which witnesses have to cosign checkpoints before they are published:
    /// <c>Log:WitnessPolicyFile</c>. Without it no witness is asked.
    /// </summary>
    public string? WitnessPolicyFile { get; init; }

    /// <summary>
    /// How often witnesses are asked while the log does not grow: <c>Log:WitnessIntervalSeconds</c>.
    /// </summary>
    public TimeSpan WitnessInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many changes a caller may make who only manages settings.</summary>
    internal ChangeRates ChangeRates =>
        new(ChangesPerSecond, RestrictionsPerSecond ?? ChangesPerSecond, StopsPerSecond);

    /// <summary>Whether this is a host of Development, which makes keys and tokens of its own.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>The history log that this host writes.</summary>
    public LogIdentity Log => new(LogOrigin, IsDevelopment);

    /// <summary>
    /// The folder with the keys that encrypt secrets of webhooks in the database: <c>DataProtection:KeyRing</c>. All
    /// nodes share it. In Development it is in the data folder unless it is named.
    /// </summary>
    public required string KeyRing { get; init; }

    /// <summary>Which client may speak for which identifiers of videos.</summary>
    internal IdentifierRights IdentifierRights { get; init; } = IdentifierRights.None;

    /// <summary>
    /// The keys of the hashes that erasures keep of identifiers: <c>Identifiers:KeyFile</c>, <c>Identifiers:Keys</c> or
    /// <c>Identifiers:KeyCommand</c>. Without them, in Development only, the data folder has one. Elsewhere the node is
    /// not ready without them.
    /// </summary>
    internal KeySource? IdentifierKeys { get; init; }

    /// <summary>
    /// Where whoever reads a signal may ask: <c>Signals:AskUrl</c> and <c>Signals:PolicyUrl</c>. Without it signals say
    /// deny where one has to ask.
    /// </summary>
    internal SignalContact? SignalContact { get; init; }

    /// <summary>
    /// The keys of the nodes, which are not in the database: <c>Integrity:KeyFile</c>, <c>Integrity:Keys</c> or
    /// <c>Integrity:KeyCommand</c>. Without them, in Development only, the data folder has one.
    /// </summary>
    internal KeySource? IntegrityKeys { get; init; }

    /// <summary>
    /// The key of pseudonyms in the log of decisions: <c>DecisionLog:KeyFile</c>, <c>DecisionLog:Keys</c> or
    /// <c>DecisionLog:KeyCommand</c>. Without it, in Development only, the data folder has one.
    /// </summary>
    internal KeySource? DecisionLogKeys { get; init; }

    /// <summary>
    /// Whether every commit has to be confirmed by a synchronous standby: <c>Database:RequireSynchronous</c>. Without
    /// <c>synchronous_standby_names</c> the server's <c>migrate</c> refuses then, the node is not ready, answers nothing
    /// from memory and makes no change.
    /// </summary>
    public bool RequireSynchronous { get; init; }

    /// <summary>How often the database is audited.</summary>
    internal AuditOptions Audit { get; init; } = new();

    /// <summary>How this node answers from memory.</summary>
    internal ReplicaOptions Replica { get; init; } = new();

    /// <summary>For how long approval can be asked for, and how often.</summary>
    internal ApprovalOptions Approvals { get; init; } = new();

    /// <summary>How recalls are issued.</summary>
    internal RecallOptions Recalls { get; init; } = new();

    /// <summary>How this node tells others.</summary>
    internal NotificationOptions Notifications { get; init; } = new();

    /// <summary>What this node tells operators, and where.</summary>
    internal TelemetryOptions Telemetry { get; init; } = TelemetryOptions.None;

    /// <summary>Whether decisions are logged, which of them, and where to.</summary>
    internal DecisionLogOptions DecisionLog { get; init; } = new();

    /// <summary>What may be wrong with the configuration, although the host starts with it.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Reads the options.</summary>
    /// <exception cref="StartupException">A setting is missing, cannot be read, or is misspelt.</exception>
    public static RegistryOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        var misspellings = new Misspellings(RegistrySettings.Keys);
        // First, since a misspelt key is why another one is missing.
        if (misspellings.Errors(configuration).FirstOrDefault() is { } error)
            throw new StartupException(error);
        var settings = RegistrySettings.Read(configuration);
        var telemetry = TelemetryOptions.From(settings.Management, configuration);
        return Create(settings, telemetry, environment, [.. misspellings.Warnings(configuration)]);
    }

    private static RegistryOptions Create(
        RegistrySettings settings,
        TelemetryOptions telemetry,
        IHostEnvironment environment,
        IReadOnlyList<string> warnings
    )
    {
        var data = Path.GetFullPath(settings.DataFolder ?? Path.Combine(RepositoryOf(environment), ".data"));
        var keyRing = settings.DataProtection.KeyRing;
        var options = new RegistryOptions
        {
            ConnectionString = settings.ConnectionStrings.Registry,
            DataFolder = data,
            KeyRing = Path.GetFullPath(keyRing ?? Path.Combine(data, "key-ring")),
            Authority = settings.Tokens.Authority,
            Audience = settings.Tokens.Audience,
            Claims = ClaimNames.From(settings.Tokens.Claims),
            // Whoever stops a host of Development waits for it.
            Drain = new(
                TimeSpan.FromSeconds(
                    settings.Shutdown.DrainSeconds ?? (environment.IsDevelopment() ? 0 : DrainOptions.UsualSeconds)
                )
            ),
            PublicUrl = settings.PublicUrl?.TrimEnd('/'),
            ChangesPerSecond = settings.RateLimits.ChangesPerSecond,
            RestrictionsPerSecond = settings.RateLimits.RestrictionsPerSecond,
            StopsPerSecond = settings.RateLimits.StopsPerSecond,
            LogOrigin = settings.Log.Origin,
            LogKeys = KeySource.From("Log", settings.Log),
            WitnessPolicyFile = settings.Log.WitnessPolicyFile,
            WitnessInterval = TimeSpan.FromSeconds(settings.Log.WitnessIntervalSeconds),
            IsDevelopment = environment.IsDevelopment(),
            Warnings = warnings,
            IdentifierRights = IdentifierRights.From(settings.Identifiers, environment.IsDevelopment()),
            IdentifierKeys = KeySource.From("Identifiers", settings.Identifiers),
            SignalContact = ContactOf(settings.Signals),
            IntegrityKeys = KeySource.From("Integrity", settings.Integrity),
            RequireSynchronous = settings.Database.RequireSynchronous,
            Approvals = settings.Approvals,
            Recalls = settings.Recalls,
            Audit = settings.Audit,
            Replica = settings.Replica,
            Notifications = settings.Notifications with
            {
                AllowLoopback = settings.Notifications.AllowLoopback ?? environment.IsDevelopment(),
            },
            Telemetry = telemetry,
            DecisionLog = settings.DecisionLog,
            DecisionLogKeys = KeySource.From("DecisionLog", settings.DecisionLog),
        };
        if (options.ConnectionString is not null && !IsConnectionString(options.ConnectionString))
            throw new StartupException(
                "ConnectionStrings:Registry cannot be read; a value with a semicolon or a quote has to be quoted."
            );
        if (!NoteKey.IsName(options.LogOrigin))
            throw new StartupException(
                "Log:Origin is a name without spaces and plus signs, for example registry.example.com/log."
            );
        if (options.PublicUrl is not null && !IsPublicUrl(options.PublicUrl, environment))
            throw new StartupException(
                "PublicUrl is an address without user, query and fragment, https outside Development, for example "
                    + "https://registry.example.com."
            );
        if (options.DecisionLog.To == DecisionLogOptions.ToOtlp && !telemetry.SendsLogs)
            throw new StartupException(
                "DecisionLog:To is otlp, and nothing says where logs are sent; set OTEL_EXPORTER_OTLP_ENDPOINT."
            );
        if (environment.IsDevelopment())
        {
            // On the way to this machine itself nobody can alter anything.
            if (options.Authority is { } issuer && !IsAddress(issuer, ofThisMachine: true))
                throw new StartupException(
                    "Tokens:Authority is an https address, or in Development an http address of this machine."
                );
            return options;
        }
        if (options is { DecisionLog: { IsOn: true, HidesIds: true }, DecisionLogKeys: null })
            throw new StartupException(
                "DecisionLog:KeyFile, DecisionLog:Keys or DecisionLog:KeyCommand is required outside Development: the "
                    + "key of pseudonyms, 64 hexadecimal digits."
            );
        if (!options.Replica.HasFence)
            throw new StartupException(
                "Replica:Fence is off in Development only: without it an acknowledged change is not in force."
            );
        if (!options.Replica.ConfirmsBeats)
            throw new StartupException(
                "Replica:ConfirmBeats is off in Development only: without it a node can answer from a server that was "
                    + "replaced."
            );
        if (options.Notifications.AllowLoopback is true)
            throw new StartupException(
                "Notifications:AllowLoopback is true in Development only: elsewhere a webhook must not reach what "
                    + "listens on the host itself."
            );
        if (options.Notifications.RetryScale < 1)
            throw new StartupException(
                "Notifications:RetryScale is other than 1 in Development only: receivers rely on the schedule."
            );
        if (options.ConnectionString is null)
            throw new StartupException("ConnectionStrings:Registry is required outside Development.");
        if (options.LogKeys is null || options.LogOrigin == DevelopmentOrigin)
            throw new StartupException(
                "Log:KeyFile (or Log:Keys, or Log:KeyCommand) and Log:Origin are required outside Development; the "
                    + "host's `new-keys` command prints keys."
            );
        if (options.IntegrityKeys is null)
            throw new StartupException(
                "Integrity:KeyFile, Integrity:Keys or Integrity:KeyCommand is required outside Development: the key of "
                    + "the nodes, 64 hexadecimal digits, by which they know what nodes wrote to the database."
            );
        if (keyRing is null)
            throw new StartupException(
                "DataProtection:KeyRing is required outside Development: a folder for the keys that encrypt secrets of "
                    + "webhooks."
            );
        if (options.Authority is null)
            throw new StartupException("Tokens:Authority is required outside Development.");
        // Whoever can alter what comes over plain HTTP could put keys of their own in the provider's place.
        if (!IsAddress(options.Authority, ofThisMachine: false))
            throw new StartupException("Tokens:Authority is an https address outside Development.");
        if (options.PublicUrl is null)
            throw new StartupException(
                "PublicUrl is required outside Development, for example https://registry.example.com."
            );
        return options;
    }

    private static SignalContact? ContactOf(SignalSettings settings)
    {
        var ask = UrlOf(settings.AskUrl, "Signals:AskUrl");
        var policy = UrlOf(settings.PolicyUrl, "Signals:PolicyUrl");
        if (ask is null && policy is not null)
            throw new StartupException(
                "Signals:PolicyUrl is of no use without Signals:AskUrl, to which the policy leads."
            );
        return ask is { } url ? new(url, policy) : null;
    }

    private static ContentIdentifier? UrlOf(string? text, string key) =>
        text is null ? null
        : ContentIdentifier.Parse(IdentifierScheme.Url, text).Succeeded(out var url, out _) ? url
        : throw new StartupException($"{key} is an http or https URL, such as https://example.com/ask.");

    private static bool IsAddress(string text, bool ofThisMachine) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (ofThisMachine && url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    private static bool IsPublicUrl(string text, IHostEnvironment environment) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && text.AsSpan().IndexOfAny('?', '#') < 0
        && url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (environment.IsDevelopment() && url.Scheme == Uri.UriSchemeHttp));

    // What is wrong is not repeated: the reader's message may quote a part of the password.
    private static bool IsConnectionString(string text)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    // `dotnet run` starts in the folder of the project, ./dev in that of the repository: both mean the same data.
    private static string RepositoryOf(IHostEnvironment environment)
    {
        for (var folder = new DirectoryInfo(environment.ContentRootPath); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ConsentRegistry.sln")))
                return folder.FullName;
        }
        return environment.ContentRootPath;
    }
}
