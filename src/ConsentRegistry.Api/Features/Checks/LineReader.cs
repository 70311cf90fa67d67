using System.IO.Pipelines;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// Reads the body of a stream for as long as its caller may go on, is not silent for too long, and sends well-formed
/// HTTP.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="caller">Who sends it.</param>
/// <param name="longestIdle">For how long nothing may arrive.</param>
/// <param name="clock">The clock.</param>
/// <param name="over">The node ends.</param>
internal sealed class LineReader(
    PipeReader body,
    StreamCaller caller,
    TimeSpan longestIdle,
    TimeProvider clock,
    CancellationToken over
)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private static readonly Problem Idle = new(
        408,
        ProblemCode.RequestTimeout,
        "No line has come for too long, and the stream ends here; open another when there is something to ask."
    );

    private static readonly Problem Over = new(
        503,
        ProblemCode.Unavailable,
        "This node is being stopped, and the stream ends here; go on with another connection."
    );

    /// <summary>The next that arrives, or why the stream ends before it.</summary>
    public async ValueTask<(ReadResult Read, Problem? End)> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            if (over.IsCancellationRequested)
                return (default, Over);
            // Mostly something is there already.
            if (body.TryRead(out var read))
            {
                if (!read.IsCanceled)
                    return (read, null);
                body.AdvanceTo(read.Buffer.Start);
            }
            var since = clock.GetTimestamp();
            await using var wake = clock.CreateTimer(
                _ => body.CancelPendingRead(),
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
            while (true)
            {
                var (idle, token) = (
                    longestIdle - clock.GetElapsedTime(since),
                    caller.Caller.Remaining(clock.GetUtcNow())
                );
                if (over.IsCancellationRequested)
                    return (default, Over);
                if (token <= TimeSpan.Zero)
                    return (default, Direct.ChunkAnswers.Expired);
                if (idle < ShortestWait)
                    return (default, Idle);
                // A timer may be early by a part of a millisecond.
                wake.Change(
                    TimeSpan.FromTicks(Math.Max(ShortestWait.Ticks, Math.Min(idle.Ticks, token.Ticks))),
                    Timeout.InfiniteTimeSpan
                );
                read = await body.ReadAsync(cancellation);
                if (!read.IsCanceled)
                    return (read, null);
                // Nothing of it was looked at: what has come meanwhile is read again.
                body.AdvanceTo(read.Buffer.Start);
            }
        }
        catch (IOException e) when (BodyBuffer.ProblemOf(e) is { } problem)
        {
            return (default, problem);
        }
    }

    /// <summary>Gives back what was read.</summary>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => body.AdvanceTo(consumed, examined);
}
