using System.Diagnostics;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Runs <c>consent mirror</c> and <c>consent witness</c>, with what they saw before, on altered files.
/// </summary>
internal sealed class FolderSearch(AlteredRegistry registry, Kept kept, Random random)
{
    private int copies;

    /// <summary>What they say of what nobody altered; null if nothing is wrong.</summary>
    public async Task<string?> FindAnywayAsync()
    {
        foreach (var finder in new[] { Finder.Mirror, Finder.Witness })
        {
            var outcome = await SearchAsync(new("nothing", Means.Files, finder, (_, _) => { }));
            if (outcome.Place is { } place)
                return place;
        }
        return null;
    }

    /// <summary>Searches for each.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(IEnumerable<FolderAlteration> alterations)
    {
        var outcomes = new List<Outcome>();
        foreach (var alteration in alterations)
            outcomes.Add(await SearchAsync(alteration));
        return outcomes;
    }

    private async Task<Outcome> SearchAsync(FolderAlteration alteration)
    {
        var (source, own) = (Copy(kept.Mirror), Copy(OwnOf(alteration.Finder)));
        alteration.Alter(alteration.IsOwn ? own : source, random);
        string[] words =
            alteration.Finder == Finder.Mirror
                ? ["mirror", "--log", source, "--key", kept.VerifierKey, "--to", own]
                :
                [
                    "witness",
                    "--log",
                    source,
                    "--key",
                    kept.VerifierKey,
                    "--state",
                    Path.Combine(own, "seen.txt"),
                    "--signer",
                    Path.Combine(own, "witness.key"),
                ];
        var started = Stopwatch.GetTimestamp();
        var result = await ConsentCommand.RunAsync(words, "");
        var after = Stopwatch.GetElapsedTime(started);
        Directory.Delete(source, recursive: true);
        Directory.Delete(own, recursive: true);
        return new(
            alteration,
            result.Code == 0 ? null : $"exit code {result.Code}: {result.Told.Split('\n')[0]}",
            after
        );
    }

    private string OwnOf(Finder finder) => finder == Finder.Mirror ? kept.OlderMirror : kept.Witness;

    private string Copy(string folder)
    {
        var copy = registry.Scratch.PathOf($"files{++copies}");
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return copy;
    }
}
