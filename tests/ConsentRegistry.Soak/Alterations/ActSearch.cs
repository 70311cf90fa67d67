using System.Diagnostics;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Lets <c>consent monitor</c> look at creators, writes an event of each that they did not make, and lets it look
/// again.
/// </summary>
internal sealed class ActSearch(AlteredRegistry registry, Kept kept, IReadOnlyList<string> creators)
{
    /// <summary>Searches for all of them.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(IReadOnlyList<ActAlteration> alterations)
    {
        if (alterations.Count == 0)
            return [];
        var places = alterations.Zip(creators).ToList();
        var copy = await registry.CopyAsync();
        var outcomes = new List<Outcome>();
        await using (var host = AlteredHost.Start(registry.Scratch, copy, "monitored"))
        {
            await host.AnswersAsync(new(Story.Untouched, "v", "training", Story.Requester), "allow");
            // What was before is told, too.
            await LookAsync(host, places.Select(place => place.Second));
            foreach (var (alteration, creator) in places)
                await alteration.Act(host.Calls, creator);
            var started = Stopwatch.GetTimestamp();
            var reports = await LookAsync(host, places.Select(place => place.Second));
            var after = Stopwatch.GetElapsedTime(started);
            foreach (var (alteration, creator) in places)
            {
                var found = reports.FirstOrDefault(report =>
                    (string?)report["creatorId"] == creator && (string?)report["event"]?["kind"] == alteration.Kind
                );
                outcomes.Add(
                    new(alteration, found is null ? null : $"{creator}: {found["event"]!.ToJsonString()}", after)
                );
            }
        }
        await registry.DropAsync(copy);
        return outcomes;
    }

    private async Task<IReadOnlyList<JsonNode>> LookAsync(AlteredHost host, IEnumerable<string> monitored)
    {
        var keys = registry.Scratch.PathOf("keys.json");
        await File.WriteAllTextAsync(keys, kept.Keys);
        var words = monitored
            .SelectMany(creator => new[] { "--creator", creator, "--mine", creator })
            .Prepend(registry.Scratch.PathOf("monitor.json"))
            .Prepend("--state");
        var result = await ConsentCommand.RunAsync(
            ["monitor", "--log", host.Calls.Url, "--keys", keys, .. words],
            host.Calls.TokenOf("auditor")
        );
        return [.. result.Told.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
    }
}
