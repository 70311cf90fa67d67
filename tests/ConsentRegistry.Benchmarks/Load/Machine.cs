using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>What a run was measured on.</summary>
internal static class Machine
{
    private const double GiB = 1 << 30;

    public static async Task<string> DescribeAsync(LoadedData data)
    {
        await using var connection = new NpgsqlConnection(data.ConnectionString);
        await connection.OpenAsync();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} cores, {memory:0} GiB of memory; "
                + $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}; "
                + $"{RuntimeInformation.FrameworkDescription}; PostgreSQL {connection.PostgreSqlVersion}"
        );
    }

    // "model name	: AMD EPYC", once for each core.
    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
