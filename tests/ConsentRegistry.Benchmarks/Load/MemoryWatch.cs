namespace ConsentRegistry.Benchmarks.Load;

/// <summary>Looks at the memory of a process again and again.</summary>
internal static class MemoryWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>So many looks in a row, 5 s, have to agree.</summary>
    private const int LooksToAgree = 25;

    /// <summary>Looks agree within this share: what an idle host's timers allocate between two collections.</summary>
    private const double Agreement = 0.002;

    private const long AgreementFloor = 1 << 20;

    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(2);

    /// <summary>What the server occupies when that has stopped changing.</summary>
    /// <exception cref="BenchmarkException">It goes on changing.</exception>
    public static async Task<long> SettleAsync(RunningServer server)
    {
        var looks = new Queue<long>();
        for (var waited = TimeSpan.Zero; waited < SettleLimit; waited += Interval)
        {
            looks.Enqueue(server.ResidentBytes());
            if (looks.Count > LooksToAgree)
                looks.Dequeue();
            if (
                looks.Count == LooksToAgree
                && looks.Max() - looks.Min() <= Math.Max(AgreementFloor, looks.Max() * Agreement)
            )
                return looks.Max();
            await Task.Delay(Interval);
        }
        throw new BenchmarkException($"memory did not settle within {SettleLimit.TotalMinutes:0} minutes");
    }

    /// <summary>What the server occupies while something goes on, in bytes, look by look.</summary>
    public static async Task<IReadOnlyList<long>> WatchAsync(RunningServer server, Task during)
    {
        var looks = new List<long>();
        do
        {
            looks.Add(server.ResidentBytes());
        } while (await Task.WhenAny(during, Task.Delay(Interval)) != during);
        looks.Add(server.ResidentBytes());
        return looks;
    }
}
