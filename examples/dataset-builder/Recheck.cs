using System.Runtime.CompilerServices;
using System.Text.Json;
using ConsentRegistry.Client;

namespace DatasetBuilder;

/// <summary><c>recheck</c>: asks again before the dataset is used, and removes what was withdrawn.</summary>
/// <remarks>
/// It writes a new file, and the manifest names it in the end. A run that is ended before leaves everything as it was.
/// </remarks>
internal sealed class Recheck(ConsentRegistryClient registry, Dataset dataset)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        var manifest = await dataset.ReadAsync(cancellation);
        if (manifest?.FinishedAt is null)
            throw new DatasetException("There is no finished dataset in the folder; build it first.");
        var before = manifest.Allowed.File;
        var number = int.Parse(before["allowed-".Length..^".jsonl".Length]) + 1;
        var after = new Allowed($"allowed-{number}.jsonl");
        var removed = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var allowed = dataset.Open(after.File, at: 0))
        await using (var withdrawn = dataset.Open($"withdrawn-{number}.jsonl", at: 0))
        {
            await foreach (
                var (check, answer) in registry.Checks.CheckStreamAsync(
                    ReadAsync(dataset.PathOf(before), manifest.Purpose, cancellation),
                    cancellation
                )
            )
            {
                var decision = await Answers.SettleAsync(registry, check, answer, cancellation);
                if (Answers.RefusalOf(decision, manifest.CanMeet) is { } reason)
                {
                    Dataset.WriteLine(withdrawn, new WithdrawnVideo(check.CreatorId!, check.VideoId!, reason));
                    Answers.Count(removed, reason);
                    Answers.Count(manifest.Withdrawn, reason);
                    continue;
                }
                Dataset.WriteLine(allowed, Answers.Allow(check, decision));
                after = after with
                {
                    Count = after.Count + 1,
                    OldestAnswer = Answers.Earlier(after.OldestAnswer, decision.FreshAt),
                };
            }
            withdrawn.Flush(flushToDisk: true);
            allowed.Flush(flushToDisk: true);
            after = after with { Bytes = allowed.Length };
        }
        after = after with { Sha256 = await LineFile.HashAsync(dataset.PathOf(after.File), cancellation) };
        await dataset.CommitAsync(
            manifest with
            {
                Allowed = after,
                RecheckedAt = TimeProvider.System.GetUtcNow(),
            },
            cancellation
        );
        // Nobody uses what was withdrawn by mistake.
        File.Delete(dataset.PathOf(before));
        await Console.Out.WriteLineAsync($"{after.Count} still allowed; withdrawn: {Answers.Text(removed)}");
    }

    private static async IAsyncEnumerable<Check> ReadAsync(
        string path,
        string purpose,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var line in LineFile.ReadAsync(path, from: 0).WithCancellation(cancellation))
        {
            var video = JsonSerializer.Deserialize<AllowedVideo>(line.Bytes, JsonSerializerOptions.Web)!;
            yield return Answers.CheckOf(video.CreatorId, video.VideoId, purpose);
        }
    }
}
