using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ConsentRegistry.Client;

/// <summary>
/// Repeats requests that failed for a moment, where repeating them is safe: reads, checks, previews, and changes that
/// take an idempotency key. Everything else is sent once.
/// </summary>
/// <remarks>
/// <para>
/// A change without a <see cref="ChangeOptions.IdempotencyKey"/> gets one here, the same for all its attempts, where the
/// operation takes one. So it is made once, also where the answer to the first attempt was lost. That key is known to
/// nobody else: whoever wants to repeat a change later, for example after a restart, gives a key of their own.
/// </para>
/// <para>
/// A request is repeated after 408, 429, a status of 500 or more, and where the connection failed. A change is also
/// repeated after 409, where the registry says when its first attempt will be over. A request is sent 4 times at most.
/// Pauses grow and are random, up to 2 seconds; <c>Retry-After</c> is waited for instead, unless it is longer than the
/// total time. A stream that has begun is not repeated.
/// </para>
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

    /// <summary>The least total time.</summary>
    internal static readonly TimeSpan ShortestTotal = TimeSpan.FromMilliseconds(10);

    /// <summary>The greatest total time.</summary>
    internal static readonly TimeSpan LongestTotal = TimeSpan.FromDays(1);

    /// <summary>Says of a request that only reads although its method does not say so.</summary>
    internal static readonly HttpRequestOptionsKey<bool> OnlyReads = new("ConsentRegistry.OnlyReads");

    /// <summary>Says of a request that it is about now, and is sent once.</summary>
    internal static readonly HttpRequestOptionsKey<bool> Once = new("ConsentRegistry.Once");

    /// <summary>Says of a change that the registry takes an idempotency key for it.</summary>
    internal static readonly HttpRequestOptionsKey<bool> TakesKey = new("ConsentRegistry.TakesKey");

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly TimeSpan total;

    /// <summary>
    /// For <c>IHttpClientFactory</c>, which supplies the handler that sends. Add it before
    /// <see cref="AccessTokenHandler"/>, so that each attempt has a token that is valid then.
    /// </summary>
    /// <param name="total">
    /// How long the attempts to get an answer and the pauses between them may take together: 10 milliseconds to a day.
    /// What takes longer ends with <see cref="TaskCanceledException"/>. Of a live stream only its beginning counts.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter or longer.</exception>
    public RetryHandler(TimeSpan total)
        : base(PipelinesFor(total)) => this.total = total;

    /// <summary>For an <see cref="HttpClient"/> made by hand.</summary>
    /// <param name="total">
    /// How long the attempts to get an answer and the pauses between them may take together: 10 milliseconds to a day.
    /// What takes longer ends with <see cref="TaskCanceledException"/>. Of a live stream only its beginning counts.
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
        ArgumentNullException.ThrowIfNull(request);
        if (request.Options.TryGetValue(TakesKey, out var takesKey) && takesKey)
            EnsureKey(request.Headers);
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
        ArgumentOutOfRangeException.ThrowIfLessThan(total, ShortestTotal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, LongestTotal);
        var once = WithWholeAnswers(new ResiliencePipelineBuilder<HttpResponseMessage>().AddTimeout(total)).Build();
        var retrying = WithWholeAnswers(
                new ResiliencePipelineBuilder<HttpResponseMessage>().AddTimeout(total).AddRetry(RetriesWithin(total))
            )
            .Build();
        return request => MayRepeat(request) ? retrying : once;
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2026",
        Justification = "The options have no property of their own that would be validated by reflection."
    )]
    private static ResiliencePipelineBuilder<HttpResponseMessage> WithWholeAnswers(
        ResiliencePipelineBuilder<HttpResponseMessage> attempts
    ) => attempts.AddStrategy(_ => new WholeAnswer(), new WholeAnswerOptions());

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

    private static void EnsureKey(HttpRequestHeaders headers)
    {
        if (!headers.Contains(Wire.IdempotencyKey))
            headers.Add(Wire.IdempotencyKey, Guid.NewGuid().ToString());
    }

    // The caller is told, and may come back then.
    private static bool IsTooLong(RetryPredicateArguments<HttpResponseMessage> attempt, TimeSpan total) =>
        attempt.Outcome.Result is { } answer && Wire.RetryAfterOf(answer) >= total;

    private static bool MayRepeat(HttpRequestMessage request) =>
        (request.Method == HttpMethod.Get && !request.Options.TryGetValue(Once, out _))
        || (request.Options.TryGetValue(OnlyReads, out var onlyReads) && onlyReads)
        || request.Headers.Contains(Wire.IdempotencyKey);

    // The registry says Retry-After with 409 only where a request with the same key is under way.
    private static bool IsForAMoment(RetryPredicateArguments<HttpResponseMessage> attempt) =>
        HttpClientResiliencePredicates.IsTransient(attempt.Outcome)
        || attempt.Outcome.Result is { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter: not null };

    /// <summary>
    /// An answer that breaks off is a failed attempt like one that never came: a change whose answer was lost half way
    /// is repeated, too.
    /// </summary>
    private sealed class WholeAnswer : ResilienceStrategy<HttpResponseMessage>
    {
        protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback,
            ResilienceContext context,
            TState state
        )
        {
            var outcome = await callback(context, state);
            if (outcome.Result is not { } answer || IsEndless(answer))
                return outcome;
            try
            {
                await answer.Content.LoadIntoBufferAsync(context.CancellationToken);
                return outcome;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                answer.Dispose();
                return Outcome.FromException<HttpResponseMessage>(e);
            }
        }

        private static bool IsEndless(HttpResponseMessage answer) =>
            answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == Wire.LiveMediaType;
    }

    private sealed class WholeAnswerOptions : ResilienceStrategyOptions;
}
