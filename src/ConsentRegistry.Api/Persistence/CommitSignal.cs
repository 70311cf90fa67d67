namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Whether something was committed lately, by this node or, as far as it knows, by another. What a node does again and
/// again beside its requests is done often while something is, and rarely while nothing is. The first commit after a
/// quiet time wakes it.
/// </summary>
public sealed class CommitSignal
{
    /// <summary>After so long without a commit the registry is quiet.</summary>
    public static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(2);

    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long committedAt = TimeProvider.System.GetTimestamp();

    /// <summary>Whether nothing was committed for <see cref="QuietAfter"/>.</summary>
    public bool IsQuiet => TimeProvider.System.GetElapsedTime(Volatile.Read(ref committedAt)) >= QuietAfter;

    /// <summary>Says that something was committed.</summary>
    public void Raise()
    {
        Volatile.Write(ref committedAt, TimeProvider.System.GetTimestamp());
        Volatile.Read(ref next).TrySetResult();
    }

    /// <summary>Returns after a pause; while the registry is quiet, at the next commit or after a longer pause.</summary>
    /// <param name="busy">The pause while something is committed.</param>
    /// <param name="quiet">The longest pause while nothing is: what a lost signal costs.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task WaitAsync(TimeSpan busy, TimeSpan quiet, CancellationToken cancellation)
    {
        // Taken first: a commit after this either ends the wait, or is seen by the look at the time.
        var commit = Next();
        if (!IsQuiet)
        {
            await Task.Delay(busy, cancellation);
            return;
        }
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        rest.CancelAfter(quiet);
        await commit.WaitAsync(rest.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    private Task Next()
    {
        var current = Volatile.Read(ref next);
        if (!current.Task.IsCompleted)
            return current.Task;
        // Of several who wait, one puts the next in its place.
        var following = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = Interlocked.CompareExchange(ref next, following, current);
        return before == current ? following.Task : before.Task;
    }
}
