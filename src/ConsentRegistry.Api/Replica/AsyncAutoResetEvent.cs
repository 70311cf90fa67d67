namespace ConsentRegistry.Api.Replica;

/// <summary>Wakes one who waits. Set several times before somebody waits, it counts once.</summary>
internal sealed class AsyncAutoResetEvent : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    /// <summary>Wakes who waits, or who waits next.</summary>
    public void Set()
    {
        try
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else was as quick, or the host ends.
        }
    }

    /// <summary>Waits until it is set.</summary>
    public Task WaitAsync(CancellationToken cancellation) => signal.WaitAsync(cancellation);

    /// <summary>Waits until it is set, or for a time; false if the time is over.</summary>
    public Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellation) => signal.WaitAsync(time, cancellation);

    /// <summary>The same for somebody who blocks a thread of their own.</summary>
    public bool Wait(TimeSpan time, CancellationToken cancellation) => signal.Wait(time, cancellation);

    public void Dispose() => signal.Dispose();
}
