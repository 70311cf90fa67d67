using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// What a log, or whoever asks for it, submits to a witness (C2SP tlog-witness, <c>add-checkpoint</c>).
/// </summary>
/// <param name="OldSize">The size of the checkpoint that the witness saw last; 0 if it saw none.</param>
/// <param name="Proof">The consistency proof from there.</param>
/// <param name="Note">The checkpoint, as a signed note.</param>
public sealed record AddCheckpoint(long OldSize, IReadOnlyList<byte[]> Proof, SignedNote Note)
{
    /// <summary>Lines of a proof, at most: as many as a tree can be high.</summary>
    public const int MaxProof = 63;

    /// <summary>Bytes of a request, at most.</summary>
    public const int MaxBytes = SignedNote.MaxBytes + (1 << 16);

    private const string OldMarker = "old ";

    /// <summary>Reads a request body; false if it is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AddCheckpoint? request)
    {
        request = null;
        // The first empty line ends the proof; a note has another one.
        var end = body.IndexOf("\n\n"u8);
        if (end < 0 || body.Length > MaxBytes || !SignedNote.TryParse(body[(end + 2)..], out var note))
            return false;
        var lines = Encoding.UTF8.GetString(body[..end]).Split('\n');
        if (
            lines.Length > MaxProof + 1
            || !lines[0].StartsWith(OldMarker, StringComparison.Ordinal)
            || !TryReadSize(lines[0][OldMarker.Length..], out var oldSize)
        )
            return false;
        var proof = new List<byte[]>();
        foreach (var line in lines.Skip(1))
        {
            if (!StrictBase64.TryDecode(line, out var hash) || hash.Length != MerkleTree.HashLength)
                return false;
            proof.Add(hash);
        }
        request = new(oldSize, proof, note);
        return true;
    }

    /// <summary>The request body.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{OldMarker}{OldSize}\n{string.Concat(Proof.Select(hash => StrictBase64.Encode(hash) + "\n"))}\n{Note}"
        );

    private static bool TryReadSize(string text, out long size) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size)
        && text == size.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a witness answers.</summary>
/// <param name="Status">The HTTP status of the protocol.</param>
/// <param name="Body">The body: the cosignature's line, the size that was seen last, or why not.</param>
/// <param name="Seen">
/// The checkpoint that the witness has to keep before it gives the answer out, with one line of each of the log's keys
/// alone; null if nothing changes.
/// </param>
public sealed record WitnessAnswer(int Status, string Body, SignedNote? Seen = null)
{
    /// <summary>Whether the checkpoint was found to go on from the one before.</summary>
    public bool IsCosigned => Status == 200;

    /// <summary>
    /// A checkpoint that the log's key signed and that was not shown to go on from the one before, with one line of each
    /// of the log's keys alone: evidence to keep. Null where there is none.
    /// </summary>
    public SignedNote? Evidence { get; init; }

    /// <summary>
    /// Whether that evidence proves a fork: it is of the same size, or of none. Of other evidence anybody can make some,
    /// with an honest checkpoint and a bad proof.
    /// </summary>
    public bool IsFork { get; init; }

    /// <summary>The media type of the body.</summary>
    public string MediaType => Status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8";
}

/// <summary>
/// Watches logs: it cosigns a checkpoint only if it goes on from the one that it saw last of the same log. A log that
/// shows different people different histories gets the cosignature for one of them.
/// </summary>
/// <param name="logs">The keys of each log, by its origin. A key's name may be another than the origin.</param>
/// <param name="signer">Who cosigns.</param>
public sealed class Witness(IReadOnlyDictionary<string, IReadOnlyCollection<NoteKey>> logs, NoteSigner signer)
{
    /// <summary>
    /// Bytes of a checkpoint's text, at most: with the witness's lines under it, it is still a note. C2SP names no limit;
    /// a checkpoint is three lines.
    /// </summary>
    public const int MaxTextBytes = 1 << 16;

    /// <summary>Lines of its own that a witness keeps under a checkpoint: the first, and the newest.</summary>
    private const int OwnLines = 2;

    /// <summary>A witness of logs whose keys are named by their origins.</summary>
    public Witness(IEnumerable<NoteKey> keys, NoteSigner signer)
        : this(
            keys.GroupBy(key => key.Name, StringComparer.Ordinal)
                .ToDictionary(log => log.Key, log => (IReadOnlyCollection<NoteKey>)[.. log], StringComparer.Ordinal),
            signer
        ) { }

    /// <summary>The verifier key of the witness's cosignatures.</summary>
    public NoteKey Key { get; } = signer.Key(NoteKeyType.Cosignature);

    /// <summary>The origins of the logs.</summary>
    public IEnumerable<string> Origins => logs.Keys;

    /// <summary>
    /// Reads a note as a checkpoint of a watched log; false if it is none, or not signed by a key of that log.
    /// </summary>
    public bool TryRead(SignedNote note, [NotNullWhen(true)] out Checkpoint? checkpoint) =>
        Checkpoint.TryParse(note.Text, out checkpoint)
        && logs.TryGetValue(checkpoint.Origin, out var keys)
        && note.IsAccepted(keys);

    /// <summary>A note of a watched log as it is evidence: with one line of each of the log's keys alone.</summary>
    /// <exception cref="ArgumentException">It is of no watched log, or none of its keys signed it.</exception>
    public SignedNote Strip(SignedNote note) =>
        Checkpoint.TryParse(note.Text, out var checkpoint) && logs.TryGetValue(checkpoint.Origin, out var keys)
            ? note.OnlyBy(keys)
            : throw new ArgumentException("The note is of no watched log.", nameof(note));

    /// <summary>Judges a checkpoint.</summary>
    /// <param name="request">The request.</param>
    /// <param name="last">The checkpoint of the same log that was cosigned last; null if none was.</param>
    /// <param name="seconds">The time, in seconds since 1970.</param>
    public WitnessAnswer Judge(AddCheckpoint request, Checkpoint? last, long seconds)
    {
        if (!Checkpoint.TryParse(request.Note.Text, out var checkpoint))
            return new(400, "The note is no checkpoint.\n");
        if (!logs.TryGetValue(checkpoint.Origin, out var keys))
            return new(404, "The log is not known here.\n");
        if (!request.Note.IsAccepted(keys))
            return new(403, "No key of the log signed the checkpoint.\n");
        if (Encoding.UTF8.GetByteCount(request.Note.Text) > MaxTextBytes)
            return new(400, "The checkpoint is too long to be cosigned.\n");
        if (request.OldSize > checkpoint.Size)
            return new(400, "The old size is greater than that of the checkpoint.\n");
        var signed = request.Note.OnlyBy(keys, SignedNote.MaxSignatures - OwnLines);
        var seen = last?.Size ?? 0;
        var isOtherRoot =
            checkpoint.Size == 0
                ? !checkpoint.Root.AsSpan().SequenceEqual(MerkleTree.EmptyRoot)
                : last?.Size == checkpoint.Size && !last.Root.AsSpan().SequenceEqual(checkpoint.Root);
        if (request.OldSize != seen)
            return new(409, string.Create(CultureInfo.InvariantCulture, $"{seen}\n"))
            {
                Evidence = isOtherRoot ? signed : null,
                IsFork = isOtherRoot,
            };
        if (isOtherRoot)
            return new(
                422,
                checkpoint.Size == 0
                    ? "A checkpoint of size 0 has the root of the empty tree.\n"
                    : "The checkpoint has another root than the one of the same size that was seen before.\n"
            )
            {
                Evidence = signed,
                IsFork = true,
            };
        var goesOn =
            last is null || last.Size == 0
                ? request.Proof.Count == 0
                : MerkleTree.VerifyConsistency(last.Size, checkpoint.Size, request.Proof, last.Root, checkpoint.Root);
        return goesOn
            ? new(200, $"{Cosignature.Sign(request.Note.Text, seconds, signer)}\n", signed)
            : new(422, "The proof does not show that the checkpoint goes on from the one seen last.\n")
            {
                Evidence = last is { Size: > 0 } ? signed : null,
            };
    }
}
