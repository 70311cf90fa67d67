using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ConsentRegistry.Client;

/// <summary>
/// Repeats requests that failed for a moment, where repeating them is safe: reads, checks, previews, and changes with
/// an <see cref="ChangeOptions.IdempotencyKey"/>. Everything else is sent once.
/// </summary>
/// <remarks>
/// A request is repeated after 408, 429, a status of 500 or more, and where the connection failed. A change is also
/// repeated after 409, where the registry says when its first attempt will be over. A request is sent 4 times at most.
/// Pauses grow and are random, up to 2 seconds; <c>Retry-After</c> is waited for instead, unless it is longer than the
/// total time. A stream that has begun is not repeated.
/// </remarks>
/// <example>
/// <code>
/// var sending = new AccessTokenHandler(tokens.GetAsync, new SocketsHttpHandler());
/// var retrying = new RetryHandler(TimeSpan.FromSeconds(10), sending);
/// using var http = new HttpClient(retrying) { BaseAddress = new("https://consent.example") };
/// </code>
/// </example>
public sealed class RetryHandler : ResilienceHandler
{
    /// <summary>Requests after the first one, at most.</summary>
    private const int MaxRetries = 3;

    /// <summary>Says of a request that only reads although its method does not say so.</summary>
    internal static readonly HttpRequestOptionsKey<bool> OnlyReads = new("ConsentRegistry.OnlyReads");

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly TimeSpan total;

    /// <summary>
    /// For <c>IHttpClientFactory</c>, which supplies the handler that sends. Add it before
    /// <see cref="AccessTokenHandler"/>, so that each attempt has a token that is valid then.
    /// </summary>
    /// <param name="total">
    /// How long the attempts to get the head of an answer and the pauses between them may take together: 10
    /// milliseconds to a day. What takes longer ends with <see cref="TaskCanceledException"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter or longer.</exception>
    public RetryHandler(TimeSpan total)
        : base(PipelinesFor(total)) => this.total = total;

    /// <summary>For an <see cref="HttpClient"/> made by hand.</summary>
    /// <param name="total">
    /// How long the attempts to get the head of an answer and the pauses between them may take together: 10
    /// milliseconds to a day. What takes longer ends with <see cref="TaskCanceledException"/>.
    /// </param>
    /// <param name="inner">
    /// Sends a request, such as <see cref="AccessTokenHandler"/>. Disposed with this handler.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter or longer.</exception>
    public RetryHandler(TimeSpan total, HttpMessageHandler inner)
        : this(total) => InnerHandler = inner;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            // As HttpClient says it of its own timeout.
            throw new TaskCanceledException(
                $"The registry did not answer within {total.TotalSeconds:0.###} seconds.",
                new TimeoutException(e.Message, e)
            );
        }
    }

    private static Func<HttpRequestMessage, ResiliencePipeline<HttpResponseMessage>> PipelinesFor(TimeSpan total)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, TimeSpan.FromDays(1));
        var once = new ResiliencePipelineBuilder<HttpResponseMessage>().AddTimeout(total).Build();
        var retrying = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddTimeout(total)
            .AddRetry(RetriesWithin(total))
            .Build();
        return request => MayRepeat(request) ? retrying : once;
    }

    private static HttpRetryStrategyOptions RetriesWithin(TimeSpan total) =>
        new()
        {
            MaxRetryAttempts = MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            ShouldRetryAfterHeader = true,
            ShouldHandle = attempt => ValueTask.FromResult(IsForAMoment(attempt) && !IsTooLong(attempt, total)),
        };

    // The caller is told, and may come back then.
    private static bool IsTooLong(RetryPredicateArguments<HttpResponseMessage> attempt, TimeSpan total) =>
        attempt.Outcome.Result is { } answer && Wire.RetryAfterOf(answer) >= total;

    private static bool MayRepeat(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get
        || (request.Options.TryGetValue(OnlyReads, out var onlyReads) && onlyReads)
        || request.Headers.Contains(Wire.IdempotencyKey);

    // The registry says Retry-After with 409 only where a request with the same key is under way.
    private static bool IsForAMoment(RetryPredicateArguments<HttpResponseMessage> attempt) =>
        HttpClientResiliencePredicates.IsTransient(attempt.Outcome)
        || attempt.Outcome.Result is { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter: not null };
}
