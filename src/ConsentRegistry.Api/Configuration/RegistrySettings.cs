using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace ConsentRegistry.Api.Configuration;

/// <summary>
/// What the configuration says, before it is known what the environment demands of it: the configuration binder fills
/// it. Its properties are all settings that there are, and their attributes say what is accepted.
/// </summary>
/// <remarks>
/// Not <c>IOptions</c> with <c>ValidateOnStart</c>: the settings decide whether a private PostgreSQL is started and
/// which database is migrated, before there is a host that could start.
/// </remarks>
internal sealed class RegistrySettings
{
    [ConfigurationKeyName(RegistryOptions.DataVariable)]
    public string? DataFolder { get; init; }

    public string? PublicUrl { get; init; }

    public ConnectionStringSettings ConnectionStrings { get; init; } = new();

    public TokenSettings Tokens { get; init; } = new();

    public LogSettings Log { get; init; } = new();

    public DataProtectionSettings DataProtection { get; init; } = new();

    public RateLimitSettings RateLimits { get; init; } = new();

    public ShutdownSettings Shutdown { get; init; } = new();

    public ManagementSettings Management { get; init; } = new();

    public IdentifierSettings Identifiers { get; init; } = new();

    public SignalSettings Signals { get; init; } = new();

    public IntegritySettings Integrity { get; init; } = new();

    public DatabaseSettings Database { get; init; } = new();

    public AuditOptions Audit { get; init; } = new();

    public DecisionLogOptions DecisionLog { get; init; } = new();

    public ReplicaOptions Replica { get; init; } = new();

    public ApprovalOptions Approvals { get; init; } = new();

    public RecallOptions Recalls { get; init; } = new();

    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>The keys of all settings, in alphabetical order.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [.. KeysIn(typeof(RegistrySettings), "").Select(setting => setting.Key).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// Reads the settings. What is empty counts as not given, as compose files and systemd units write it.
    /// </summary>
    /// <exception cref="StartupException">
    /// A value cannot be read, or is not accepted: the message names the key and what is expected, and quotes nothing,
    /// since a value may be secret.
    /// </exception>
    public static RegistrySettings Read(IConfiguration configuration)
    {
        var texts = Keys.Select(key => KeyValuePair.Create(key, configuration[key]));
        var given = new ConfigurationBuilder()
            .AddInMemoryCollection(texts.Where(pair => !string.IsNullOrWhiteSpace(pair.Value)))
            .Build();
        foreach (var (key, property) in KeysIn(typeof(RegistrySettings), ""))
        {
            if (given[key] is not null && !IsAccepted(given, key, property, out var expected))
                throw new StartupException(expected);
        }
        return given.Get<RegistrySettings>() ?? new();
    }

    private static bool IsAccepted(IConfiguration given, string key, PropertyInfo property, out string expected)
    {
        var rule = property.GetCustomAttribute<ValidationAttribute>();
        expected = rule?.FormatErrorMessage(key) ?? "";
        try
        {
            var value = given.GetValue(property.PropertyType, key);
            return rule is null || rule.IsValid(value);
        }
        catch (InvalidOperationException) when (rule is not null)
        {
            return false;
        }
    }

    // What can be set is a setting, unless it is a section.
    private static IEnumerable<(string Key, PropertyInfo Property)> KeysIn(Type section, string path)
    {
        foreach (var property in section.GetProperties().Where(property => property.CanWrite))
        {
            var key = path + (property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name);
            if (property.PropertyType.IsClass && property.PropertyType != typeof(string))
            {
                foreach (var inner in KeysIn(property.PropertyType, key + ConfigurationPath.KeyDelimiter))
                    yield return inner;
            }
            else
            {
                yield return (key, property);
            }
        }
    }
}

/// <summary>How to connect.</summary>
internal sealed class ConnectionStringSettings
{
    public string? Registry { get; init; }
}

/// <summary>Whose tokens are accepted, and what they say.</summary>
internal sealed class TokenSettings
{
    public string? Authority { get; init; }

    public string Audience { get; init; } = RegistryOptions.DefaultAudience;

    public ClaimSettings Claims { get; init; } = new();
}

/// <summary>What claims are called; of clients and scopes several may be named, with spaces between them.</summary>
internal sealed class ClaimSettings
{
    public string Subject { get; init; } = "sub";

    public string Client { get; init; } = "client_id";

    public string Scope { get; init; } = "scope";

    public string Creators { get; init; } = "creators";
}

/// <summary>The history log.</summary>
internal sealed record LogSettings : KeySettings
{
    public string Origin { get; init; } = RegistryOptions.DevelopmentOrigin;

    public string? WitnessPolicyFile { get; init; }

    [Range(
        RegistryOptions.ShortestWitnessSeconds,
        RegistryOptions.LongestWitnessSeconds,
        ErrorMessage = "{0} is a whole number of seconds from {1} to {2}."
    )]
    public int WitnessIntervalSeconds { get; init; } = 60;
}

/// <summary>Which client may speak for which identifiers, and the keys of erased ones' hashes.</summary>
internal sealed record IdentifierSettings : KeySettings
{
    public string? Hosts { get; init; }

    public string? Namespaces { get; init; }

    public string? Schemes { get; init; }
}

/// <summary>Where signals in the formats of others lead to.</summary>
internal sealed class SignalSettings
{
    public string? AskUrl { get; init; }

    public string? PolicyUrl { get; init; }
}

/// <summary>The keys by which nodes know what nodes wrote.</summary>
internal sealed record IntegritySettings : KeySettings;

/// <summary>What is demanded of the database.</summary>
internal sealed class DatabaseSettings
{
    [AllowedValues(true, false, ErrorMessage = "{0} is true or false.")]
    public bool RequireSynchronous { get; init; }
}

/// <summary>The encryption of webhooks' secrets.</summary>
internal sealed class DataProtectionSettings
{
    public string? KeyRing { get; init; }
}

/// <summary>Changes a second.</summary>
internal sealed class RateLimitSettings
{
    private const string AtLeastOne = "{0} is a whole number, at least {1}.";

    [Range(1, int.MaxValue, ErrorMessage = AtLeastOne)]
    public int ChangesPerSecond { get; init; } = 50;

    [Range(1, int.MaxValue, ErrorMessage = AtLeastOne)]
    public int? RestrictionsPerSecond { get; init; }

    [Range(1, int.MaxValue, ErrorMessage = AtLeastOne)]
    public int StopsPerSecond { get; init; } = RegistryOptions.DefaultStopsPerSecond;
}

/// <summary>Where operators ask a node how it is.</summary>
internal sealed class ManagementSettings
{
    public string? Address { get; init; }
}

/// <summary>How a node is stopped.</summary>
internal sealed class ShutdownSettings
{
    [Range(0, DrainOptions.MostSeconds, ErrorMessage = "{0} is a whole number of seconds, at most {2}.")]
    public int? DrainSeconds { get; init; }
}
