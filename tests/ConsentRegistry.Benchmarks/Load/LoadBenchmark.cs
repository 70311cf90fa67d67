using ConsentRegistry.Benchmarks.Load.Rows;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// The service under load, with all the data that it is made for, beside yardsticks of the same run: a bare endpoint of
/// the same web server, and PostgreSQL without the service.
/// </summary>
internal static class LoadBenchmark
{
    private const string Document = "docs/reference/performance.md";

    /// <summary>
    /// The parts of a run, in their order: the first needs no node, the next two look at the node as it has just been
    /// started, and the last leaves PostgreSQL with much to tidy up.
    /// </summary>
    private static readonly IReadOnlyList<(string Name, Func<LoadRun, Task<IReadOnlyList<Row>>> MeasureAsync)> Parts =
    [
        ("evaluator", EvaluatorRow.MeasureAsync),
        ("start", StartRow.MeasureAsync),
        ("memory", MemoryRow.MeasureAsync),
        ("idle", IdleRow.MeasureAsync),
        ("single", SingleRow.MeasureAsync),
        (GrantRow.Name, GrantRow.MeasureAsync),
        (ContentRow.Name, ContentRow.MeasureAsync),
        ("batch", BatchRow.MeasureAsync),
        ("stream", StreamRow.MeasureAsync),
        ("filter", FilterRow.MeasureAsync),
        ("strong", StrongRow.MeasureAsync),
        ("revocation", RevocationRow.MeasureAsync),
        ("named", NamedRow.MeasureAsync),
        ("changes", ChangeRow.MeasureAsync),
        ("standby", StandbyRow.MeasureAsync),
    ];

    /// <summary>The parts of a run with a node that does something beside answering.</summary>
    private static readonly IReadOnlyList<(
        string Name,
        Func<LoadRun, Task<IReadOnlyList<Row>>> MeasureAsync
    )> WithCost = [("single", CostRow.SingleAsync), ("batch", CostRow.BatchAsync), ("stream", CostRow.StreamAsync)];

    public static string Usage =>
        $"load [{string.Join(' ', Parts.Select(part => part.Name))}] [{LoadOptions.QuickWord}] [--creators n] "
        + $"[--rounds n] [--seconds n] [{string.Join(" | ", LoadOptions.Costs.Keys)}] [--write]";

    public static async Task<int> RunAsync(string[] words)
    {
        var parts = words.Any(LoadOptions.Costs.ContainsKey) ? WithCost : Parts;
        if (LoadOptions.Read(words, [.. parts.Select(part => part.Name)]) is not { } options)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        if (!OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine(
                "The load benchmark runs on Linux only: it reads what processes occupy from /proc."
            );
            return 2;
        }
        await using var data = await LoadedData.OpenAsync(
            options.Scale,
            hasGranted: options.Wants(GrantRow.Name),
            hasIdentified: options.Wants(ContentRow.Name)
        );
        var rows = new List<Row>();
        var isComplete = true;
        await using (var run = new LoadRun(options, data))
        {
            foreach (var part in parts.Where(part => options.Wants(part.Name)))
            {
                Console.Error.WriteLine($"Measuring: {part.Name}");
                try
                {
                    var measured = await part.MeasureAsync(run);
                    rows.AddRange(options.Judges ? measured : measured.Select(row => row.Unjudged()));
                }
                catch (Exception e) when (e is BenchmarkException or HttpRequestException)
                {
                    rows.Add(Row.Failed(part.Name, e.Message));
                    isComplete = false;
                }
            }
        }

        var text = Report.Text(rows, options, await Machine.DescribeAsync(data), TimeProvider.System.GetLocalNow());
        Console.Write(text);
        if (options.IsWhole || options.Write)
            await Report.WriteAsync(Path.Combine(Repository.Folder, Document), text);
        return isComplete ? 0 : 1;
    }
}
