using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>Answers with signals: kept no longer than what they allow, and not sent again to who has them.</summary>
internal static class SignalAnswer
{
    /// <param name="http">The request.</param>
    /// <param name="body">The answer.</param>
    /// <param name="signals">The signals in it.</param>
    /// <param name="readAt">The moment of the facts. The answer leaves within a second of it.</param>
    public static IResult Create<TBody>(HttpContext http, TBody body, IEnumerable<Signal> signals, Instant readAt)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, Json.Options);
        var left = signals
            .Select(signal => signal.MaxAge(readAt.Plus(Signal.ShortestAge)))
            .DefaultIfEmpty(Signal.ServedFor)
            .Min();
        var etag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(SHA256.HashData(json))}\"");
        // The caller's own: what it publishes is its matter, and loss reports are no public documents.
        http.Response.Headers.CacheControl = $"private, max-age={(long)left.TotalSeconds}";
        http.Response.Headers.ETag = etag.ToString();
        return
            EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch.ToArray()!, out var seen)
            && seen.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(etag, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(json, "application/json; charset=utf-8");
    }
}
