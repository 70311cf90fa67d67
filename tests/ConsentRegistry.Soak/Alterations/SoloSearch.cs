using System.Diagnostics;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>Makes one alteration on a copy, and waits for what a node says that starts there.</summary>
internal sealed class SoloSearch(AlteredRegistry registry, IReadOnlyDictionary<Question, string> answers)
{
    private int copies;

    /// <summary>Searches for each, and tells it: one takes some seconds.</summary>
    public async Task RunAsync(IEnumerable<SoloAlteration> alterations, Action<IEnumerable<Outcome>> tell)
    {
        foreach (var alteration in alterations)
        {
            var copy = await registry.CopyAsync();
            tell([await SearchAsync(copy, alteration)]);
            await registry.DropAsync(copy);
        }
    }

    private async Task<Outcome> SearchAsync(string copy, SoloAlteration alteration)
    {
        if (await AlteredRegistry.AlterAsync(copy, alteration.Means, alteration.Statement) == 0)
            return Outcome.Nothing(alteration) with { Wrong = "there is no row to alter" };
        var folder = alteration.HasOwnCheckpoint ? Preparation.FirstHost : $"alone-{++copies}";
        await using var host = AlteredHost.Start(registry.Scratch, copy, folder);
        await host.ListensAsync();
        var started = Stopwatch.GetTimestamp();
        var line = await host.SaysAsync(alteration.Says, alteration.Finder.Limit());
        var after = Stopwatch.GetElapsedTime(started);
        if (host.HasEnded)
            return new(alteration, $"the node does not start: {host.Lines.LastOrDefault()}", after);
        return new(alteration, line is null ? null : PlaceOf(line), after, await FindWrongAsync(host));
    }

    // Whatever it says, it may allow nothing that the log does not.
    private async Task<string?> FindWrongAsync(AlteredHost host)
    {
        foreach (var (question, expected) in answers.Where(answer => answer.Value != "allow").Take(20))
        {
            if (await host.Calls.CheckAsync(question) == "allow")
                return $"{question} is allowed, and '{expected}' by the log";
        }
        return null;
    }

    // Without time and level.
    private static string PlaceOf(string line) => line.Split(' ', 3)[^1];
}
