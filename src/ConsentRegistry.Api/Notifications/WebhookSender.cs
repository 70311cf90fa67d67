using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Why no receiver answered.</summary>
public enum DeliveryError
{
    /// <summary>There was no answer in time.</summary>
    TimedOut,

    /// <summary>
    /// No connection, or one that broke; or the name leads to an address that no webhook may be at. These are not told
    /// apart, so that nobody learns which names there are in the operator's network.
    /// </summary>
    Unreachable,

    /// <summary>The webhook was disabled while the delivery waited.</summary>
    Disabled,
}

/// <summary>What is sent: the same bytes each time but for the time of sending and its signature.</summary>
/// <param name="Id">The id of the notification: the same for every receiver and each attempt.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="At">When it happened.</param>
/// <param name="Data">What happened, as JSON.</param>
internal sealed record Message(Guid Id, string Kind, Instant At, string Data)
{
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, Kind);
            writer.WriteString("timestamp"u8, At.ToString());
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(Data);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>How an attempt went.</summary>
/// <param name="Status">What the receiver answered; null if nothing.</param>
/// <param name="Error">Why nothing was answered.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
/// <param name="Took">How long it took.</param>
internal sealed record Attempt(int? Status, DeliveryError? Error, TimeSpan? RetryAfter, TimeSpan Took)
{
    /// <summary>Whether the receiver has it. A redirect is no success: it is never followed.</summary>
    public bool IsDelivered => Status is >= 200 and < 300;

    /// <summary>Whether the receiver wants to hear no more.</summary>
    public bool IsGone => Status == 410;
}

/// <summary>
/// Sends one message to one receiver, by the Standard Webhooks specification. Whatever goes wrong is the outcome, not
/// an exception.
/// </summary>
internal sealed partial class WebhookSender : IDisposable
{
    /// <summary>How long a receiver may take to answer: the specification recommends 15 to 30 s.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may take of that.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection is used again: its address was checked when it was opened, and names move on.
    /// </summary>
    private static readonly TimeSpan ConnectionFor = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of an answer's body that are read, to use its connection again. Nobody looks at them.</summary>
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>KiB of an answer's headers.</summary>
    private const int MaxHeaderKiB = 16;

    private readonly HttpMessageInvoker http;
    private readonly ILogger<WebhookSender> logger;

    public WebhookSender(AddressGuard guard, ILogger<WebhookSender> logger)
    {
        this.logger = logger;
        http = new(HandlerOf(guard));
    }

    private static SocketsHttpHandler HandlerOf(AddressGuard guard) =>
        new()
        {
            ConnectCallback = guard.ConnectAsync,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionFor,
            MaxResponseDrainSize = MaxAnswerBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            MaxResponseHeadersLength = MaxHeaderKiB,
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would resolve the name in this process's place, and connect to what nobody has checked.
            UseProxy = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        };

    /// <summary>Sends a message.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="secrets">The secrets that sign.</param>
    /// <param name="message">What.</param>
    /// <param name="now">The time of the attempt.</param>
    /// <param name="cancellation">Ends this process's patience, not the receiver's.</param>
    /// <param name="traceparent">
    /// The trace that the message belongs to, which the receiver may go on with; null for none.
    /// </param>
    /// <exception cref="OperationCanceledException">The process ends.</exception>
    public async Task<Attempt> SendAsync(
        Uri url,
        IEnumerable<byte[]> secrets,
        Message message,
        DateTimeOffset now,
        CancellationToken cancellation,
        string? traceparent = null
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(Timeout);
        try
        {
            using var request = Request(url, secrets, message, now.ToUnixTimeSeconds());
            if (traceparent is not null)
                request.Headers.Add("traceparent", traceparent);
            using var answer = await http.SendAsync(request, ending.Token);
            return new((int)answer.StatusCode, null, RetryAfterOf(answer, now), Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(DeliveryError.TimedOut);
        }
        catch (Exception e) when (IsRefused(e) || e is HttpRequestException or IOException or SocketException)
        {
            if (IsRefused(e))
                LogRefused();
            return Failed(DeliveryError.Unreachable);
        }

        Attempt Failed(DeliveryError error) => new(null, error, null, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Request(Uri url, IEnumerable<byte[]> secrets, Message message, long timestamp)
    {
        var body = message.ToJson();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("consent-registry", "1"));
        request.Headers.Add("webhook-id", $"{message.Id:D}");
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSecret.Sign(secrets, message.Id, timestamp, body));
        return request;
    }

    private static bool IsRefused(Exception? exception) =>
        exception is RefusedAddressException || (exception is not null && IsRefused(exception.InnerException));

    // Those who are overloaded say so by these; of others the header means nothing here.
    private static TimeSpan? RetryAfterOf(HttpResponseMessage answer, DateTimeOffset now) =>
        answer.StatusCode
            is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout
            ? answer.Headers.RetryAfter?.Delta ?? (answer.Headers.RetryAfter?.Date - now)
            : null;

    // For the operator alone, and without the address, which may hold what is secret.
    [LoggerMessage(
        LogEvents.WebhookAddressRefused,
        LogLevel.Information,
        "A webhook's name leads to an address that no webhook may be at",
        EventName = nameof(LogEvents.WebhookAddressRefused)
    )]
    private partial void LogRefused();
}
