using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Says that an operation is deprecated, and when it ends. Every answer of the operation says so in its headers:
/// <c>Deprecation</c> (RFC 9745), <c>Sunset</c> and <c>Link</c> (RFC 8594).
/// </summary>
public sealed record Deprecation
{
    /// <summary>For how long an operation works at least after it was deprecated.</summary>
    public static readonly TimeSpan MinimumNotice = TimeSpan.FromDays(365);

    /// <summary>The header that says since when.</summary>
    public const string Header = "Deprecation";

    /// <summary>The header that says until when.</summary>
    public const string SunsetHeader = "Sunset";

    /// <param name="since">The day from which on clients should not begin to use the operation.</param>
    /// <param name="sunset">The day from which on the operation may be gone.</param>
    /// <param name="guide">An address of a page that says what takes its place.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time between is shorter than the minimum notice.</exception>
    public Deprecation(DateOnly since, DateOnly sunset, string guide)
    {
        Since = StartOf(since);
        Sunset = StartOf(sunset);
        ArgumentOutOfRangeException.ThrowIfLessThan(Sunset - Since, MinimumNotice, nameof(sunset));
        Guide = guide;
    }

    /// <summary>The moment from which on it is deprecated, in UTC.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>The moment from which on it may be gone, in UTC.</summary>
    public DateTimeOffset Sunset { get; }

    /// <summary>An address of a page that says what takes its place.</summary>
    public string Guide { get; }

    /// <summary>Adds the headers to an answer of an operation that is deprecated.</summary>
    public static void AddHeaders(HttpContext http)
    {
        // What handles an exception takes the endpoint away.
        var endpoint = http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (endpoint?.Metadata.GetMetadata<Deprecation>() is not { } deprecation)
            return;
        var headers = http.Response.Headers;
        headers[Header] = string.Create(CultureInfo.InvariantCulture, $"@{deprecation.Since.ToUnixTimeSeconds()}");
        headers[SunsetHeader] = deprecation.Sunset.ToString("r", CultureInfo.InvariantCulture);
        headers.Append("Link", $"<{deprecation.Guide}>; rel=\"deprecation\"; type=\"text/html\"");
    }

    private static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
