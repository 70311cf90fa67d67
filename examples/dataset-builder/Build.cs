using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ConsentRegistry.Client;

namespace DatasetBuilder;

/// <summary><c>build</c>: asks for each line of a file, and keeps the videos that are allowed.</summary>
/// <remarks>
/// The answers come in the order of the lines. After every thousand the manifest says how far the files count. A run
/// that is ended in between is gone on with from there: no line is lost, and none is twice in the dataset.
/// </remarks>
internal sealed class Build(ConsentRegistryClient registry, Dataset dataset)
{
    private const int LinesPerCommit = 1_000;

    public async Task RunAsync(
        FileInfo ids,
        string purpose,
        IReadOnlyList<string> canMeet,
        CancellationToken cancellation
    )
    {
        var hash = await LineFile.HashAsync(ids.FullName, cancellation);
        var manifest =
            await dataset.ReadAsync(cancellation)
            ?? new Manifest
            {
                Purpose = purpose,
                CanMeet = canMeet,
                Source = new(hash, Lines: 0, Position: 0),
                StartedAt = TimeProvider.System.GetUtcNow(),
                Allowed = new("allowed-1.jsonl"),
            };
        if (manifest.Source.Sha256 != hash || manifest.Purpose != purpose || !manifest.CanMeet.SequenceEqual(canMeet))
            throw new DatasetException("The folder holds a dataset of other ids, or for something else.");
        if (manifest.FinishedAt is not null)
            throw new DatasetException("The dataset is finished; recheck asks again.");

        await using var allowed = dataset.Open(manifest.Allowed.File, manifest.Allowed.Bytes);
        var ends = new ConcurrentQueue<long>();
        var uncommitted = 0;
        try
        {
            await foreach (
                var (check, answer) in registry.Checks.CheckStreamAsync(
                    ReadAsync(ids.FullName, manifest.Source.Position, purpose, ends, cancellation),
                    cancellation
                )
            )
            {
                if (!ends.TryDequeue(out var end))
                    throw new InvalidOperationException("There are more answers than lines.");
                var decision = await Answers.SettleAsync(registry, check, answer, cancellation);
                manifest = manifest with { Source = new(hash, manifest.Source.Lines + 1, end) };
                if (Answers.RefusalOf(decision, canMeet) is { } reason)
                {
                    Answers.Count(manifest.Refused, reason);
                }
                else
                {
                    Dataset.WriteLine(allowed, Answers.Allow(check, decision));
                    manifest = manifest with
                    {
                        Allowed = manifest.Allowed with
                        {
                            Count = manifest.Allowed.Count + 1,
                            OldestAnswer = Answers.Earlier(manifest.Allowed.OldestAnswer, decision.FreshAt),
                        },
                    };
                }
                if (++uncommitted == LinesPerCommit)
                {
                    (manifest, uncommitted) = (await CommitAsync(manifest, allowed, cancellation), 0);
                    await Console.Out.WriteLineAsync($"{manifest.Source.Lines} lines");
                }
            }
        }
        finally
        {
            // Whatever ended it: what was answered counts.
            manifest = await CommitAsync(manifest, allowed, CancellationToken.None);
        }
        var sha256 = await LineFile.HashAsync(dataset.PathOf(manifest.Allowed.File), cancellation);
        await dataset.CommitAsync(
            manifest with
            {
                FinishedAt = TimeProvider.System.GetUtcNow(),
                Allowed = manifest.Allowed with { Sha256 = sha256 },
            },
            cancellation
        );
        await Console.Out.WriteLineAsync(
            $"{manifest.Source.Lines} lines: {manifest.Allowed.Count} allowed; refused: {Answers.Text(manifest.Refused)}"
        );
    }

    // First the lines are on disk, then the manifest says that they count.
    private async Task<Manifest> CommitAsync(Manifest manifest, FileStream allowed, CancellationToken cancellation)
    {
        allowed.Flush(flushToDisk: true);
        manifest = manifest with { Allowed = manifest.Allowed with { Bytes = allowed.Length } };
        await dataset.CommitAsync(manifest, cancellation);
        return manifest;
    }

    // Each line is one check, also one that is no video: so the answers count the lines. The registry refuses ids that
    // are empty.
    private static async IAsyncEnumerable<Check> ReadAsync(
        string path,
        long from,
        string purpose,
        ConcurrentQueue<long> ends,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var line in LineFile.ReadAsync(path, from).WithCancellation(cancellation))
        {
            ends.Enqueue(line.End);
            var video = IdLine.Parse(line.Bytes);
            yield return Answers.CheckOf(video?.CreatorId ?? "", video?.VideoId ?? "", purpose);
        }
    }
}
