using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Signals;

/// <summary>A header of HTTP.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value: visible ASCII and spaces.</param>
public sealed record SignalHeader(string Name, string Value);

/// <summary>One consent in one format.</summary>
/// <param name="Format">The format.</param>
/// <param name="Form">Where it stands.</param>
/// <param name="MediaType">The media type of <paramref name="Text"/>; null without one.</param>
/// <param name="Text">The document; null if it has none, or there is nothing to say.</param>
/// <param name="Headers">The headers; none if it has none, or there is nothing to say.</param>
/// <param name="ExpiresAt">
/// The end of the first allow that it says: then it has to be made anew. Null if nothing of it ends.
/// </param>
/// <param name="Losses">What it cannot say.</param>
public sealed record Signal(
    SignalFormat Format,
    SignalForm Form,
    string? MediaType,
    string? Text,
    ImmutableArray<SignalHeader> Headers,
    Instant? ExpiresAt,
    ImmutableArray<Loss> Losses
)
{
    /// <summary>For how long a signal that is served may be kept. Changes reach readers within this time.</summary>
    public static readonly TimeSpan ServedFor = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The unit of <c>max-age</c> (RFC 9111, section 5.2.2.1): what ends within it is not said.
    /// </summary>
    public static readonly TimeSpan ShortestAge = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For how long readers keep robots.txt (RFC 9309, section 2.4), and at least an RSL document, which counts in
    /// days.
    /// </summary>
    public static readonly TimeSpan RobotsKeptFor = TimeSpan.FromDays(1);

    /// <summary>
    /// Characters of a document about a site. Readers may cut robots.txt at 500 KiB (RFC 9309, section 2.5), and a site
    /// has rules of its own. A document that would be longer is one deny for the site.
    /// </summary>
    public const int MaxLength = 400_000;

    /// <summary>For how long it may be kept from a moment on: never beyond the end of what it allows.</summary>
    public TimeSpan MaxAge(Instant now) =>
        ExpiresAt is { } end && end.Since(now) < ServedFor ? (end > now ? end.Since(now) : TimeSpan.Zero) : ServedFor;
}
