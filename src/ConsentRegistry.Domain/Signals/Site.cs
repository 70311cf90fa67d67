using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// A site: the origin of URLs, such as <c>https://videos.example.com</c>. Its files speak for these alone.
/// </summary>
public sealed record Site
{
    private Site(string origin, string host) => (Origin, Host) = (origin, host);

    /// <summary>The origin in its normal form, without a slash at the end.</summary>
    public string Origin { get; }

    /// <summary>Its host, with the port unless that is the scheme's own.</summary>
    public string Host { get; }

    /// <summary>Reads an origin; false if it is none, or has a path.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Site? site)
    {
        site = null;
        if (
            text is null
            || !ContentIdentifier.Parse(IdentifierScheme.Url, text).Succeeded(out var url, out _)
            || url.Value != $"{url.Value[..url.Value.IndexOf(':', StringComparison.Ordinal)]}://{url.Authority}/"
        )
            return false;
        site = new(url.Value[..^1], url.Authority!);
        return true;
    }

    /// <summary>Whether a URL is of this site.</summary>
    public bool Has(ContentIdentifier url) =>
        url.Scheme == IdentifierScheme.Url
        && url.Value.StartsWith(Origin, StringComparison.Ordinal)
        && url.Value[Origin.Length] == '/';
}

/// <summary>A URL of a site, and what anybody may do with what is there.</summary>
/// <param name="Url">The URL.</param>
/// <param name="Consent">R10's answers for it.</param>
public sealed record SiteEntry(ContentIdentifier Url, PublicConsent Consent);
