using System.Globalization;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.DevelopmentServer;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// Drives the database with pgbench, which comes with the server's programs: what PostgreSQL does here without the
/// service.
/// </summary>
internal static partial class Pgbench
{
    private const int Threads = 2;

    /// <summary>Runs a script of <c>Load</c> for a while.</summary>
    /// <returns>Transactions a second, connecting not counted.</returns>
    public static async Task<double> RunAsync(LoadedData data, string script, int clients, TimeSpan duration)
    {
        // Beside a server: on Debian the one in PATH is a script that looks for a server's.
        var pgbench =
            PostgresBinaries
                .CandidateFolders()
                .Where(folder => File.Exists(Path.Combine(folder, "postgres")))
                .Select(folder => Path.Combine(folder, "pgbench"))
                .FirstOrDefault(File.Exists)
            ?? throw new BenchmarkException(
                "pgbench is missing; it comes with PostgreSQL, in Fedora with postgresql-contrib"
            );
        var connection = new NpgsqlConnectionStringBuilder(data.ConnectionString);
        var start = Command.Prepare([
            pgbench,
            "--no-vacuum",
            "--protocol=prepared",
            $"--client={clients}",
            $"--jobs={Threads}",
            $"--time={duration.TotalSeconds:0}",
            $"--define=creators={data.Scale.Creators}",
            $"--define=videos={data.Scale.Videos}",
            $"--file={Path.Combine(AppContext.BaseDirectory, "Load", script)}",
        ]);
        (start.Environment["PGHOST"], start.Environment["PGPORT"]) = (
            connection.Host,
            connection.Port.ToString(CultureInfo.InvariantCulture)
        );
        (start.Environment["PGDATABASE"], start.Environment["PGUSER"], start.Environment["PGPASSWORD"]) = (
            connection.Database,
            connection.Username,
            connection.Password
        );
        var output = await Wrk.RunAsync(start);
        var match = Rate().Match(output);
        return match.Success
            ? double.Parse(match.Groups["rate"].ValueSpan, CultureInfo.InvariantCulture)
            : throw new BenchmarkException($"pgbench said: {output}");
    }

    [GeneratedRegex(
        @"^tps = (?<rate>[0-9.]+)",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Rate();
}
