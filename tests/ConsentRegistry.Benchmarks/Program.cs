using ConsentRegistry.Benchmarks;
using ConsentRegistry.Benchmarks.Load;
using ConsentRegistry.Benchmarks.Neighbours;

// Every run prints what it measured against a yardstick of the same run; none of it is a test that time decides.
return args switch
{
    ["all"] => await AllAsync(),
    [LoadOptions.QuickWord] => await LoadBenchmark.RunAsync([LoadOptions.QuickWord]),
    ["load", .. var words] => await LoadBenchmark.RunAsync(words),
    ["log"] => await SequencingBenchmark.RunAsync(),
    ["cache", .. var words] => await CacheBenchmark.RunAsync(words),
    ["neighbours", .. var words] => await NeighboursBenchmark.RunAsync(words),
    ["bare", var port, var answer, var contentType] => await BareEndpoint.RunAsync(port, answer, contentType),
    _ => Explain(),
};

static async Task<int> AllAsync()
{
    var log = await SequencingBenchmark.RunAsync();
    var load = await LoadBenchmark.RunAsync([]);
    var neighbours = await NeighboursBenchmark.RunAsync(["--write"]);
    return Math.Max(Math.Max(log, load), neighbours);
}

static int Explain()
{
    Console.Error.WriteLine(
        $"""
        all                log, load at the full scale, and neighbours
        {LoadOptions.QuickWord}            all parts of load at a hundredth of the data, in a few minutes; judges nothing
        {LoadBenchmark.Usage}
                           the service under load, with all data or so many creators'; all of the parts, or those named
        log                changes per second with and without sequencing, and how far checkpoints lag behind
        {CacheBenchmark.Usage}
                           what the client's cache of decisions saves, and how long it answers what was withdrawn
        {NeighboursBenchmark.Usage}
                           how long the checks of others wait while callers do what could stop a node
        """
    );
    return 2;
}
