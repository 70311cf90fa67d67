using System.Globalization;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>A witness and what it keeps. One request at a time is judged and kept.</summary>
internal sealed class LogWatcher(Witness witness, WitnessState state, TimeSpan? maxAge) : IDisposable
{
    private readonly Lock oneAtATime = new();

    /// <summary>The origins of the logs.</summary>
    public IEnumerable<string> Origins => witness.Origins;

    /// <inheritdoc/>
    public void Dispose() => state.Dispose();

    /// <summary>Judges a request, and keeps what it shows before the answer is given out.</summary>
    public WitnessAnswer Add(AddCheckpoint request)
    {
        lock (oneAtATime)
        {
            var last = Checkpoint.TryParse(request.Note.Text, out var shown) ? state.Last(shown.Origin) : null;
            var answer = witness.Judge(request, last?.Checkpoint, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
            if (answer.Seen is { } seen)
                state.Keep(seen, answer.Body);
            // What is kept already, or not kept because anybody can make more of it, is not told again and again.
            if (
                answer.Evidence is { } evidence
                && state.Evidence.Keep($"{OfLog(last) ?? evidence}", $"{evidence}", answer.IsFork)
            )
            {
                Console.Error.WriteLine(
                    $"EVIDENCE: a checkpoint of {shown!.Origin} over {shown.Size} leaves, signed by its key, was not "
                        + $"shown to go on from the one seen before; both are kept in '{state.Evidence.Path}'."
                );
            }
            return answer;
        }
    }

    /// <summary>The checkpoint of a log that was cosigned last, with the cosignature; null if there is none.</summary>
    public string? Published(string origin)
    {
        lock (oneAtATime)
            return state.Published(origin);
    }

    /// <summary>Looks at the newest checkpoint of a registry.</summary>
    /// <exception cref="LogSourceException">The registry does not show one.</exception>
    public async Task<int> LookAsync(LogSource source, CancellationToken cancellation)
    {
        var utf8 = await source.CheckpointAsync(cancellation);
        if (!SignedNote.TryParse(utf8, out var note) || !witness.TryRead(note, out var newest))
            throw new LogSourceException(
                "What is served there is no checkpoint of a watched log, signed by one of the given keys."
            );
        try
        {
            return state.Last(newest.Origin) is { } last && newest.Size < last.Checkpoint.Size
                ? await LookBackAsync(source, note, newest, last, cancellation)
                : await GoOnAsync(source, note, newest, cancellation);
        }
        catch (TamperedException e)
        {
            Console.WriteLine($"TAMPERED: {newest.Origin} does not show what it signed: {e.Message}.");
            return ExitCode.Unexpected;
        }
    }

    private async Task<int> GoOnAsync(
        LogSource source,
        SignedNote note,
        Checkpoint newest,
        CancellationToken cancellation
    )
    {
        var last = state.Last(newest.Origin);
        var proof = last is null ? [] : await FindProofAsync(source, last.Checkpoint, newest, cancellation);
        if (proof is null)
            return ReportFork(note, newest, last);
        var answer = Add(new(last?.Checkpoint.Size ?? 0, proof, note));
        if (answer.IsFork)
            return Report(newest, last);
        if (!answer.IsCosigned)
            throw new LogSourceException($"The checkpoint is not cosigned: {answer.Body.TrimEnd('\n')}");
        Console.Write(note + answer.Body);
        return JudgeAge(newest.Origin);
    }

    // A cache on the way may serve an older checkpoint; it has to be one that the newer goes on from.
    private async Task<int> LookBackAsync(
        LogSource source,
        SignedNote note,
        Checkpoint older,
        SeenCheckpoint last,
        CancellationToken cancellation
    )
    {
        if (await FindProofAsync(source, older, last.Checkpoint, cancellation) is null)
            return ReportFork(note, older, last);
        await Console.Error.WriteLineAsync(
            $"The registry shows a checkpoint of {older.Size} leaves, older than that of {last.Checkpoint.Size} seen "
                + "before, and consistent with it."
        );
        return JudgeAge(older.Origin);
    }

    /// <summary>The proof that one checkpoint goes on from another; null if it was shown not to.</summary>
    /// <exception cref="TamperedException">The tiles there are not those of the larger tree.</exception>
    /// <exception cref="LogSourceException">Neither can be shown.</exception>
    private static async Task<IReadOnlyList<byte[]>?> FindProofAsync(
        LogSource source,
        Checkpoint older,
        Checkpoint newer,
        CancellationToken cancellation
    )
    {
        bool Proves(IReadOnlyList<byte[]> proof) =>
            MerkleTree.VerifyConsistency(older.Size, newer.Size, proof, older.Root, newer.Root);

        if (older.Size == 0)
            return older.Root.AsSpan().SequenceEqual(MerkleTree.EmptyRoot) ? [] : null;
        if (older.Size == newer.Size)
            return older.Root.AsSpan().SequenceEqual(newer.Root) ? [] : null;
        if (await source.ProofAsync(older.Size, newer.Size, cancellation) is { } given && Proves(given))
            return given;
        if (!await TreeReader.GoesOnAsync(source, older, newer, cancellation))
            return null;
        var computed = await source.ComputeProofAsync(older.Size, newer.Size, cancellation);
        return Proves(computed)
            ? computed
            : throw new LogSourceException("What is served there as tiles changes from one answer to the next.");
    }

    // The witness's own lines are new ones at each look: with them no piece of evidence would be the same again.
    private SignedNote? OfLog(SeenCheckpoint? last) => last is null ? null : witness.Strip(last.Note);

    private int ReportFork(SignedNote note, Checkpoint shown, SeenCheckpoint? last)
    {
        state.Evidence.Keep($"{OfLog(last)}", $"{witness.Strip(note)}", isSure: true);
        return Report(shown, last);
    }

    // A checkpoint says nothing about when it was made; since when it is the newest is known here.
    private int JudgeAge(string origin)
    {
        if (state.FirstSeen(origin) is not { } since)
            return ExitCode.Success;
        var age = TimeProvider.System.GetUtcNow() - since;
        var (word, limit) =
            age > maxAge ? ("STALE: ", $", which is longer than {maxAge.Value.TotalSeconds} s") : ("", "");
        Console.Error.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{word}{origin} has shown nothing newer since {since:yyyy-MM-dd'T'HH:mm:ss'Z'}, for "
            ) + string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (long)age.TotalSeconds)} s{limit}.")
        );
        return word.Length > 0 ? ExitCode.Unusable : ExitCode.Success;
    }

    private int Report(Checkpoint shown, SeenCheckpoint? last)
    {
        var before = last is null
            ? "is no history"
            : $"does not go on from the {last.Checkpoint.Size} leaves with root "
                + $"{Convert.ToBase64String(last.Checkpoint.Root)} seen before. Both are signed by the log";
        Console.WriteLine(
            $"TAMPERED: {shown.Origin} now shows {shown.Size} leaves with root {Convert.ToBase64String(shown.Root)}, "
                + $"which {before}; it is kept in '{state.Evidence.Path}'."
        );
        return ExitCode.Unexpected;
    }
}
