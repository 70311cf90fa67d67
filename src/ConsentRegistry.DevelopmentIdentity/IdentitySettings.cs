using System.Globalization;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>The provider cannot start, for a reason that whoever starts it can mend.</summary>
internal sealed class StartupException(string message) : Exception(message);

/// <summary>The settings of the provider. docs/reference/configuration.md lists them.</summary>
/// <param name="Address">Where it listens, which is also the name of the issuer.</param>
/// <param name="Consoles">The addresses of consoles that may have people sign in.</param>
/// <param name="Audience">The audience of access tokens.</param>
/// <param name="Folder">Where keys and sign-ins are kept.</param>
/// <param name="AccessTokens">How long an access token is good for.</param>
/// <param name="Session">How long a sign-in is good for, however often tokens are refreshed.</param>
internal sealed record IdentitySettings(
    Uri Address,
    IReadOnlyList<Uri> Consoles,
    string Audience,
    string Folder,
    TimeSpan AccessTokens,
    TimeSpan Session
)
{
    public const string AddressKey = "Identity:Address";
    public const string ConsolesKey = "Identity:Consoles";
    public const string AccessTokenSecondsKey = "Identity:AccessTokenSeconds";
    public const string SessionMinutesKey = "Identity:SessionMinutes";

    /// <summary>The registry's own setting, so that both agree.</summary>
    public const string AudienceKey = "Tokens:Audience";

    /// <summary>The registry's data folder, of which the provider has a folder.</summary>
    public const string DataKey = "CONSENT_DATA";

    /// <summary>Consoles that one provider serves.</summary>
    public const int MaxConsoles = 8;

    /// <summary>The keys of the settings.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        AddressKey,
        ConsolesKey,
        AccessTokenSecondsKey,
        SessionMinutesKey,
        AudienceKey,
        DataKey,
    ];

    private const string DefaultAddress = "http://localhost:5070";
    private const string DefaultConsole = "http://localhost:5090";
    private const int MostSeconds = 86_400;
    private const int MostMinutes = 10_080;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartupException">
    /// The environment is not Development, an address is not of this machine, or a value cannot be read.
    /// </exception>
    public static IdentitySettings From(IConfiguration configuration, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
            throw new StartupException(
                "This identity provider starts in Development only, because anybody may be anybody here. "
                    + $"ASPNETCORE_ENVIRONMENT is {environment.EnvironmentName}."
            );
        var consoles = Text(configuration, ConsolesKey, DefaultConsole)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(console =>
                LoopbackAddress(console)
                ?? throw new StartupException(
                    $"{ConsolesKey} lists addresses of this machine, such as {DefaultConsole}, with spaces between "
                        + "them and without query and fragment."
                )
            )
            .ToList();
        if (consoles.Count > MaxConsoles)
            throw new StartupException($"{ConsolesKey} lists {MaxConsoles} addresses at most.");
        return new(
            LoopbackAddress(Text(configuration, AddressKey, DefaultAddress))
                is { Scheme: "http", AbsolutePath: "/" } address
                ? address
                : throw new StartupException(
                    $"{AddressKey} is an http address of this machine without a path, such as {DefaultAddress}."
                ),
            consoles,
            Text(configuration, AudienceKey, "consent-registry"),
            Path.Combine(
                Path.GetFullPath(Text(configuration, DataKey, Path.Combine(RepositoryOf(environment), ".data"))),
                "identity"
            ),
            TimeSpan.FromSeconds(Number(configuration, AccessTokenSecondsKey, usual: 300, MostSeconds)),
            TimeSpan.FromMinutes(Number(configuration, SessionMinutesKey, usual: 720, MostMinutes))
        );
    }

    // What is empty counts as not given, as everywhere.
    private static string Text(IConfiguration configuration, string key, string usual) =>
        configuration[key] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : usual;

    private static int Number(IConfiguration configuration, string key, int usual, int most) =>
        int.TryParse(
            Text(configuration, key, usual.ToString(CultureInfo.InvariantCulture)),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
        && number >= 1
        && number <= most
            ? number
            : throw new StartupException($"{key} is a whole number from 1 to {most}.");

    private static Uri? LoopbackAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.IsLoopback
        && address.UserInfo.Length == 0
        && text.AsSpan().IndexOfAny('?', '#') < 0
            ? address
            : null;

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
