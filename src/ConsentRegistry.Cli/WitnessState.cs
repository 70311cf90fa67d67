using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>
/// The file in which a witness keeps the newest checkpoint of each log, and the one beside it for evidence. It is
/// replaced as a whole: nobody reads a part of it, and a crash leaves the one before.
/// </summary>
internal sealed class WitnessState : IDisposable
{
    private readonly string path;
    private readonly Witness witness;
    private readonly FileStream own;
    private readonly Dictionary<string, SeenCheckpoint> seen = new(StringComparer.Ordinal);

    // Of logs that are not watched now.
    private readonly List<string> others = [];

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="UnusableException">
    /// It holds something else: to begin anew would be to forget what was seen. Or another process keeps it.
    /// </exception>
    public WitnessState(string path, Witness witness)
    {
        (this.path, this.witness, Evidence) = (path, witness, new($"{path}.evidence"));
        // Two processes with one file would each forget what the other saw, and one key would cosign two histories.
        own = SoleOwner.Take($"{path}.lock", $"Another witness keeps its state there: '{path}' is in use.");
        if (!File.Exists(path))
            return;
        foreach (var text in File.ReadAllText(path).Split(EvidenceFile.Separator))
        {
            if (!SignedNote.TryParse(text, out var note) || !Checkpoint.TryParse(note.Text, out var head))
                throw new UnusableException($"'{path}' does not hold checkpoints.");
            if (!witness.Origins.Contains(head.Origin, StringComparer.Ordinal))
                others.Add(text);
            else if (!witness.TryRead(note, out _) || !seen.TryAdd(head.Origin, new(note, head)))
                throw new UnusableException(
                    $"'{path}' holds a checkpoint of {head.Origin} that none of the given keys signed, or two of them."
                );
        }
    }

    /// <summary>Where evidence is kept.</summary>
    public EvidenceFile Evidence { get; }

    /// <summary>The newest checkpoint that was seen of a log; null if none was.</summary>
    public SeenCheckpoint? Last(string origin) => seen.GetValueOrDefault(origin);

    /// <summary>Keeps a checkpoint that was cosigned.</summary>
    /// <param name="note">The note with the lines of the log's keys.</param>
    /// <param name="cosignature">The witness's own line.</param>
    public void Keep(SignedNote note, string cosignature)
    {
        if (
            !Checkpoint.TryParse(note.Text, out var head)
            || !NoteSignature.TryParse(cosignature.TrimEnd('\n'), out var own)
        )
            throw new ArgumentException("Only a cosigned checkpoint is kept.", nameof(note));
        var kept = note;
        // When this checkpoint was seen first tells how old it is.
        if (
            Last(head.Origin) is { } last
            && last.Checkpoint == head
            && Cosignatures(last).FirstOrDefault() is { } first
        )
            kept = kept.With(first);
        seen[head.Origin] = new(kept.With(own), head);
        WholeFile.Write(
            path,
            string.Join(EvidenceFile.Separator, seen.Values.Select(one => one.Note.ToString()).Concat(others))
        );
    }

    /// <summary>
    /// The checkpoint as it is given out, with the witness's newest line; null if none of it was cosigned.
    /// </summary>
    public string? Published(string origin) =>
        Last(origin) is { } last && Cosignatures(last) is [.., var newest]
            ? last.Note.Keep(line => !line.ClaimsToBeBy(witness.Key) || ReferenceEquals(line, newest)).ToString()
            : null;

    /// <summary>When the newest checkpoint of a log was seen first; null if that is not known.</summary>
    public DateTimeOffset? FirstSeen(string origin) =>
        Last(origin) is { } last
        && Cosignatures(last) is [var first, ..]
        && Cosignature.TryVerify(first, last.Note.Text, witness.Key, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <inheritdoc/>
    public void Dispose() => own.Dispose();

    private List<NoteSignature> Cosignatures(SeenCheckpoint last) =>
        [.. last.Note.Signatures.Where(line => line.ClaimsToBeBy(witness.Key))];
}
