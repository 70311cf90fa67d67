using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ConsentRegistry.Client;

/// <summary>
/// Sends requests and reads answers: the one place that knows of addresses, headers and problem details.
/// </summary>
internal sealed class Wire
{
    /// <summary>The header with which a change may be repeated.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>What has no end.</summary>
    public const string LiveMediaType = "text/event-stream";

    /// <summary>The event that says that a feed lives.</summary>
    public const string Heartbeat = "heartbeat";

    private readonly HttpClient http;
    private readonly Uri root;

    public Wire(HttpClient http)
    {
        var address =
            http.BaseAddress
            ?? throw new ArgumentException("The client's BaseAddress is the registry's.", nameof(http));
        // Without the slash the last segment of the address would be replaced, not added to.
        root = address.AbsolutePath.EndsWith('/')
            ? address
            : new UriBuilder(address) { Path = address.AbsolutePath + "/" }.Uri;
        this.http = http;
    }

    /// <summary>A path of these segments, relative to the registry's address; each is escaped.</summary>
    /// <exception cref="ArgumentException">
    /// A segment is empty, <c>.</c> or <c>..</c>: no escaping keeps those from naming another operation.
    /// </exception>
    public static string Path(params string[] segments)
    {
        foreach (var segment in segments)
        {
            ArgumentNullException.ThrowIfNull(segment, nameof(segments));
            if (segment is "" or "." or "..")
                throw new ArgumentException($"'{segment}' is neither an id nor a purpose.", nameof(segments));
        }
        return string.Join('/', segments.Select(Uri.EscapeDataString));
    }

    /// <summary>
    /// A query of the parameters that have a value. An empty value is sent, and refused by the registry.
    /// </summary>
    public static string Query(params (string Name, string? Value)[] parameters)
    {
        var given = parameters
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}")
            .ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }

    /// <summary>A moment in an address, RFC 3339; null for none.</summary>
    public static string? Moment(DateTimeOffset? moment) => moment?.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>The exception for a success that makes no sense.</summary>
    public static ConsentRegistryException Unreadable(
        string detail,
        HttpStatusCode status = HttpStatusCode.OK,
        Exception? cause = null
    ) =>
        new(
            status,
            ConsentRegistryException.UnreadableCode,
            $"What answered is no consent registry that this client understands. {detail}",
            cause
        );

    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new(HttpMethod.Get, new Uri(root, path)), cancellation);

    /// <summary>What stands now: asked once.</summary>
    public Task<T> GetOnceAsync<T>(string path, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        request.Options.Set(RetryHandler.Once, true);
        return SendAsync<T>(request, cancellation);
    }

    /// <summary>What a node says of itself. A refusal says it, too.</summary>
    public async Task<Readiness> GetReadinessAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        request.Options.Set(RetryHandler.Once, true);
        using var response = await http.SendAsync(request, cancellation);
        var isRefusal = response.StatusCode == HttpStatusCode.ServiceUnavailable;
        if (!isRefusal && !response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var said = await JsonSerializer.DeserializeAsync(body, TypeOf<ReadinessBody>(), cancellation);
            if (said?.Parts is { } parts)
                return new(!isRefusal, parts);
        }
        catch (JsonException e) when (!isRefusal)
        {
            throw Unreadable(e.Message, response.StatusCode, e);
        }
        catch (JsonException)
        {
            // Something between here and the registry refuses in its place.
        }
        throw isRefusal
            ? await ProblemOfAsync(response, cancellation)
            : Unreadable("It does not say what it answers from.", response.StatusCode);
    }

    /// <summary>A text; null where there is none.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri(root, path), cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        return await response.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>A body of any length, to read as it comes. It stays the caller's to dispose.</summary>
    public Task<Stream> OpenAsync(string path, CancellationToken cancellation) =>
        OpenAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(root, path)), cancellation);

    /// <summary>The answer to a question, of any length, to read as it comes. It stays the caller's to dispose.</summary>
    public Task<Stream> OpenAsync<TBody>(string path, TBody body, CancellationToken cancellation) =>
        OpenAsync(Question(path, Json(body)), cancellation);

    private async Task<Stream> OpenAsync(HttpRequestMessage asked, CancellationToken cancellation)
    {
        using var request = asked;
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStreamAsync(cancellation)
                : throw await ProblemOfAsync(response, cancellation);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>What comes as lines of JSON, one by one, until the other side ends it.</summary>
    public async IAsyncEnumerable<T> LinesAsync<T>(string path, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        await using var body = await OpenAsync(path, cancellation);
        await using var lines = JsonSerializer
            .DeserializeAsyncEnumerable(body, TypeOf<T>(), topLevelValues: true, cancellation)
            .GetAsyncEnumerator(cancellation);
        while (await IsThereAsync(lines))
            yield return lines.Current ?? throw Unreadable("A line is null.");
    }

    /// <summary>What stands, unless it is of this version; null if it is.</summary>
    public async Task<T?> GetUnlessAsync<T>(string path, long version, CancellationToken cancellation)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        request.Headers.IfNoneMatch.Add(ETagOf(version));
        using var response = await http.SendAsync(request, cancellation);
        return response.StatusCode == HttpStatusCode.NotModified ? null : await ReadAsync<T>(response, cancellation);
    }

    /// <summary>A change, which may be repeated with an idempotency key.</summary>
    public Task<T> ChangeAsync<TBody, T>(
        HttpMethod method,
        string path,
        TBody body,
        ChangeOptions? options,
        CancellationToken cancellation
    ) => SendAsync<T>(With(options, new(method, new Uri(root, path)) { Content = Json(body) }), cancellation);

    /// <summary>A change whose address says everything, and which may be repeated with an idempotency key.</summary>
    public Task<T> ChangeAsync<T>(
        HttpMethod method,
        string path,
        ChangeOptions? options,
        CancellationToken cancellation
    ) => SendAsync<T>(With(options, new(method, new Uri(root, path))), cancellation);

    /// <summary>A request that takes no idempotency key.</summary>
    public Task<T> SendAsync<TBody, T>(HttpMethod method, string path, TBody body, CancellationToken cancellation) =>
        SendAsync<T>(new(method, new Uri(root, path)) { Content = Json(body) }, cancellation);

    /// <summary>A request whose address says everything, and which takes no idempotency key.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, string path, CancellationToken cancellation) =>
        SendAsync<T>(new(method, new Uri(root, path)), cancellation);

    /// <summary>Sends a question that changes nothing.</summary>
    public Task<T> AskAsync<TBody, T>(string path, TBody body, CancellationToken cancellation) =>
        SendAsync<T>(Question(path, Json(body)), cancellation);

    /// <summary>A list that comes page by page.</summary>
    public PagedList<T> List<T>(
        string path,
        int? pageSize,
        (string Name, string? Value)[] parameters,
        CancellationToken cancellation
    ) =>
        new(
            (cursor, token) =>
                GetAsync<Page<T>>(
                    path
                        + Query([
                            .. parameters,
                            ("limit", pageSize?.ToString(CultureInfo.InvariantCulture)),
                            ("cursor", cursor),
                        ]),
                    token
                ),
            cancellation
        );

    /// <summary>Adds a line of newline-delimited JSON.</summary>
    public static void WriteLine<T>(T item, IBufferWriter<byte> lines)
    {
        using (var writer = new Utf8JsonWriter(lines))
            JsonSerializer.Serialize(writer, item, TypeOf<T>());
        lines.Write("\n"u8);
    }

    /// <summary>Sends questions as lines of JSON, and reads the lines that answer them.</summary>
    public async Task<IReadOnlyList<T>> SendLinesAsync<T>(
        string path,
        ReadOnlyMemory<byte> lines,
        CancellationToken cancellation
    )
        where T : class
    {
        var content = new ReadOnlyMemoryContent(lines);
        content.Headers.ContentType = new("application/x-ndjson");
        using var request = Question(path, content);
        using var response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var items = new List<T>();
            await foreach (
                var item in JsonSerializer.DeserializeAsyncEnumerable(
                    body,
                    TypeOf<T>(),
                    topLevelValues: true,
                    cancellation
                )
            )
                items.Add(item ?? throw new JsonException("A line is null."));
            return items;
        }
        catch (JsonException e)
        {
            throw Unreadable(e.Message, response.StatusCode, e);
        }
    }

    /// <summary>
    /// What comes as server-sent events, each with the id to go on from, until the other side ends it.
    /// </summary>
    public IAsyncEnumerable<(T Item, string LastEventId)> FollowAsync<T>(
        string path,
        string? lastEventId,
        CancellationToken cancellation
    )
        where T : class => FollowAsync(path, lastEventId, ReadEvent<T>, cancellation);

    /// <summary>As above, where an event is read otherwise than by its type alone.</summary>
    public async IAsyncEnumerable<(T Item, string LastEventId)> FollowAsync<T>(
        string path,
        string? lastEventId,
        SseItemParser<T?> read,
        [EnumeratorCancellation] CancellationToken cancellation
    )
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        request.Headers.Accept.Add(new(LiveMediaType));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        if (response.Content.Headers.ContentType?.MediaType != LiveMediaType)
            throw Unreadable($"The answer is not {LiveMediaType}.");
        await using var body = new LiveStream(await response.Content.ReadAsStreamAsync(cancellation));
        var parser = SseParser.Create(body, read);
        await using var events = parser.EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await IsThereAsync(events))
        {
            body.EndEvent();
            if (events.Current.Data is { } item)
                yield return (item, parser.LastEventId);
        }
    }

    // That the other side lives is nothing to a caller.
    private static T? ReadEvent<T>(string type, ReadOnlySpan<byte> data)
        where T : class =>
        type == Heartbeat
            ? null
            : JsonSerializer.Deserialize(data, TypeOf<T>()) ?? throw new JsonException("An event is null.");

    private static async ValueTask<bool> IsThereAsync<T>(IAsyncEnumerator<T> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (IOException e)
        {
            throw new HttpRequestException("The registry, or something on the way to it, broke off.", e);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw Unreadable(e.Message, cause: e);
        }
    }

    private static ByteArrayContent Json<T>(T body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, TypeOf<T>()));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private HttpRequestMessage Question(string path, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(root, path)) { Content = content };
        request.Options.Set(RetryHandler.OnlyReads, true);
        return request;
    }

    private static HttpRequestMessage With(ChangeOptions? options, HttpRequestMessage request)
    {
        if (options?.IfSettingsVersion is { } version)
            request.Headers.IfMatch.Add(ETagOf(version));
        if (options is { OnlyIfNotSet: true })
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        if (options?.IdempotencyKey is { } key)
            request.Headers.Add(IdempotencyKey, key);
        request.Options.Set(RetryHandler.TakesKey, true);
        return request;
    }

    private static EntityTagHeaderValue ETagOf(long version) =>
        new($"\"{version.ToString(CultureInfo.InvariantCulture)}\"");

    // The answer is read whole, so that the client's timeout is for all of it.
    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, cancellation);
            return await ReadAsync<T>(response, cancellation);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, TypeOf<T>(), cancellation)
                ?? throw new JsonException("The body is null.");
        }
        catch (JsonException e)
        {
            throw Unreadable(e.Message, response.StatusCode, e);
        }
    }

    private static async Task<ConsentRegistryException> ProblemOfAsync(
        HttpResponseMessage response,
        CancellationToken cancellation
    )
    {
        ProblemDetails? problem = null;
        try
        {
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellation);
                problem = await JsonSerializer.DeserializeAsync(body, TypeOf<ProblemDetails>(), cancellation);
            }
        }
        catch (JsonException)
        {
            // Something between here and the registry answered in its place; the status says what there is to say.
        }
        return new(
            response.StatusCode,
            problem?.Code ?? ConsentRegistryException.UnknownCode,
            problem?.Detail ?? response.ReasonPhrase ?? ""
        )
        {
            TraceId = problem?.TraceId,
            Errors = problem?.Errors ?? [],
            RetryAfter = RetryAfterOf(response),
        };
    }

    // The registry gives seconds; a proxy may give a date, which is meant by the clock that also dated the answer.
    public static TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var wait =
            response.Headers.RetryAfter?.Delta
            ?? (response.Headers.RetryAfter?.Date - (response.Headers.Date ?? DateTimeOffset.UtcNow));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static JsonTypeInfo<T> TypeOf<T>() =>
        (JsonTypeInfo<T>)(
            WireJson.Default.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{nameof(WireJson)} does not know {typeof(T)}.")
        );
}
