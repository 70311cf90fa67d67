namespace ConsentRegistry.Client;

/// <summary>Talks to a consent registry. Thread-safe; one instance serves a whole process.</summary>
/// <remarks>
/// <para>
/// Every method throws <see cref="ConsentRegistryException"/> where the registry refuses or cannot answer, and
/// <see cref="HttpRequestException"/> where it cannot be reached. An exception is never consent: a use goes ahead only on a
/// <see cref="Decision"/> whose <see cref="Decision.Allowed"/> is true.
/// </para>
/// <para>
/// Nothing is retried here. A check may be repeated at will; a change may be repeated safely with the same
/// <see cref="ChangeOptions.IdempotencyKey"/>, which only the caller can choose and keep.
/// </para>
/// </remarks>
public sealed class ConsentRegistryClient
{
    /// <summary>A client over <paramref name="http"/>.</summary>
    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the registry's, and it adds the bearer token: see <see cref="AccessTokenHandler"/>.</param>
    public ConsentRegistryClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var wire = new Wire(http);
        Checks = new(wire);
        Settings = new(wire);
        Stops = new(wire);
        Videos = new(wire);
        Purposes = new(wire);
    }

    /// <summary>May this requester use this video for this purpose?</summary>
    public ChecksClient Checks { get; }

    /// <summary>A creator's defaults and overrides.</summary>
    public SettingsClient Settings { get; }

    /// <summary>Lockdown and hold.</summary>
    public StopsClient Stops { get; }

    /// <summary>Facts about videos, and effective consent as the creator sees it.</summary>
    public VideosClient Videos { get; }

    /// <summary>The vocabulary.</summary>
    public PurposesClient Purposes { get; }
}
