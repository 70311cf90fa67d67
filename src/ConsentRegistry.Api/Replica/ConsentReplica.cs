using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Replica;

/// <summary>What one poll left behind: memory as of it, and when it was.</summary>
/// <param name="Memory">Memory, with everything that the poll saw.</param>
/// <param name="DatabaseTime">The database's time at the poll.</param>
/// <param name="SentAt">This node's time just before the poll was sent, by <see cref="BootClock"/>.</param>
internal sealed record ReplicaState(FactMemory Memory, Instant DatabaseTime, long SentAt)
{
    /// <summary>The database's time at the poll, as answers write it.</summary>
    public byte[] DatabaseTimeText { get; } = Encoding.ASCII.GetBytes(DatabaseTime.ToString());

    /// <summary>Whether the server waits for a synchronous standby before it answers a commit.</summary>
    public bool HasStandby { get; init; }

    /// <summary>
    /// Whether a commit was confirmed after the poll: what the poll saw is on the standby too, where there is one.
    /// </summary>
    public bool IsConfirmed { get; init; }

    /// <summary>A moment that expiries have been compared with already.</summary>
    public Instant NotBefore { get; init; } = Instant.Beginning;

    /// <summary>
    /// The moment that expiries are compared with: the database's time, carried on by this node's clock.
    /// </summary>
    public Instant At(long now) =>
        new(Math.Max(NotBefore.Microseconds, DatabaseTime.Microseconds + ((now - SentAt) / 1_000)));
}

/// <summary>
/// A permission to answer from memory, taken before the first fact is read. What was decided by it may be answered only
/// if it still holds afterwards.
/// </summary>
internal readonly struct Permit(ReplicaState state, long until, long now)
{
    /// <summary>The state to read.</summary>
    public ReplicaState State { get; } = state;

    public FactMemory Memory => State.Memory;

    /// <summary>The moment that expiries are compared with.</summary>
    public Instant Now { get; } = state.At(now);

    /// <summary>Whether what was read may be answered.</summary>
    public bool Holds => BootClock.Now <= until;

    /// <summary>Until when it may, for somebody who waits for it.</summary>
    public Deadline DeadlineOf(CancellationToken cancellation) => new(until, cancellation);
}

/// <summary>What a check asks of the memory that answers it, beside being fresh.</summary>
/// <param name="MinVersions">Versions that memory must have reached, by stream.</param>
/// <param name="PolledAfter">The moment after which the poll must have been sent; null for any that is fresh.</param>
internal readonly record struct FreshnessRequirement(IReadOnlyDictionary<string, long>? MinVersions, long? PolledAfter)
{
    /// <summary>
    /// Whether the poll must have been confirmed as well: by the synchronous standby, where there is one.
    /// </summary>
    public bool IsConfirmed { get; init; }

    /// <summary>What a strong check asks: a poll after it arrived, confirmed.</summary>
    /// <param name="minVersions">Versions that memory must have reached, by stream.</param>
    /// <param name="arrivedAt">When it arrived; null if it is no strong one.</param>
    public static FreshnessRequirement OfCheck(IReadOnlyDictionary<string, long>? minVersions, long? arrivedAt) =>
        new(minVersions, arrivedAt) { IsConfirmed = arrivedAt is not null };
}

/// <summary>
/// This node's memory, for those who decide from it. It answers for Δ after the last poll was sent, and for Δ after the
/// last beat was sent that was confirmed: whatever this node cannot know of, every change has waited for. A beat that the
/// synchronous standby confirmed was sent while the server was the primary still.
/// </summary>
internal sealed class ConsentReplica(ReplicaOptions options) : IDisposable
{
    /// <summary>
    /// How long a check waits for the next poll before it is told that there is no answer: half of the usual Δ. A busy node
    /// takes that long for the events of one large change.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private static readonly long CheckNotedEach = BootClock.Nanoseconds(TimeSpan.FromMilliseconds(100));
    private static readonly long QuietAfter = BootClock.Nanoseconds(CommitSignal.QuietAfter);

    private readonly long delta = BootClock.Nanoseconds(options.Delta);
    private readonly AsyncAutoResetEvent pollRequested = new();
    private TaskCompletionSource published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReplicaState? state;
    private bool isClosed;
    private long beatSentAt;
    private bool confirmationRequested;
    private long checkedAt = BootClock.Now;

    // The one writer's own: it is there still when nothing is answered any more.
    private ReplicaState? last;

    /// <summary>
    /// How long ago the poll was sent that memory is as new as; null while nothing is answered from memory.
    /// </summary>
    public TimeSpan? Age => Volatile.Read(ref state) is { } current ? BootClock.Since(current.SentAt) : null;

    /// <summary>How long ago the beat was sent that was confirmed last; null before the first.</summary>
    public TimeSpan? BeatAge => Volatile.Read(ref beatSentAt) is not 0 and var at ? BootClock.Since(at) : null;

    /// <summary>
    /// Whether for <see cref="CommitSignal.QuietAfter"/> nothing was answered from memory, and nothing was committed.
    /// </summary>
    public bool IsQuiet(CommitSignal commits) =>
        commits.IsQuiet && BootClock.Since(Volatile.Read(ref checkedAt)) >= CommitSignal.QuietAfter;

    /// <summary>Memory, to be measured and not to be answered from; null while nothing is answered from it.</summary>
    public FactMemory? Memory => Volatile.Read(ref state)?.Memory;

    /// <summary>Takes the permission to answer from memory; false if memory is not fresh.</summary>
    public bool TryBegin(out Permit permit)
    {
        var now = BootClock.Now;
        NoteCheck(now);
        return TryRead(now, out permit);
    }

    /// <summary>The same for what the node does by itself, which keeps nobody from being quiet.</summary>
    public bool TryRead(out Permit permit) => TryRead(BootClock.Now, out permit);

    private bool TryRead(long now, out Permit permit)
    {
        // All are copied before any fact is read: they only say less than what holds by then. The time was taken first,
        // so that whoever has an older state has an earlier time as well.
        var current = Volatile.Read(ref state);
        if (current is null || Volatile.Read(ref isClosed))
        {
            permit = default;
            return false;
        }
        var until = Math.Min(current.SentAt, Volatile.Read(ref beatSentAt)) + delta;
        permit = new(current, until, now);
        return now <= until;
    }

    /// <summary>
    /// Takes the permission as soon as memory is what is needed; null if it is not within <see cref="LongestWait"/>.
    /// </summary>
    public Task<Permit?> BeginAsync(FreshnessRequirement need, CancellationToken cancellation) =>
        BeginAsync(need, LongestWait, cancellation);

    /// <summary>Takes the permission as soon as memory is what is needed; null if it is not within a time.</summary>
    public async Task<Permit?> BeginAsync(FreshnessRequirement need, TimeSpan patience, CancellationToken cancellation)
    {
        if (TryBegin(need, out var permit))
            return permit;
        var deadline = BootClock.Now + BootClock.Nanoseconds(patience);
        while (true)
        {
            var next = Volatile.Read(ref published).Task;
            if (TryBegin(need, out permit))
                return permit;
            if (need.PolledAfter is not null)
                RequestPoll(need.IsConfirmed);
            var left = TimeSpan.FromTicks((deadline - BootClock.Now) / 100);
            if (left <= TimeSpan.Zero || !await EndsWithinAsync(next, left, cancellation))
                return TryBegin(need, out permit) ? permit : null;
        }
    }

    /// <summary>Asks for a poll as soon as may be.</summary>
    /// <param name="isConfirmed">Whether it has to be confirmed by the synchronous standby, where there is one.</param>
    public void RequestPoll(bool isConfirmed = false)
    {
        if (isConfirmed && Volatile.Read(ref state) is { HasStandby: true })
            Volatile.Write(ref confirmationRequested, true);
        pollRequested.Set();
    }

    /// <summary>Whether the next poll has to be confirmed; asked once for each.</summary>
    internal bool TakeConfirmationRequest() => Interlocked.Exchange(ref confirmationRequested, false);

    /// <summary>Returns after a time, or as soon as somebody is in a hurry.</summary>
    internal void WaitForPollRequest(TimeSpan time, CancellationToken cancellation) =>
        pollRequested.Wait(time, cancellation);

    /// <summary>Makes what a poll brought the memory that is answered from.</summary>
    /// <remarks>
    /// By how much later the database's time is read than the poll is sent differs from poll to poll, and so does how
    /// fast clocks run: what had expired would not have for a moment. So time stands still instead. None of this makes
    /// more than Δ, for such a poll is not answered from: where the database's time is further behind, its clock was
    /// set back, and is followed. To hold on to the later time would be to have everything expired for as long as the
    /// clock had been wrong.
    /// </remarks>
    internal void Publish(ReplicaState next)
    {
        var now = BootClock.Now;
        if (
            last is { } before
            && before.At(now).Microseconds - next.At(now).Microseconds is > 0 and var behind
            && behind * 1_000 <= delta
        )
            next = next with { NotBefore = before.At(now) };
        last = next;
        Volatile.Write(ref state, next);
        Interlocked.Exchange(ref published, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Notes when a beat was sent that was confirmed.</summary>
    internal void NoteBeat(long sentAt) => Volatile.Write(ref beatSentAt, sentAt);

    /// <summary>Nothing is answered from memory any more, until this node has joined again.</summary>
    internal void StopAnswering() => Volatile.Write(ref state, null);

    /// <summary>Nothing is answered from memory any more, whatever is published yet: the node ends.</summary>
    internal void Close()
    {
        Volatile.Write(ref isClosed, true);
        StopAnswering();
    }

    public void Dispose() => pollRequested.Dispose();

    // Noted now and then only: what all checks write to would slow them all. The first after a quiet time has memory
    // polled, so that those behind it are answered from what is fresh.
    private void NoteCheck(long now)
    {
        var before = Volatile.Read(ref checkedAt);
        if (now - before < CheckNotedEach)
            return;
        Volatile.Write(ref checkedAt, now);
        if (now - before >= QuietAfter)
            RequestPoll();
    }

    private bool TryBegin(in FreshnessRequirement need, out Permit permit) =>
        TryBegin(out permit)
        && (need.PolledAfter is not { } after || permit.State.SentAt > after)
        && (!need.IsConfirmed || permit.State.IsConfirmed)
        && (need.MinVersions is not { Count: > 0 } versions || permit.Memory.Reaches(versions));

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
