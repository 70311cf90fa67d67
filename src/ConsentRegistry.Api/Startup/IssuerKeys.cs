using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Startup;

/// <summary>Looks at the issuer's keys, so that tokens of a key that was withdrawn are not taken for good any longer than it takes to learn of it.</summary>
internal sealed partial class IssuerKeys(
    TokenCache tokens, IOptionsMonitor<JwtBearerOptions> options, TimeProvider clock, ILogger<IssuerKeys> logger) : BackgroundService
{
    /// <summary>How often to look at what the process knows of the issuer.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>How often the issuer itself is asked: the least that the library allows.</summary>
    public static readonly TimeSpan BetweenRefreshes = TimeSpan.FromMinutes(5);

    /// <summary>Forgets tokens if the keys have changed.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (options.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager is { } manager)
            tokens.ForgetUnless(await manager.GetConfigurationAsync(cancellation));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
            {
                LogUnseen(e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(70, LogLevel.Warning, "The issuer's keys could not be read: {Kind}")]
    private partial void LogUnseen(string kind);
}
