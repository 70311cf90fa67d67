using System.Text;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli;

/// <summary>
/// What an auditor names on the command line: keys to trust, checkpoints that were kept, and receipts.
/// </summary>
/// <param name="KeySet">The file of a key set.</param>
/// <param name="Keys">Verifier keys themselves.</param>
/// <param name="Checkpoints">Files with a checkpoint each.</param>
/// <param name="Receipts">Files with a receipt each.</param>
/// <param name="ClockTolerance">How far back time may go.</param>
/// <param name="Policy">The file with the policy on witnesses; null for none.</param>
/// <param name="MaxAge">How old the newest entry, or the cosignatures, may be; null for any age.</param>
/// <param name="JudgesMeaning">Whether each event is judged against those before it.</param>
internal sealed record AuditorFiles(
    string? KeySet,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Checkpoints,
    IReadOnlyList<string> Receipts,
    TimeSpan ClockTolerance,
    string? Policy,
    TimeSpan? MaxAge,
    bool JudgesMeaning
)
{
    /// <summary>Bytes of one of these files, at most: no note, token or key set is longer.</summary>
    private const int MaxBytes = 2 << 20;

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    public Result<VerificationRequest> Read(IEd25519 ed25519)
    {
        KeySet? pinned = null;
        if (
            KeySet is not null
            && !Domain.Log.KeySet.Parse(ReadFile(KeySet), ed25519).Succeeded(out pinned, out var failure)
        )
            return failure with { Detail = $"{KeySet} is no key set of the registry: {failure.Detail}" };
        var keys = new List<NoteKey>();
        foreach (var text in Keys)
        {
            if (!NoteKey.TryParse(text, ed25519, out var key))
                return new Failure(
                    FailureCode.Invalid,
                    $"'{text}' is no verifier key; give one of the form " + "name+id+base64."
                );
            keys.Add(key);
        }
        WitnessPolicy? policy = null;
        if (Policy is not null && !WitnessPolicy.Parse(ReadFile(Policy), ed25519).Succeeded(out policy, out var unread))
            return unread with { Detail = $"{Policy} is no policy on witnesses: {unread.Detail}" };
        return new VerificationRequest
        {
            PinnedSet = pinned,
            PinnedKeys = [.. keys],
            Policy = policy,
            KeptCheckpoints = [.. Checkpoints.Select(path => Encoding.UTF8.GetString(ReadFile(path)))],
            // Who saves a token from a terminal has a newline after it.
            Receipts = [.. Receipts.Select(path => Encoding.UTF8.GetString(ReadFile(path)).TrimEnd('\r', '\n'))],
            Now = Instant.From(TimeProvider.System.GetUtcNow()),
            MaxAge = MaxAge,
            ClockTolerance = ClockTolerance,
            JudgesMeaning = JudgesMeaning,
        };
    }

    /// <summary>Reads one of these files.</summary>
    /// <exception cref="IOException">It cannot be read, or is too long.</exception>
    internal static byte[] ReadFile(string path) =>
        new FileInfo(path) is { Exists: true, Length: > MaxBytes }
            ? throw new IOException($"{path} is too long to be what it is said to be.")
            : File.ReadAllBytes(path);
}
