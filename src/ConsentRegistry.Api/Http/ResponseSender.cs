using System.IO.Pipelines;

namespace ConsentRegistry.Api.Http;

/// <summary>Sends answers as fast as the caller takes them, and cuts off a caller who takes none.</summary>
/// <param name="to">Where to.</param>
/// <param name="longestStall">For how long the caller may take nothing.</param>
/// <param name="cutOff">Cuts the caller off.</param>
/// <param name="clock">The clock.</param>
internal sealed class ResponseSender(PipeWriter to, TimeSpan longestStall, Action cutOff, TimeProvider clock)
    : IAsyncDisposable
{
    /// <summary>
    /// Bytes that are sent at once: whoever takes so much in time is slow, and not stuck. Large enough that handing
    /// them on costs little.
    /// </summary>
    public const int SliceBytes = 32 << 10;

    private readonly ITimer stall = clock.CreateTimer(
        _ => cutOff(),
        null,
        Timeout.InfiniteTimeSpan,
        Timeout.InfiniteTimeSpan
    );

    /// <summary>Sends answers; returns when there is room for more.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> answers, CancellationToken cancellation)
    {
        while (!answers.IsEmpty)
        {
            var slice = answers[..Math.Min(SliceBytes, answers.Length)];
            answers = answers[slice.Length..];
            var sending = to.WriteAsync(slice, cancellation);
            if (sending.IsCompleted)
            {
                await sending;
                continue;
            }
            stall.Change(longestStall, Timeout.InfiniteTimeSpan);
            await sending;
            stall.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>From then on nobody is cut off any more: the connection is the next request's.</summary>
    public ValueTask DisposeAsync() => stall.DisposeAsync();
}
