using System.Net;

namespace ConsentRegistry.Api.Notifications;

/// <summary>
/// Resolves names, so many at once. A lookup blocks a thread for as long as the name's servers please, whoever has
/// stopped waiting for it: it has a thread of its own, not one of those that answer checks, and keeps its place until
/// it has really ended.
/// </summary>
/// <param name="resolve">Resolves a name, and blocks meanwhile.</param>
internal sealed class DnsLookup(Func<string, IPAddress[]> resolve) : IDisposable
{
    /// <summary>Lookups under way at once: so many threads at most wait for servers of names.</summary>
    public const int Most = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<IPAddress[]>> underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim places = new(Most);

    /// <summary>
    /// The addresses of a name. While it is being looked up, nobody looks it up a second time: a slow one takes one
    /// place.
    /// </summary>
    public async Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(name, out var literal))
            return [literal];
        if (Find(name) is { } shared)
            return await shared.WaitAsync(cancellation);
        await places.WaitAsync(cancellation);
        return await Begin(name).WaitAsync(cancellation);
    }

    public void Dispose() => places.Dispose();

    private Task<IPAddress[]>? Find(string name)
    {
        lock (gate)
            return underWay.GetValueOrDefault(name);
    }

    // With a place, which somebody who was quicker with the same name has taken already, or the lookup gives back at
    // its end.
    private Task<IPAddress[]> Begin(string name)
    {
        lock (gate)
        {
            if (underWay.TryGetValue(name, out var shared))
            {
                places.Release();
                return shared;
            }
            return underWay[name] = Task.Factory.StartNew(
                () => Look(name),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }
    }

    private IPAddress[] Look(string name)
    {
        try
        {
            return resolve(name);
        }
        finally
        {
            lock (gate)
                underWay.Remove(name);
            places.Release();
        }
    }
}
