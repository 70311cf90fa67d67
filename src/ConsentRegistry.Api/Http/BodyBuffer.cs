using System.Buffers;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The body of a request. Its buffer grows with what arrives, and not with what the request announces. Beyond the first
/// <see cref="FreeBytes"/> it is taken from a budget that all bodies of the node share, and of which each caller has a
/// share. It is given back with the end of the request.
/// </summary>
internal sealed class BodyBuffer : IDisposable
{
    /// <summary>
    /// Bytes of each body that the budget does not count: a check, a change or a stop is smaller, and is never refused
    /// for others' bodies.
    /// </summary>
    public const int FreeBytes = 16 << 10;

    /// <summary>
    /// For how long a body may be on its way: the largest one comes within it at half a megabit a second.
    /// </summary>
    public static readonly TimeSpan LongestArrival = TimeSpan.FromMinutes(2);

    private readonly List<IDisposable> leases = [];
    private byte[] bytes = [];
    private int count;

    private BodyBuffer() { }

    /// <summary>What has arrived; good until the request ends.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes.AsMemory(0, count);

    /// <summary>Why the body is refused, if it is.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>The body that was read for this request before; null if none was.</summary>
    public static BodyBuffer? Find(HttpContext http) => http.Items[typeof(BodyBuffer)] as BodyBuffer;

    /// <summary>Reads the body to its end, or says why not. It is read once for each request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">Bytes of the body, at most.</param>
    /// <param name="caller">Whose share of the budget it takes.</param>
    public static async ValueTask<BodyBuffer> ReadAsync(HttpContext http, int limit, string caller)
    {
        if (Find(http) is { } known)
            return known;
        var body = new BodyBuffer();
        http.Items[typeof(BodyBuffer)] = body;
        http.Response.RegisterForDispose(body);
        body.Problem = await body.FillAsync(http, limit, caller);
        return body;
    }

    /// <summary>What a caller is told whose body could not be read; null if the failure is not theirs.</summary>
    public static Problem? ProblemOf(Exception exception) =>
        exception switch
        {
            BadHttpRequestException { StatusCode: 413 } => ProblemExceptionHandler.TooLarge,
            BadHttpRequestException { StatusCode: 408 } => TooSlow,
            BadHttpRequestException bad => new(bad.StatusCode, ProblemCode.MalformedRequest, Malformed),
            // The server reports a chunk size beyond all numbers as a plain I/O error.
            IOException => new(400, ProblemCode.MalformedRequest, Malformed),
            _ => null,
        };

    public void Dispose()
    {
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        (bytes, count) = ([], 0);
        foreach (var lease in leases)
            lease.Dispose();
        leases.Clear();
    }

    private const string Malformed =
        "The body is no well-formed HTTP, or ends too early; send it once more, as RFC 9112 has it.";

    private static Problem TooSlow =>
        new(408, ProblemCode.RequestTimeout, "The body has not arrived in time; send it faster, or send less at once.");

    private async Task<Problem?> FillAsync(HttpContext http, int limit, string caller)
    {
        var tooLarge = new Problem(
            413,
            ProblemCode.TooLarge,
            $"The body is larger than {limit} bytes; send less at once."
        );
        var announced = http.Request.ContentLength;
        if (announced > limit)
            return tooLarge;
        var most = (int)(announced ?? limit);
        if (most == 0)
            return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(LongestArrival);
        bytes = ArrayPool<byte>.Shared.Rent(Math.Min(most, FreeBytes));
        try
        {
            while (count < most)
            {
                if (count == bytes.Length && !TryGrow(http, most, caller))
                    return Limits(http).Refusal;
                var read = await http.Request.Body.ReadAsync(
                    bytes.AsMemory(count, Math.Min(bytes.Length, most) - count),
                    patience.Token
                );
                if (read == 0)
                    return null;
                count += read;
            }
            return announced is null && await http.Request.Body.ReadAsync(new byte[1], patience.Token) > 0
                ? tooLarge
                : null;
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return TooSlow;
        }
        catch (IOException e) when (ProblemOf(e) is { } problem)
        {
            return problem;
        }
    }

    private bool TryGrow(HttpContext http, int most, string caller)
    {
        var larger = Math.Min(2 * bytes.Length, most);
        if (Limits(http).TryAcquire(caller, larger - bytes.Length) is not { } lease)
            return false;
        leases.Add(lease);
        var next = ArrayPool<byte>.Shared.Rent(larger);
        bytes.AsSpan(0, count).CopyTo(next);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = next;
        return true;
    }

    private static ConcurrencyLimit Limits(HttpContext http) =>
        http.RequestServices.GetRequiredService<ConcurrencyLimits>().BodyBytes;
}
