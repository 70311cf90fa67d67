using System.Globalization;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>The configuration of the service; README lists it.</summary>
public sealed class RegistryOptions
{
    /// <summary>The address unless <c>--urls</c> says otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>The environment variable that names the data folder.</summary>
    public const string DataVariable = "CONSENT_DATA";

    /// <summary>How to connect to PostgreSQL: <c>ConnectionStrings:Registry</c>. Without it, in Development only, the host starts a server of its own.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where a host keeps what is its own: its PostgreSQL's data and the development key.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The issuer of tokens: <c>Tokens:Authority</c>, an OpenID Connect provider. Without it, in Development only, a local key signs.</summary>
    public string? Authority { get; init; }

    /// <summary>The audience that tokens must name: <c>Tokens:Audience</c>.</summary>
    public required string Audience { get; init; }

    /// <summary>Changes a second for a caller who only manages settings: <c>RateLimits:ChangesPerSecond</c>.</summary>
    public required int ChangesPerSecond { get; init; }

    public static RegistryOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        var options = new RegistryOptions
        {
            ConnectionString = NullIfEmpty(configuration.GetConnectionString("Registry")),
            DataFolder = Path.GetFullPath(NullIfEmpty(configuration[DataVariable]) ?? Path.Combine(RepositoryOf(environment), ".data")),
            Authority = NullIfEmpty(configuration["Tokens:Authority"]),
            Audience = NullIfEmpty(configuration["Tokens:Audience"]) ?? DevelopmentTokens.Audience,
            ChangesPerSecond = PositiveOrNull(configuration, "RateLimits:ChangesPerSecond") ?? 50,
        };
        if (options.ConnectionString is not null && !IsConnectionString(options.ConnectionString))
            throw new StartupException("ConnectionStrings:Registry cannot be read; a value with a semicolon or a quote has to be quoted.");
        if (environment.IsDevelopment())
            return options;
        if (options.ConnectionString is null)
            throw new StartupException("ConnectionStrings:Registry is required outside Development.");
        if (options.Authority is null)
            throw new StartupException("Tokens:Authority is required outside Development.");
        // Whoever can alter what comes over plain HTTP could put keys of their own in the provider's place.
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority) || authority.Scheme != Uri.UriSchemeHttps)
            throw new StartupException("Tokens:Authority is an https address outside Development.");
        return options;
    }

    private static int? PositiveOrNull(IConfiguration configuration, string key)
    {
        if (NullIfEmpty(configuration[key]) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new StartupException($"{key} is a whole number, at least 1.");
    }

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

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>The host cannot start, for a reason that whoever starts it can mend.</summary>
public sealed class StartupException(string message) : Exception(message);
