using System.Buffers.Text;
using ConsentRegistry.Api.Diagnostics;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ConsentRegistry.Api.Authentication;

/// <summary>
/// Looks at the issuer's keys, so that tokens of a key that was withdrawn are not taken for good any longer than it
/// takes to learn of it.
/// </summary>
internal sealed partial class IssuerKeys(
    TokenCache tokens,
    IOptionsMonitor<JwtBearerOptions> options,
    IssuerDocuments documents,
    TimeProvider clock,
    ILogger<IssuerKeys> logger
) : BackgroundService
{
    /// <summary>How often to look at what the process knows of the issuer.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>How often the issuer itself is asked: the least that the library allows.</summary>
    public static readonly TimeSpan BetweenRefreshes = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For how long a request waits for keys that were never read. It asks nobody by itself: many at once would wait
    /// for each other.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool hasKeys;

    /// <summary>Whether there are keys by which a token can be proven.</summary>
    public bool AreKnown => hasKeys || Published is null;

    /// <summary>How long ago the keys were read; null where they never were, or are this host's own.</summary>
    public TimeSpan? Age => documents.Age;

    private Microsoft.IdentityModel.Protocols.IConfigurationManager<OpenIdConnectConfiguration>? Published =>
        options.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager;

    /// <summary>Waits a short time for the first keys.</summary>
    /// <returns>Whether there are any.</returns>
    public async ValueTask<bool> AreKnownAsync(CancellationToken cancellation)
    {
        if (!AreKnown)
            await known
                .Task.WaitAsync(LongestWait, clock, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return AreKnown;
    }

    /// <summary>Takes note of the keys, which ends the tokens of others.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (Published is not { } manager)
            return;
        var published = await manager.GetConfigurationAsync(cancellation);
        tokens.UseKeys(NameOf(published));
        hasKeys = published.SigningKeys.Count > 0;
        if (hasKeys)
            known.TrySetResult();
    }

    /// <summary>
    /// A text that is the same as long as issuer and keys are, by id and material: the library makes new objects with
    /// every refresh. A key whose material cannot be named is never the same.
    /// </summary>
    internal static string NameOf(OpenIdConnectConfiguration published) =>
        string.Join(
            '\n',
            published
                .SigningKeys.Select(key =>
                    $"{key.KeyId} {(key.CanComputeJwkThumbprint() ? Base64Url.EncodeToString(key.ComputeJwkThumbprint()) : $"{Guid.NewGuid()}")}"
                )
                .Order(StringComparer.Ordinal)
                .Prepend(published.Issuer)
        );

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
                LogUnseen(ExceptionSummary.Summarize(e));
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Why a document could not be read has been said where it was asked for.
    [LoggerMessage(
        LogEvents.IssuerKeysUnseen,
        LogLevel.Debug,
        "The issuer's keys could not be looked at: {Reason}",
        EventName = nameof(LogEvents.IssuerKeysUnseen)
    )]
    private partial void LogUnseen(string reason);
}
