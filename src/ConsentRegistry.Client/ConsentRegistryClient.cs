using System.Net;

namespace ConsentRegistry.Client;

/// <summary>Talks to a consent registry. Thread-safe; one instance serves a whole process.</summary>
/// <remarks>
/// <para>
/// <b>Exceptions.</b> Every method throws <see cref="ConsentRegistryException"/> where the registry refuses or its
/// answer cannot be read, <see cref="HttpRequestException"/> where it cannot be reached,
/// <see cref="TaskCanceledException"/> after <see cref="HttpClient.Timeout"/>, and <see cref="ArgumentException"/>,
/// with nothing sent, where an argument would make another request of the address than the one meant.
/// </para>
/// <para>
/// <b>Fail closed.</b> An exception is never consent. A use goes ahead only on a <see cref="Decision"/> whose
/// <see cref="Decision.Allowed"/> is true; a caller who catches an exception has to go on as after a deny.
/// </para>
/// <para>
/// <b>Retries</b> are <see cref="RetryHandler"/>'s, where the <see cref="HttpClient"/> has one; without it nothing is
/// repeated. A check may be repeated at will. A change whose answer was lost may have been made; only the same
/// <see cref="ChangeOptions.IdempotencyKey"/> makes it safe to repeat. The handler gives each change a key that its own
/// attempts share. Whoever wants to repeat a change after that chooses a key, and keeps it.
/// </para>
/// <para>
/// <b>Times</b> are kept by the registry to the microsecond: finer digits of a <see cref="DateTimeOffset"/> are cut
/// off, and answers are in UTC. <b>Ids</b> are 1 to 128 characters of <c>A-Z a-z 0-9 . _ ~ : @ -</c>, but not <c>.</c>
/// or <c>..</c>, and compared byte by byte.
/// </para>
/// </remarks>
/// <example>
/// With services, see <c>AddConsentRegistry</c>. By hand:
/// <code>
/// var sending = new AccessTokenHandler(tokens.GetAsync, new SocketsHttpHandler());
/// var retrying = new RetryHandler(TimeSpan.FromSeconds(10), sending);
/// using var http = new HttpClient(retrying) { BaseAddress = new("https://consent.example") };
/// var registry = new ConsentRegistryClient(http);
/// var decision = await registry.Checks.CheckAsync(new("ana", "first", "remix"), cancellation);
/// if (!decision.Allowed)
///     return Refuse(decision.Reason);
/// </code>
/// </example>
public sealed class ConsentRegistryClient
{
    private readonly Wire wire;

    /// <summary>A client over <paramref name="http"/>, which stays the caller's to dispose.</summary>
    /// <param name="http">
    /// Its <see cref="HttpClient.BaseAddress"/> is the registry's, a path included, and it adds the bearer token: see
    /// <see cref="AccessTokenHandler"/>.
    /// </param>
    /// <exception cref="ArgumentException">There is no base address.</exception>
    public ConsentRegistryClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        wire = new Wire(http);
        Checks = new(wire);
        Settings = new(wire);
        Stops = new(wire);
        Videos = new(wire);
        Signals = new(wire);
        Imports = new(wire);
        Purposes = new(wire);
        Approvals = new(wire);
        Usages = new(wire);
        Recalls = new(wire);
        Changes = new(wire);
        History = new(wire);
        Notifications = new(wire);
        Webhooks = new(wire);
        Log = new(wire);
    }

    /// <summary>May this requester use this video for this purpose?</summary>
    public ChecksClient Checks { get; }

    /// <summary>A creator's defaults and overrides.</summary>
    public SettingsClient Settings { get; }

    /// <summary>Lockdown and hold.</summary>
    public StopsClient Stops { get; }

    /// <summary>Facts about videos, and effective consent as the creator sees it.</summary>
    public VideosClient Videos { get; }

    /// <summary>What anybody may do, in the formats of others.</summary>
    public SignalsClient Signals { get; }

    /// <summary>What creators said elsewhere, imported.</summary>
    public ImportsClient Imports { get; }

    /// <summary>Asking for approval, and answering.</summary>
    public ApprovalsClient Approvals { get; }

    /// <summary>The record of uses.</summary>
    public UsagesClient Usages { get; }

    /// <summary>What to stop after consent was withdrawn.</summary>
    public RecallsClient Recalls { get; }

    /// <summary>The vocabulary.</summary>
    public PurposesClient Purposes { get; }

    /// <summary>Everybody's changes, live.</summary>
    public ChangesClient Changes { get; }

    /// <summary>What happened to a creator's consent.</summary>
    public HistoryClient History { get; }

    /// <summary>A creator's inbox.</summary>
    public NotificationsClient Notifications { get; }

    /// <summary>Where the registry tells others what happened.</summary>
    public WebhooksClient Webhooks { get; }

    /// <summary>What anybody may know of the history log.</summary>
    public LogClient Log { get; }

    /// <summary>
    /// Whether the registry says that it can answer now. Asks once and repeats nothing; for health checks. A check may
    /// be refused all the same, for example for its token.
    /// </summary>
    /// <returns>True where it says so; false where it says that it cannot answer (status 503).</returns>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation = default)
    {
        try
        {
            var readiness = await wire.GetOnceAsync<ReadyBody>(Wire.Path("health", "ready"), cancellation);
            return readiness.Status == "ready" ? true : throw Wire.Unreadable("It does not say that it is ready.");
        }
        catch (ConsentRegistryException e) when (e.Status == HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether the node that answers can answer checks and changes, and what it lacks. Asks once and repeats nothing.
    /// </summary>
    public Task<Readiness> GetReadinessAsync(CancellationToken cancellation = default) =>
        wire.GetReadinessAsync(Wire.Path("health", "ready"), cancellation);
}

internal sealed record ReadyBody(string Status);
