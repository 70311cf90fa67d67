using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Makes a registry, keeps what others keep of it, then alters it in all the ways of the catalogues, one after the
/// other, and lets who has to find each of them look for it.
/// </summary>
internal static class AlterationsRun
{
    /// <returns>The exit code: 0 if each was found by who has to, in time.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        if (AlterationsOptions.Parse(words) is not { } options)
        {
            await Console.Error.WriteLineAsync($"alterations {AlterationsOptions.Usage}");
            return 2;
        }
        var summary = await RunAsync(options, Console.Out);
        Console.Write(summary);
        return summary.Passed ? 0 : 1;
    }

    /// <summary>Makes a run.</summary>
    /// <param name="options">How it goes.</param>
    /// <param name="output">Takes a line for each alteration.</param>
    public static async Task<AlterationsSummary> RunAsync(AlterationsOptions options, TextWriter output)
    {
        var started = Stopwatch.GetTimestamp();
        await using var scratch = await Scratch.CreateAsync();
        var registry = new AlteredRegistry(scratch);
        var random = new Random(options.Seed);
        // As many creators as alterations share a copy.
        var victims = Names("v", 90);
        var erased = Names("e", 12);
        var kept = await Preparation.MakeAsync(registry, victims, erased);
        var columns = await SchemaColumn.ReadAsync(registry.Original);
        await registry.DropRulesAsync();
        await output.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The registry was made in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s."
            )
        );

        var copy = await registry.CopyAsync();
        await AlteredRegistry.ExecuteAsync(copy, AlteredRegistry.NoMarks);
        var tables = new TableSearch(registry, copy, columns, random);
        var folders = new FolderSearch(registry, kept, random);
        // What is found although nobody altered anything would be found always.
        if (
            (await tables.FindAnywayAsync() ?? TextSearch.FindAnyway(kept) ?? await folders.FindAnywayAsync()) is
            { } anyway
        )
            throw new InvalidOperationException($"The registry that nobody altered is not right: {anyway}");

        Alteration[] catalogue =
        [
            .. TableCatalogue.All(columns),
            .. NodeCatalogue.All(Finder.StartingNode, columns, random),
            .. NodeCatalogue.All(Finder.RunningNode, columns, random),
            .. new SoloCatalogue(await ForgedEvent.MakeAsync(registry)).All(columns, random),
            .. ExportCatalogue.All(kept),
            .. new ForgedCatalogue(registry).All(),
            .. new SignedCatalogue(registry).All(kept),
            .. new FolderCatalogue(registry).All(kept),
            .. ActCatalogue.All,
        ];
        random.Shuffle(catalogue);
        var drawn = catalogue
            .Where(one => options.Only is null || one.Finder == options.Only)
            .Take(options.Number)
            .ToList();
        var outcomes = new List<Outcome>();
        Tell(drawn.Where(one => one.Finder == options.Blind).Select(Outcome.Nothing));
        var looked = drawn.Where(one => one.Finder != options.Blind).ToList();

        Tell(TextSearch.Run(kept, looked.OfType<TextAlteration>(), random));
        Tell(await tables.RunAsync(looked.OfType<TableAlteration>()));
        Tell(await folders.RunAsync(looked.OfType<FolderAlteration>()));
        Tell(await new ActSearch(registry, kept, victims).RunAsync([.. looked.OfType<ActAlteration>()]));
        var answers = await NodeSearch.AskAsync(registry, victims.Concat(erased));
        var nodes = new NodeSearch(registry, victims, erased, answers);
        foreach (var finder in new[] { Finder.StartingNode, Finder.RunningNode })
            Tell(await nodes.RunAsync(finder, [.. looked.OfType<NodeAlteration>().Where(one => one.Finder == finder)]));
        await new SoloSearch(registry, answers).RunAsync(looked.OfType<SoloAlteration>(), Tell);
        return new(options, outcomes, Stopwatch.GetElapsedTime(started));

        void Tell(IEnumerable<Outcome> found)
        {
            foreach (var outcome in found)
            {
                outcomes.Add(outcome);
                output.WriteLine(AlterationsSummary.LineOf(outcome));
            }
        }
    }

    private static IReadOnlyList<string> Names(string kind, int count) =>
        [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{kind}{i:00}"))];
}
