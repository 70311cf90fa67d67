using System.Buffers.Text;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Startup;

/// <summary>Looks at the issuer's keys, so that tokens of a key that was withdrawn are not taken for good any longer than it takes to learn of it.</summary>
internal sealed partial class IssuerKeys(
    TokenCache tokens, IOptionsMonitor<JwtBearerOptions> options, TimeProvider clock, ILogger<IssuerKeys> logger) : BackgroundService
{
    /// <summary>How often to look at what the process knows of the issuer.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>How often the issuer itself is asked: the least that the library allows.</summary>
    public static readonly TimeSpan BetweenRefreshes = TimeSpan.FromMinutes(5);

    /// <summary>Takes note of the keys, which ends the tokens of others.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (options.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager is { } manager)
            tokens.UseKeys(NameOf(await manager.GetConfigurationAsync(cancellation)));
    }

    /// <summary>
    /// A text that is the same as long as issuer and keys are, by id and material: the library makes new objects with every refresh. A key whose
    /// material cannot be named is never the same.
    /// </summary>
    internal static string NameOf(OpenIdConnectConfiguration published) => string.Join('\n', published.SigningKeys
        .Select(key => $"{key.KeyId} {(key.CanComputeJwkThumbprint() ? Base64Url.EncodeToString(key.ComputeJwkThumbprint()) : $"{Guid.NewGuid()}")}")
        .Order(StringComparer.Ordinal)
        .Prepend(published.Issuer));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            // Whatever an issuer publishes, this goes on looking.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogUnseen(e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(70, LogLevel.Warning, "The issuer's keys could not be read: {Kind}")]
    private partial void LogUnseen(string kind);
}
