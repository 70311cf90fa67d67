using System.Diagnostics;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Makes alterations of different creators on one copy, before a node starts or while it runs, and asks it about each
/// of them until it refuses to answer. What it answers until then may be no allow that the log does not say.
/// </summary>
internal sealed class NodeSearch(
    AlteredRegistry registry,
    IReadOnlyList<string> victims,
    IReadOnlyList<string> erased,
    IReadOnlyDictionary<Question, string> answers
)
{
    private const string Refused = "503";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private static readonly Question Control = new(Story.Untouched, "v", "training", Story.Requester);

    private int copies;

    /// <summary>What the registry answers that nobody altered.</summary>
    public static async Task<IReadOnlyDictionary<Question, string>> AskAsync(
        AlteredRegistry registry,
        IEnumerable<string> creators
    )
    {
        var copy = await registry.CopyAsync();
        var answers = new Dictionary<Question, string>();
        await using (var host = AlteredHost.Start(registry.Scratch, copy, "unaltered"))
        {
            await host.AnswersAsync(Control, "allow");
            foreach (var question in creators.SelectMany(Story.QuestionsAbout))
                answers.Add(question, await host.Calls.CheckAsync(question));
        }
        await registry.DropAsync(copy);
        return answers;
    }

    /// <summary>Searches for all of one finder.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(Finder finder, IReadOnlyList<NodeAlteration> alterations)
    {
        if (alterations.Count == 0)
            return [];
        var (plain, ofErased) = (new Queue<string>(victims), new Queue<string>(erased));
        var places = alterations
            .Select(one => (Alteration: one, Creator: (one.IsOfErased ? ofErased : plain).Dequeue()))
            .ToList();
        var copy = await registry.CopyAsync();
        var outcomes = new List<Outcome>();
        if (finder == Finder.StartingNode)
            outcomes.AddRange(await AlterAsync(copy, places));
        await using (var host = AlteredHost.Start(registry.Scratch, copy, $"{finder.Word()}-{++copies}"))
        {
            var started = Stopwatch.GetTimestamp();
            await host.AnswersAsync(Control, "allow");
            if (finder == Finder.RunningNode)
            {
                started = Stopwatch.GetTimestamp();
                outcomes.AddRange(await AlterAsync(copy, places));
            }
            places.RemoveAll(place => outcomes.Exists(outcome => outcome.Alteration == place.Alteration));
            outcomes.AddRange(await SearchAsync(host, finder, places, started));
            if (await host.Calls.CheckAsync(Control) != "allow")
                throw new InvalidOperationException(
                    $"Nobody is answered any more, so nobody can be told apart:\n{string.Join('\n', host.Lines)}"
                );
        }
        await registry.DropAsync(copy);
        return outcomes;
    }

    private static async Task<IReadOnlyList<Outcome>> AlterAsync(
        string copy,
        IEnumerable<(NodeAlteration Alteration, string Creator)> places
    )
    {
        var failed = new List<Outcome>();
        foreach (var (alteration, creator) in places)
        {
            if (await AlteredRegistry.AlterAsync(copy, alteration.Means, alteration.For(creator)) == 0)
                failed.Add(Outcome.Nothing(alteration) with { Wrong = "there is no row to alter" });
        }
        return failed;
    }

    private async Task<IReadOnlyList<Outcome>> SearchAsync(
        AlteredHost host,
        Finder finder,
        IReadOnlyList<(NodeAlteration Alteration, string Creator)> places,
        long started
    )
    {
        var open = places.ToList();
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        var outcomes = new List<Outcome>();
        // A node that starts has its first answer only; one that runs has its time, and as much again, to tell late
        // from never.
        var limit = finder == Finder.StartingNode ? TimeSpan.Zero : 2 * finder.Limit();
        do
        {
            foreach (var (alteration, creator) in open.ToList())
            {
                var isRefused = true;
                foreach (var question in Story.QuestionsAbout(creator))
                {
                    var answer = await host.Calls.CheckAsync(question);
                    isRefused &= answer == Refused;
                    if (answer == "allow" && answers[question] != "allow")
                        wrong.TryAdd(creator, $"'{question.Purpose}' is allowed, and '{answers[question]}' by the log");
                }
                if (!isRefused)
                    continue;
                open.Remove((alteration, creator));
                outcomes.Add(
                    new(
                        alteration,
                        $"nothing is answered about {creator}",
                        Stopwatch.GetElapsedTime(started),
                        wrong.GetValueOrDefault(creator)
                    )
                );
            }
            if (open.Count > 0)
                await Task.Delay(BetweenLooks);
        } while (open.Count > 0 && Stopwatch.GetElapsedTime(started) < limit);
        outcomes.AddRange(
            open.Select(one => Outcome.Nothing(one.Alteration) with { Wrong = wrong.GetValueOrDefault(one.Creator) })
        );
        return outcomes;
    }
}
