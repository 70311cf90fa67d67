using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text.RegularExpressions;
using System.Threading.RateLimiting;
using ConsentRegistry.Console.Configuration;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Console.Log;

/// <summary>
/// Passes on what anybody may read of the registry's log, under the console's own addresses: a browser that verifies the
/// log may ask no other host. Nothing but GET, and nobody's token. The browser believes nothing of it unverified.
/// </summary>
internal static partial class PublicLog
{
    /// <summary>How long the registry may take.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The longest answer that is passed on, in bytes: a tile of 256 leaves, each after its length.</summary>
    private const long LongestAnswer = 256 * (65_535 + 2);

    /// <summary>How many requests are passed on at a time.</summary>
    private const int MostAtATime = 16;

    /// <summary>How many more may wait.</summary>
    private const int MostWaiting = 64;

    /// <summary>The name of the <see cref="HttpClient"/>, and of the limit on requests.</summary>
    private const string Name = "public-log";

    public static void AddPublicLog(this IServiceCollection services)
    {
        services
            .AddHttpClient(
                Name,
                client =>
                {
                    client.Timeout = Timeout;
                    client.MaxResponseContentBufferSize = LongestAnswer;
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
            )
            .RemoveAllLoggers();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            options.AddConcurrencyLimiter(
                Name,
                limiter =>
                {
                    limiter.PermitLimit = MostAtATime;
                    limiter.QueueLimit = MostWaiting;
                    limiter.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
                }
            );
        });
    }

    /// <summary>Adds the addresses. They are the registry's own, so that its documents hold for them.</summary>
    public static void MapPublicLog(this IEndpointRouteBuilder routes)
    {
        var log = routes.MapGroup("").AllowAnonymous().RequireRateLimiting(Name);
        // As delegates: what takes a context and nothing else would be a middleware, whose result nobody sends.
        log.MapGet(
            "/log/checkpoint",
            (Delegate)((HttpContext http) => PassAsync(http, "log/checkpoint", MediaTypeNames.Text.Plain))
        );
        log.MapGet(
            "/log/tile/{**tile}",
            (string tile, HttpContext http) =>
                Tile().IsMatch(tile)
                    ? PassAsync(http, $"log/tile/{tile}", MediaTypeNames.Application.Octet)
                    : Task.FromResult(Results.Problem(statusCode: StatusCodes.Status404NotFound))
        );
        log.MapGet(
            "/v1/log/keys",
            (Delegate)((HttpContext http) => PassAsync(http, "v1/log/keys", MediaTypeNames.Application.Json))
        );
        log.MapGet(
            "/v1/log/proof/{eventId:guid}",
            (Guid eventId, long? size, HttpContext http) =>
                PassAsync(http, $"v1/log/proof/{eventId:D}" + Query(("size", size)), MediaTypeNames.Application.Json)
        );
        log.MapGet(
            "/v1/log/consistency",
            (long? from, long? to, HttpContext http) =>
                PassAsync(
                    http,
                    "v1/log/consistency" + Query(("from", from), ("to", to)),
                    MediaTypeNames.Application.Json
                )
        );
    }

    private static async Task<IResult> PassAsync(HttpContext http, string address, string mediaType)
    {
        var services = http.RequestServices;
        var registry = services.GetRequiredService<IOptions<ConsoleOptions>>().Value.Registry!;
        // Without the slash the last segment of the address would be replaced, not added to.
        var root = new UriBuilder(registry) { Path = registry.AbsolutePath.TrimEnd('/') + "/" }.Uri;
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(Name);
        try
        {
            using var answer = await client.GetAsync(new Uri(root, address), http.RequestAborted);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => Results.Bytes(
                    await answer.Content.ReadAsByteArrayAsync(http.RequestAborted),
                    mediaType
                ),
                HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity or HttpStatusCode.ServiceUnavailable =>
                    Results.Problem(statusCode: (int)answer.StatusCode),
                _ => Results.Problem(statusCode: StatusCodes.Status502BadGateway),
            };
        }
        catch (Exception e)
            when (e is HttpRequestException or TaskCanceledException && !http.RequestAborted.IsCancellationRequested)
        {
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static string Query(params ReadOnlySpan<(string Name, long? Value)> parameters)
    {
        var given = new List<string>();
        foreach (var (name, value) in parameters)
        {
            if (value is { } number)
                given.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={number}"));
        }
        return given.Count == 0 ? "" : $"?{string.Join('&', given)}";
    }

    /// <summary>A level or <c>entries</c>, a place in groups of three digits, and a width, as C2SP tlog-tiles has them.</summary>
    [GeneratedRegex(
        @"\A(?:entries|[0-9]{1,2})(?:/x[0-9]{3}){0,5}/[0-9]{3}(?:\.p/[0-9]{1,3})?\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Tile();
}
