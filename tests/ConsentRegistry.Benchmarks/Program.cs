using ConsentRegistry.Benchmarks;
using ConsentRegistry.Benchmarks.Load;

// Every run prints what it measured against a yardstick of the same run; none of it is a test that time decides.
return args switch
{
    ["all"] => await AllAsync(),
    ["load", .. var words] => await LoadBenchmark.RunAsync(words),
    ["log"] => await SequencingBenchmark.RunAsync(),
    ["soak"] => await Soak.RunAsync(changes: 100_000),
    ["soak", var number] when int.TryParse(number, out var changes) && changes > 0 => await Soak.RunAsync(changes),
    ["bare", var port, var answer, var contentType] => await BareEndpoint.RunAsync(port, answer, contentType),
    _ => Explain(),
};

static async Task<int> AllAsync()
{
    var log = await SequencingBenchmark.RunAsync();
    var load = await LoadBenchmark.RunAsync([]);
    return Math.Max(log, load);
}

static int Explain()
{
    Console.Error.WriteLine("all            log, and load at the full scale");
    Console.Error.WriteLine("log            changes per second with and without sequencing, and how far checkpoints lag behind");
    Console.Error.WriteLine(LoadBenchmark.Usage);
    Console.Error.WriteLine("               the service under load, with all data or so many creators'; all of the parts, or those named");
    Console.Error.WriteLine("soak [number]  that many changes (100,000) while hosts and database are killed, then the log is verified");
    return 2;
}
