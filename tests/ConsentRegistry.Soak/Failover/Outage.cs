using System.Diagnostics;

namespace ConsentRegistry.Soak.Failover;

/// <summary>The longest time without success since somebody began to look.</summary>
internal sealed class Outage
{
    private readonly Lock guard = new();
    private long last = Stopwatch.GetTimestamp();
    private TimeSpan longest;

    /// <summary>The time of the last success.</summary>
    public long LastSuccess
    {
        get
        {
            lock (guard)
                return last;
        }
    }

    /// <summary>Notes that something succeeded just now.</summary>
    public void Succeeded()
    {
        lock (guard)
        {
            longest = Longer(longest, Stopwatch.GetElapsedTime(last));
            last = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The longest time without success so far; from now on it is looked at anew.</summary>
    public TimeSpan TakeLongest()
    {
        lock (guard)
        {
            var taken = Longer(longest, Stopwatch.GetElapsedTime(last));
            longest = TimeSpan.Zero;
            return taken;
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
