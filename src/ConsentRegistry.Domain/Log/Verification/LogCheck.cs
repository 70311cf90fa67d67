using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Rebuilds the log from its parts: every entry goes into a tree, every checkpoint must be signed and have the root of
/// that tree, and every stream must be whole. So each checkpoint appends to the one before it, without any proof.
/// </summary>
internal sealed class LogCheck(VerificationRequest request, IEd25519 ed25519) : IExportCheck, IDisposable
{
    private readonly TreeBuilder tree = new();
    private readonly Streams streams = new();
    private readonly EventReplay? replay = request.JudgesMeaning ? new(hasWholeLog: true) : null;
    private readonly KeptCheckpoints kept = new(request.KeptCheckpoints);
    private readonly ReceiptCheck receipts = new(request.Receipts, request.Now);
    private readonly PartHash hash = new();
    private readonly WitnessCheck? witnesses = WitnessCheck.Of(request);
    private readonly List<string> remarks = [];
    private TrustedKeys? keys;
    private string? origin;
    private Next next = Next.Header;
    private bool isBrokenOff;
    private long end;
    private long checkpoints;
    private long compared;
    private long covered;
    private byte[] root = [];
    private SignedNote? newest;
    private Leaf? last;
    private Instant? earliest;
    private Instant? latest;

    private enum Next
    {
        Header,
        Keys,
        Entries,
    }

    public Proven Proven =>
        new()
        {
            Origin = origin,
            Entries = tree.Size,
            Streams = streams.Count,
            Checkpoints = checkpoints,
            KeptCheckpoints = kept.Agreed,
            Bodies = streams.Bodies,
            ErasedBodies = streams.Erased,
            Size = covered,
            Root = [.. root],
            From = earliest,
            To = latest,
            Completeness = covered > 0 && covered == tree.Size ? $"Entries 0 to {covered - 1} are all there." : null,
            Witnessed = witnesses?.Found,
            KeysArePinned = request.HasPinnedKeys,
        };

    public IEnumerable<string> Remarks => remarks.Concat(keys?.Remarks ?? []).Concat(streams.Remarks);

    public Finding? Take(ReadOnlySpan<byte> utf8, ExportLine line)
    {
        if (line is ExportLine.LogHeader header)
        {
            hash.Begin(utf8);
            return Begin(header);
        }
        if (line is not ExportLine.End)
            hash.Append(utf8);
        return (next, line) switch
        {
            (Next.Keys, ExportLine.Keys brought) => Bring(brought),
            (Next.Entries, ExportLine.Entry entry) => Append(entry),
            (Next.Entries, ExportLine.Note note) => Compare(note),
            (Next.Entries, ExportLine.End last) => End(last),
            _ => Finding.Tampered("A line stands where none of its kind can."),
        };
    }

    public void EndInput(bool insideLine)
    {
        // What a download broke off in the middle of is dropped: the part that goes on has it whole.
        isBrokenOff |= insideLine || next != Next.Header;
        next = Next.Header;
    }

    public Finding? Finish(ICollection<ReceiptFinding> found)
    {
        if (origin is null || keys is null)
            return Finding.Unusable("This is no export of the registry's log.");
        if (kept.FindContradiction(origin, keys) is { } contradiction)
            return contradiction;
        if (isBrokenOff || next != Next.Header)
            return Finding.Unusable($"The export broke off: the part that goes on from entry {tree.Size} is missing.");
        if (compared > 0 && covered == 0)
            return Finding.Tampered(TrustedKeys.NotTrusted);
        if (compared == tree.Size && covered < compared)
            return Finding.Unusable(
                "These entries and all after them are signed by keys that you do not have, and that none of yours "
                    + "handed over to: get the registry's keys by another way.",
                covered
            );
        if (tree.Size == 0 || covered < tree.Size)
            return Finding.Unusable(
                "The entries after the last checkpoint are not signed by anybody: export the log up to a checkpoint.",
                tree.Size == 0 ? null : covered
            );
        return kept.FindTruncation(origin, tree.Size, keys)
            ?? streams.Finish()
            ?? FindUnfinished()
            ?? (replay?.Finish() is { } late ? Finding.Broken(late.Violation, late.Seq) : null)
            ?? kept.FindUnbelievable(origin, keys)
            ?? WitnessCheck.Weigh(
                receipts.Finish(origin, tree.Size, streams.Find, keys, found),
                witnesses?.FindUnmet(newest!, kept)
            );
    }

    private Finding? FindUnfinished() =>
        last is null || last.Ordinal == last.Count
            ? null
            : Finding.Tampered($"The last version ends before its {last.Count} events are there.", tree.Size - 1);

    public void Dispose() => hash.Dispose();

    private Finding? Begin(ExportLine.LogHeader header)
    {
        // A part without its last line is accepted where another goes on from its last whole entry.
        if (next != Next.Header)
            isBrokenOff = true;
        if (origin is not null && header.Origin != origin)
            return Finding.Tampered("A part is of another log than those before it.");
        if (header.From > tree.Size)
            return Finding.Unusable(
                $"Entries {tree.Size} to {header.From - 1} are missing: give the parts that have them, in order."
            );
        if (header.From < tree.Size)
            return Finding.Unusable(
                $"Entries from {header.From} on are given twice: the next part has to go on from entry {tree.Size}."
            );
        if (header.To < header.From)
            return Finding.Tampered("A part ends before it begins.");
        if (origin is null)
        {
            (origin, keys) = (header.Origin, new(request, header.Origin));
            NoteRoot();
        }
        if (isBrokenOff)
            remarks.Add($"A download broke off after {tree.Size} entries; another part goes on from there.");
        (isBrokenOff, end, next) = (false, header.To, Next.Keys);
        return null;
    }

    private Finding? Bring(ExportLine.Keys line)
    {
        next = Next.Entries;
        return ExportLine.KeysOf(line, origin!, ed25519) is { } brought
            ? keys!.Bring(brought)
            : Finding.Tampered("The keys are not listed as the registry lists them.");
    }

    private Finding? Append(ExportLine.Entry line)
    {
        if (line.Proof is not null)
            return Finding.Tampered("An entry of a creator's bundle stands in an export of the log.", line.Seq);
        if (line.Seq != tree.Size)
            return Finding.Tampered($"Entry {line.Seq} stands where entry {tree.Size} should.", tree.Size);
        if (line.Seq >= end)
            return Finding.Tampered("The part has more entries than its first line says.", line.Seq);
        if (CheckedEntry.Read(line, out var entry) is { } wrong)
            return wrong;
        tree.Append(MerkleTree.LeafHash(entry!.LeafBytes));
        var tx = entry.Leaf.Tx;
        if (latest is { } reached && tx.Plus(request.ClockTolerance) < reached)
            return Finding.Tampered($"The entry is dated {tx}, before entries that precede it: backdated.", entry.Seq);
        (earliest, latest) = (
            earliest is { } first ? Instant.Earlier(first, tx) : tx,
            latest is { } before && before > tx ? before : tx
        );
        NoteRoot();
        if (streams.Take(entry) is { } broken)
            return broken;
        if (!IsInItsVersion(entry.Leaf))
            return Finding.Tampered(
                "The events of a version do not stand together: another stands between them, or is missing.",
                entry.Seq
            );
        last = entry.Leaf;
        if (replay is not null && !streams.HasGapBefore(entry) && entry.Judge(replay) is { } violation)
            return violation;
        receipts.Keep(entry);
        return null;
    }

    // Leaves tell where a version begins and ends, also where their bodies are gone.
    private bool IsInItsVersion(Leaf leaf) =>
        last is null || last.Ordinal == last.Count
            ? leaf.Ordinal == 1
            : (leaf.Version, leaf.Ordinal, leaf.Count, leaf.Tx)
                == (last.Version, last.Ordinal + 1, last.Count, last.Tx);

    private Finding? Compare(ExportLine.Note line)
    {
        if (!SignedNote.TryParse(line.Text, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
            return Finding.Tampered("A checkpoint is not one that the registry writes.");
        if (keys!.Refuse(note) is { } refusal)
            return Finding.Tampered(refusal);
        if (checkpoint.Origin != origin)
            return Finding.Tampered("A checkpoint is of another log.");
        if (checkpoint.Size != tree.Size || checkpoint.Size <= compared)
            return Finding.Tampered($"A checkpoint over {checkpoint.Size} entries stands after {tree.Size}.");
        var rebuilt = tree.Root();
        if (!rebuilt.AsSpan().SequenceEqual(checkpoint.Root))
            return Finding.Tampered(
                $"The entries are not those that the checkpoint over {checkpoint.Size} was signed for: one from "
                    + $"{compared} on was changed.",
                compared
            );
        compared = checkpoint.Size;
        // Keys are rotated: what one of another time signed says nothing, and spoils nothing.
        if (!keys.IsTrusted(note))
            return null;
        (covered, root, newest) = (checkpoint.Size, rebuilt, note);
        checkpoints++;
        return null;
    }

    private Finding? End(ExportLine.End last)
    {
        next = Next.Header;
        if (tree.Size != end)
            return Finding.Tampered($"The part ends before entry {end - 1}, which its first line promises.", tree.Size);
        return hash.Compare(last);
    }

    private void NoteRoot()
    {
        if (!kept.Wants(tree.Size) && !receipts.Wants(tree.Size))
            return;
        var rebuilt = tree.Root();
        kept.Note(tree.Size, rebuilt);
        receipts.Note(tree.Size, rebuilt, latest);
    }
}
