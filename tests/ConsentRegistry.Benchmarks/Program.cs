using ConsentRegistry.Benchmarks;
using ConsentRegistry.Benchmarks.Load;
using ConsentRegistry.Benchmarks.Neighbours;
using ConsentRegistry.Benchmarks.Notifications;
using ConsentRegistry.Benchmarks.Staleness;

// Every run prints what it measured against a yardstick of the same run; none of it is a test that time decides.
return args switch
{
    ["all"] => await AllAsync(),
    ["load", .. var words] => await LoadBenchmark.RunAsync(words),
    ["log"] => await SequencingBenchmark.RunAsync(),
    ["neighbours", .. var words] => await NeighboursBenchmark.RunAsync(words),
    ["bare", var port, var answer, var contentType] => await BareEndpoint.RunAsync(port, answer, contentType),
    ["soak"] => new[] { await Soak.RunAsync(Soak.UsualChanges), await NotificationSoak.RunAsync(NotificationSoak.UsualNumber), await StalenessRun.RunAsync([]) }.Max(),
    ["soak", "log"] => await Soak.RunAsync(Soak.UsualChanges),
    ["soak", "log", var number] when int.TryParse(number, out var changes) && changes > 0 => await Soak.RunAsync(changes),
    ["soak", "notifications"] => await NotificationSoak.RunAsync(NotificationSoak.UsualNumber),
    ["soak", "notifications", var number] when int.TryParse(number, out var told) && told > 0 => await NotificationSoak.RunAsync(told),
    ["soak", "staleness", .. var words] => await StalenessRun.RunAsync(words),
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
        {LoadBenchmark.Usage}
                           the service under load, with all data or so many creators'; all of the parts, or those named
        log                changes per second with and without sequencing, and how far checkpoints lag behind
        {NeighboursBenchmark.Usage}
                           how long the checks of others wait while callers do what could stop a node
        soak               all of the following
        soak log [number]  that many changes (100,000) while nodes and database are killed, then the log is verified
        soak notifications [number]
                           that many notifications (10,000) while nodes and database are killed, then every receiver must have been told
        soak staleness {StalenessOptions.Usage}
                           that many checks (1,000,000) while consent is withdrawn and given back and everything fails in turns,
                           then every answer is searched for one that an acknowledged change makes impossible
        """);
    return 2;
}
