using System.Globalization;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Startup;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>Drives the database with pgbench, which comes with the server's programs: what PostgreSQL does here without the service.</summary>
internal static partial class Pgbench
{
    private const int Threads = 2;

    /// <summary>Runs a script of <c>Load</c> for a while.</summary>
    /// <returns>Transactions a second, connecting not counted.</returns>
    public static async Task<double> RunAsync(LoadedData data, string script, int clients, TimeSpan duration)
    {
        var binaries = await PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: null, CancellationToken.None);
        var pgbench = Path.Combine(binaries.Folder, "pgbench");
        if (!File.Exists(pgbench))
            throw new BenchmarkException($"{pgbench} is missing; install the whole of PostgreSQL's server package");
        var connection = new NpgsqlConnectionStringBuilder(data.ConnectionString);
        var start = Command.Prepare(
        [
            pgbench, "--no-vacuum", "--protocol=prepared", $"--client={clients}", $"--jobs={Threads}", $"--time={duration.TotalSeconds:0}",
            $"--define=creators={data.Scale.Creators}", $"--define=videos={data.Scale.Videos}", $"--file={Path.Combine(AppContext.BaseDirectory, "Load", script)}",
        ]);
        (start.Environment["PGHOST"], start.Environment["PGPORT"]) = (connection.Host, connection.Port.ToString(CultureInfo.InvariantCulture));
        (start.Environment["PGDATABASE"], start.Environment["PGUSER"], start.Environment["PGPASSWORD"]) = (connection.Database, connection.Username, connection.Password);
        var output = await Wrk.RunAsync(start);
        var match = Rate().Match(output);
        return match.Success ? double.Parse(match.Groups["rate"].ValueSpan, CultureInfo.InvariantCulture) : throw new BenchmarkException($"pgbench said: {output}");
    }

    [GeneratedRegex(@"^tps = (?<rate>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();
}
