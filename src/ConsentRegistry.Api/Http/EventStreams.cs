using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>Whether a list is asked for as it is, or live as server-sent events.</summary>
internal static class EventStreams
{
    /// <summary>The media type of server-sent events.</summary>
    public const string MediaType = "text/event-stream";

    private static readonly MediaTypeHeaderValue Events = new(MediaType);

    private static readonly MediaTypeHeaderValue JsonType = new(JsonBody.MediaType);

    /// <summary>
    /// Whether the request's <c>Accept</c> prefers server-sent events to JSON; without a preference, and at a tie, it
    /// does not.
    /// </summary>
    /// <remarks>
    /// RFC 9110, section 12.5.1: of the ranges that a type is in, the most specific gives its weight, and a weight of 0
    /// refuses it.
    /// </remarks>
    public static bool AreAskedFor(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var accept = request.GetTypedHeaders().Accept;
        return WeightOf(Events, accept) > WeightOf(JsonType, accept);
    }

    private static double WeightOf(MediaTypeHeaderValue type, IList<MediaTypeHeaderValue> accept) =>
        accept
            .Where(range => type.IsSubsetOf(WithoutWeight(range)))
            .OrderBy(range =>
                range.MatchesAllTypes ? 2
                : range.MatchesAllSubTypes ? 1
                : 0
            )
            .ThenByDescending(range => range.Quality ?? 1)
            .Select(range => range.Quality ?? 1)
            .FirstOrDefault();

    private static MediaTypeHeaderValue WithoutWeight(MediaTypeHeaderValue range) => new(range.MediaType);
}
