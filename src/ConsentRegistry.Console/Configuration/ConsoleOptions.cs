using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Console.Configuration;

/// <summary>What the console has to be told. Checked when it starts.</summary>
internal sealed class ConsoleOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Console";

    /// <summary>Where the registry is: <c>https://</c>, or <c>http://</c> of this machine.</summary>
    [Required]
    public Uri? Registry { get; set; }

    /// <summary>The OpenID Connect provider with which people sign in: the one whose tokens the registry accepts.</summary>
    [Required]
    public Uri? Authority { get; set; }

    /// <summary>Under which id the provider knows the console.</summary>
    [Required, StringLength(255, MinimumLength = 1)]
    public string ClientId { get; set; } = "consent-console";

    /// <summary>
    /// The console's secret at the provider; null where it is a public client, which PKCE alone protects. What is empty
    /// counts as not given, as compose files write it.
    /// </summary>
    public string? ClientSecret
    {
        get;
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>
    /// How to connect to the console's own PostgreSQL database, which keeps sessions and the keys that protect them. All
    /// nodes share it.
    /// </summary>
    [Required(AllowEmptyStrings = false)]
    public string? Database { get; set; }

    /// <summary>After how long without a request a session ends: 1 minute to 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>After how long a session ends in any case: 1 minute to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00", ConvertValueInInvariantCulture = true)]
    public TimeSpan SessionLimit { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Whether an address may carry secrets: it is encrypted, or does not leave this machine.</summary>
    public static bool IsSafe(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}

[OptionsValidator]
internal sealed partial class ConsoleOptionsAttributes : IValidateOptions<ConsoleOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class ConsoleAddresses : IValidateOptions<ConsoleOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsoleOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        foreach (
            var (key, address) in new[]
            {
                (nameof(options.Registry), options.Registry),
                (nameof(options.Authority), options.Authority),
            }
        )
        {
            if (address is not null && !ConsoleOptions.IsSafe(address))
                result.AddError("The address starts with https://, or is http:// of this machine.", key);
        }
        return result.Build();
    }
}
