using ConsentRegistry.Benchmarks;
using ConsentRegistry.Benchmarks.Staleness;

// Every run prints what it measured against a yardstick of the same run; none of it is a test that time decides.
return args switch
{
    ["log"] => await SequencingBenchmark.RunAsync(),
    ["soak"] => Math.Max(await Soak.RunAsync(Soak.UsualChanges), await StalenessRun.RunAsync([])),
    ["soak", "log"] => await Soak.RunAsync(Soak.UsualChanges),
    ["soak", "log", var number] when int.TryParse(number, out var changes) && changes > 0 => await Soak.RunAsync(changes),
    ["soak", "staleness", .. var words] => await StalenessRun.RunAsync(words),
    _ => Explain(),
};

static int Explain()
{
    Console.Error.WriteLine(
        $"""
        log                changes per second with and without sequencing, and how far checkpoints lag behind
        soak               both of the following
        soak log [number]  that many changes (100,000) while nodes and database are killed, then the log is verified
        soak staleness {StalenessOptions.Usage}
                           that many checks (1,000,000) while consent is withdrawn and given back and everything fails in turns,
                           then every answer is searched for one that an acknowledged change makes impossible
        """);
    return 2;
}
