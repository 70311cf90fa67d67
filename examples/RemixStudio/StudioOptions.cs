namespace RemixStudio;

/// <summary>What the studio has to be told.</summary>
/// <param name="Registry">Where the consent registry is.</param>
/// <param name="Token">
/// The studio's access token, with <c>consent:check</c>, <c>videos:write</c> and <c>usage:write</c>. A platform gets
/// tokens from its identity provider, and new ones before they end.
/// </param>
/// <param name="Url">Where the registry reaches the studio, for webhooks.</param>
/// <param name="Data">The folder with the studio's journal, its remixes and its webhook's secret.</param>
/// <param name="Timeout">
/// How long somebody who pressed a button waits for the registry at most; 5 seconds if it is not set.
/// </param>
internal sealed record StudioOptions(Uri Registry, string Token, Uri Url, string Data, TimeSpan Timeout)
{
    /// <summary>The longest form, and the longest webhook, in bytes.</summary>
    public const int MaxRequestBytes = 64 << 10;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public static StudioOptions Read(IConfiguration configuration)
    {
        return new(
            new(Of("Registry:Address")),
            Of("Registry:Token"),
            new(Of("Studio:Url")),
            Of("Studio:Data"),
            configuration.GetValue("Registry:Timeout", DefaultTimeout)
        );

        string Of(string key) =>
            configuration[key] is { Length: > 0 } value
                ? value
                : throw new InvalidOperationException($"{key} is not set; see examples/RemixStudio/README.md.");
    }
}
