using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>
/// A witness and the file in which it keeps the checkpoint that it saw last. One request at a time is judged and kept.
/// </summary>
internal sealed class LogWatcher(Witness witness, string state)
{
    private readonly Lock oneAtATime = new();

    /// <summary>Judges a request, and keeps what it shows before the answer is given out.</summary>
    public WitnessAnswer Add(AddCheckpoint request)
    {
        lock (oneAtATime)
        {
            var answer = witness.Judge(
                request,
                Last()?.Checkpoint,
                TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()
            );
            if (answer.Seen is { } seen)
                Keep(state, seen.ToString());
            return answer;
        }
    }

    /// <summary>Looks at the newest checkpoint of a registry.</summary>
    public async Task<int> LookAsync(LogSource source, CancellationToken cancellation)
    {
        var text = await source.CheckpointAsync(cancellation);
        if (!SignedNote.TryParse(text, out var note) || !witness.TryRead(note, out var newest))
            throw new UnusableException(
                "What is served there is no checkpoint of this log, signed by one of the given keys."
            );
        var last = Last();
        if (last is { Checkpoint: var before } && newest.Size < before.Size)
            return await LookBackAsync(source, note, newest, last.Value, cancellation);
        var proof =
            last is { Checkpoint: { Size: > 0 } earlier } && earlier.Size < newest.Size
                ? await source.ProofAsync(earlier.Size, newest.Size, cancellation)
                : [];
        var answer = Add(new(last?.Checkpoint.Size ?? 0, proof ?? [], note));
        if (!answer.IsCosigned)
            return Report(note, newest, last!.Value);
        Console.Write(note + answer.Body);
        return ExitCode.Success;
    }

    // A cache on the way may serve an older checkpoint; it has to be one that the newer goes on from.
    private async Task<int> LookBackAsync(
        LogSource source,
        SignedNote note,
        Checkpoint older,
        (SignedNote Note, Checkpoint Checkpoint) last,
        CancellationToken cancellation
    )
    {
        var proof = await source.ProofAsync(older.Size, last.Checkpoint.Size, cancellation);
        if (
            proof is null
            || !MerkleTree.VerifyConsistency(older.Size, last.Checkpoint.Size, proof, older.Root, last.Checkpoint.Root)
        )
            return Report(note, older, last);
        await Console.Error.WriteLineAsync(
            $"The registry shows a checkpoint of {older.Size} leaves, older than that of {last.Checkpoint.Size} seen "
                + "before, and consistent with it."
        );
        return ExitCode.Success;
    }

    private int Report(SignedNote note, Checkpoint shown, (SignedNote Note, Checkpoint Checkpoint) last)
    {
        var evidence = $"{state}.evidence";
        Keep(evidence, $"{last.Note}\n{note}");
        Console.WriteLine(
            $"TAMPERED: the log now shows {shown.Size} leaves with root {Convert.ToBase64String(shown.Root)}, which "
                + $"does not go on from the {last.Checkpoint.Size} leaves with root "
                + $"{Convert.ToBase64String(last.Checkpoint.Root)} seen before. Both are signed by the log; they are "
                + $"kept in '{evidence}'."
        );
        return ExitCode.Unexpected;
    }

    private (SignedNote Note, Checkpoint Checkpoint)? Last()
    {
        if (!File.Exists(state))
            return null;
        // To begin anew where something is wrong with the file would be to forget what was seen.
        return SignedNote.TryParse(File.ReadAllBytes(state), out var note) && witness.TryRead(note, out var checkpoint)
            ? (note, checkpoint)
            : throw new UnusableException($"'{state}' does not hold a checkpoint of this log.");
    }

    private static void Keep(string path, string text)
    {
        var fresh = $"{path}.new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }
}
