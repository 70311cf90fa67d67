using ConsentRegistry.Benchmarks;

// Every run prints what it measured against a yardstick of the same run; none of it is a test that time decides.
return args switch
{
    ["log"] => await SequencingBenchmark.RunAsync(),
    ["soak"] => await Soak.RunAsync(changes: 100_000),
    ["soak", var number] when int.TryParse(number, out var changes) && changes > 0 => await Soak.RunAsync(changes),
    _ => Explain(),
};

static int Explain()
{
    Console.Error.WriteLine("log            changes per second with and without sequencing, and how far checkpoints lag behind");
    Console.Error.WriteLine("soak [number]  that many changes (100,000) while hosts and database are killed, then the log is verified");
    return 2;
}
