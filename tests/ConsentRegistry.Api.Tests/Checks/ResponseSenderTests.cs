using System.IO.Pipelines;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Who takes nothing for too long is cut off, and who is only slow is not.</summary>
public sealed class ResponseSenderTests : IDisposable
{
    private static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock clock = new();
    private readonly Pipe pipe = new(
        new(
            pauseWriterThreshold: ResponseSender.SliceBytes,
            resumeWriterThreshold: ResponseSender.SliceBytes / 2,
            useSynchronizationContext: false,
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline
        )
    );
    private readonly CancellationTokenSource connection = new();

    public void Dispose() => connection.Dispose();

    [Fact]
    public async Task A_caller_who_takes_nothing_for_as_long_as_may_be_is_cut_off()
    {
        await using var sender = new ResponseSender(pipe.Writer, LongestStall, connection.Cancel, clock);
        var sending = sender.SendAsync(new byte[10 * ResponseSender.SliceBytes], connection.Token).AsTask();
        clock.Move(LongestStall - Moment);
        Assert.False(connection.IsCancellationRequested);
        Assert.False(sending.IsCompleted);
        clock.Move(Moment);
        Assert.True(connection.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_caller_who_takes_a_little_each_time_gets_everything_however_long_it_takes()
    {
        const int slices = 20;
        await using var sender = new ResponseSender(pipe.Writer, LongestStall, connection.Cancel, clock);
        var sending = sender.SendAsync(new byte[slices * ResponseSender.SliceBytes], connection.Token).AsTask();
        for (var i = 0; i < slices; i++)
        {
            clock.Move(LongestStall - Moment);
            Assert.False(connection.IsCancellationRequested);
            var read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            pipe.Reader.AdvanceTo(read.Buffer.GetPosition(ResponseSender.SliceBytes));
        }
        await sending;
        // Nothing is left to take.
        clock.Move(LongestStall * 10);
        Assert.False(connection.IsCancellationRequested);
    }

    /// <summary>A clock whose timers ring when the test says so.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private readonly List<ManualTimer> timers = [];
        private TimeSpan now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, () => callback(state));
            timer.Change(dueTime, period);
            timers.Add(timer);
            return timer;
        }

        public void Move(TimeSpan by)
        {
            now += by;
            timers.ForEach(timer => timer.RingIfDue());
        }

        private sealed class ManualTimer(ManualClock clock, Action ring) : ITimer
        {
            private TimeSpan? dueAt;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
                return true;
            }

            public void RingIfDue()
            {
                if (dueAt > clock.now)
                    return;
                if (dueAt is not null)
                    ring();
                dueAt = null;
            }

            public void Dispose() => dueAt = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
