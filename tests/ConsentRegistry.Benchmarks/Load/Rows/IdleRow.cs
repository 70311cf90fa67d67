using System.Globalization;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>What a node that nobody asks costs, and its database: processor time while nothing happens.</summary>
internal static class IdleRow
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Of a run that judges nothing.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <summary>After the last request and commit: what ran often is compiled again by then, and all are quiet.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);

    private static readonly Target Little = Target.AtMost(1, " % of a core");

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var node = await run.NodeAsync();
        var database = await ServerOfAsync(run.Data.ConnectionString);
        await Task.Delay(Calm);
        var time = run.Options.Judges ? Longest : Short;
        var (nodeBefore, databaseBefore) = (node.ProcessorTime(), ProcessTimes.OfFamily(database));
        await Task.Delay(time);
        var (ofNode, ofDatabase) = (
            node.ProcessorTime() - nodeBefore,
            ProcessTimes.OfFamily(database) - databaseBefore
        );
        return [Of("idle node", ofNode, time), Of("database of an idle node", ofDatabase, time)];
    }

    private static Row Of(string what, TimeSpan taken, TimeSpan time)
    {
        var percent = 100 * taken / time;
        return Row.Of(
            what,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{taken.TotalSeconds:0.00} s of processor time in {time.TotalSeconds:0} s: {percent:0.0} % of a core"
            ),
            Little,
            percent
        );
    }

    // The parent of every connection's process.
    private static async Task<int> ServerOfAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return ProcessTimes.ParentOf(connection.ProcessID);
    }
}
