using System.Globalization;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>Processor time of processes, from proc(5).</summary>
internal static class ProcessTimes
{
    /// <summary>Ticks a second of the times in proc(5): USER_HZ, which is 100 on every platform of Linux.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Processor time that a process has taken.</summary>
    public static TimeSpan Of(int process) =>
        Read(process) is { } times ? times.Own : throw new BenchmarkException($"process {process} has ended");

    /// <summary>
    /// Processor time that a process and its children have taken, those included that ended and were waited for.
    /// </summary>
    public static TimeSpan OfFamily(int parent)
    {
        var family = Read(parent) ?? throw new BenchmarkException($"process {parent} has ended");
        var sum = family.Own + family.Ended;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } child
                && child.Parent == parent
            )
                sum += child.Own;
        }
        return sum;
    }

    /// <summary>The parent of a process.</summary>
    public static int ParentOf(int process) =>
        Read(process)?.Parent ?? throw new BenchmarkException($"process {process} has ended");

    private static (int Parent, TimeSpan Own, TimeSpan Ended)? Read(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            // The name stands in parentheses and may hold anything.
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return (
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                Time(fields[11]) + Time(fields[12]),
                Time(fields[13]) + Time(fields[14])
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static TimeSpan Time(string ticks) =>
        TimeSpan.FromSeconds(long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond);
}
