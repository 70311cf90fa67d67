using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Checks a bundle: whole streams under one signed checkpoint. A creator's bundle has one stream. A receipt's has all
/// that the receipt names, so that its decision is made again from this one file.
/// </summary>
internal sealed class BundleCheck(VerificationRequest request, IEd25519 ed25519, Action<BundleEvent>? take)
    : IExportCheck,
        IDisposable
{
    /// <summary>The type of the token in which the registry states where a stream ends.</summary>
    private const string StatementType = "consent-stream+jws";

    private readonly Queue<StreamId> awaited = [];
    private readonly Dictionary<StreamId, BundledStream> streams = [];
    private readonly KeptCheckpoints kept = new(request.KeptCheckpoints);
    private readonly PartHash hash = new();
    private readonly WitnessCheck? witnesses = WitnessCheck.Of(request);
    private readonly List<string> remarks = [];
    private TrustedKeys? keys;
    private string? origin;
    private CreatorId? creator;
    private Receipt? receipt;
    private ReceiptCheck? receipts;
    private Checkpoint? checkpoint;
    private SignedNote? signed;
    private BundledStream? current;
    private string? statementToken;
    private Next next = Next.Header;
    private bool isBrokenOff;

    private enum Next
    {
        Header,
        Keys,
        Checkpoint,
        Head,
        Entries,
        End,
        Nothing,
    }

    public Proven Proven =>
        new()
        {
            Origin = origin,
            Creator = creator?.Value,
            Entries = streams.Values.Sum(stream => stream.Entries),
            Streams = streams.Values.Sum(stream => stream.Chain.Count),
            Checkpoints = checkpoint is null ? 0 : 1,
            KeptCheckpoints = kept.Agreed,
            Bodies = streams.Values.Sum(stream => stream.Chain.Bodies),
            ErasedBodies = ErasedBodies,
            Size = checkpoint?.Size ?? 0,
            Root = [.. checkpoint?.Root ?? []],
            From = streams.Values.Min(stream => stream.From),
            To = streams.Values.Max(stream => stream.To),
            Completeness = next == Next.Nothing ? Completeness : null,
            Bundle = next == Next.Nothing && creator is not null ? new(signed!.ToString(), statementToken!) : null,
            Witnessed = witnesses?.Found,
            KeysArePinned = request.HasPinnedKeys,
        };

    public IEnumerable<string> Remarks =>
        remarks.Concat(keys?.Remarks ?? []).Concat(streams.Values.SelectMany(stream => stream.Chain.Remarks));

    private long ErasedBodies => streams.Values.Sum(stream => stream.Chain.Erased);

    private string Completeness =>
        ErasedBodies > 0
            ? "Each record is real; that none was withheld cannot be shown, because the erased bodies would name what "
                + "came before them."
        : creator is not null ? $"Complete: nothing up to version {current!.Version} was withheld."
        : "Complete by the registry's signed word: an export of the log shows it by itself.";

    public Finding? Take(ReadOnlySpan<byte> utf8, ExportLine line)
    {
        if (line is not ExportLine.End)
            hash.Append(utf8);
        return (next, line) switch
        {
            (Next.Header, ExportLine.CreatorHeader first) => Begin(first),
            (Next.Header, ExportLine.ReceiptHeader first) => Begin(first),
            (Next.Keys, ExportLine.Keys brought) => Bring(brought),
            (Next.Checkpoint, ExportLine.Note note) => Believe(note),
            (Next.Head, ExportLine.Head head) => Place(head),
            (Next.Entries, ExportLine.Entry entry) => Append(entry),
            (Next.Entries, ExportLine.Statement statement) => Compare(statement),
            (Next.End, ExportLine.End end) => End(end),
            _ => Finding.Tampered("A line stands where none of its kind can."),
        };
    }

    public void EndInput(bool insideLine) => isBrokenOff |= insideLine;

    public Finding? Finish(ICollection<ReceiptFinding> found)
    {
        if (isBrokenOff || next != Next.Nothing)
            return Finding.Unusable("The bundle broke off: ask for it again.");
        var others = kept.CompareWith(checkpoint!);
        if ((kept.FindContradiction(origin!, keys!) ?? kept.FindUnbelievable(origin!, keys!)) is { } wrong)
            return wrong;
        if (others > 0)
            remarks.Add(
                $"{others} kept checkpoints are over another size than the bundle's: only an export of the log can be "
                    + "compared with them."
            );
        return WitnessCheck.Weigh(JudgeReceipts(found), witnesses?.FindUnmet(signed!, kept));
    }

    public void Dispose() => hash.Dispose();

    private Finding? Begin(ExportLine.CreatorHeader first)
    {
        creator = first.Creator;
        awaited.Enqueue(StreamId.OfCreator(first.Creator));
        return Begin(first.Origin);
    }

    private Finding? Begin(ExportLine.ReceiptHeader first)
    {
        // What it says is believed only at the end, when its signature was verified. Until then it tells what follows.
        if (ReceiptCheck.Read(first.Token) is not { Versions.Count: > 0 } read)
            return Finding.Tampered("The token of the bundle is no receipt as the registry writes it.");
        if (read.Log is { } log && log.Origin != first.Origin)
            return Finding.Tampered("The receipt is of another log than its bundle.");
        (receipt, receipts) = (read, new([first.Token], request.Now));
        foreach (var name in read.Versions.Keys)
            awaited.Enqueue(Receipt.StreamOf(name));
        return Begin(first.Origin);
    }

    private Finding? Begin(string log)
    {
        (origin, keys, next) = (log, new(request, log), Next.Keys);
        return null;
    }

    private Finding? Bring(ExportLine.Keys line)
    {
        next = Next.Checkpoint;
        return ExportLine.KeysOf(line, origin!, ed25519) is { } brought
            ? keys!.Bring(brought)
            : Finding.Tampered("The keys are not listed as the registry lists them.");
    }

    private Finding? Believe(ExportLine.Note line)
    {
        if (!SignedNote.TryParse(line.Text, out var note) || !Checkpoint.TryParse(note.Text, out var read))
            return Finding.Tampered("The checkpoint is not one that the registry writes.");
        if (keys!.Refuse(note) is { } refusal)
            return Finding.Tampered(refusal);
        if (!keys.IsTrusted(note))
            return Finding.Tampered(TrustedKeys.NotTrusted);
        if (read.Origin != origin)
            return Finding.Tampered("The checkpoint is of another log.");
        (checkpoint, signed, next) = (read, note, receipt?.Log is null ? Next.Entries : Next.Head);
        BeginStream();
        return null;
    }

    private Finding? Place(ExportLine.Head line)
    {
        var log = receipt!.Log!;
        if (log.Size > checkpoint!.Size)
            return Finding.Tampered("The checkpoint of the bundle is older than the log that its receipt names.");
        if (!MerkleTree.VerifyConsistency(log.Size, checkpoint.Size, line.Consistency, log.Root, checkpoint.Root))
            return Finding.Tampered(
                $"The log that the receipt names, of {log.Size} entries, is another one, or its proof is not good."
            );
        if (line.Last.TimeAt(log.Size - 1, checkpoint) is not { } latest)
            return Finding.Tampered("The last leaf of the log that the receipt names does not stand there.");
        receipts!.Note(log.Size, log.Root, latest);
        if ((line.Next is null) != (log.Size == checkpoint.Size))
            return Finding.Tampered("The leaf after the log that the receipt names is missing, or cannot be there.");
        if (line.Next is { } after)
        {
            if (after.TimeAt(log.Size, checkpoint) is not { } time)
                return Finding.Tampered("The leaf after the log that the receipt names does not stand there.");
            receipts.NoteNext(log.Size, time);
        }
        next = Next.Entries;
        return null;
    }

    private Finding? Append(ExportLine.Entry line)
    {
        var finding = current!.Append(line, out var entry);
        if (finding is not null)
            return finding;
        receipts?.Keep(entry!);
        take?.Invoke(new(entry!.Seq, entry.Leaf, entry.Hash, entry.Body?.By));
        return null;
    }

    private Finding? Compare(ExportLine.Statement line)
    {
        if (!keys!.Verify(line.Token, StatementType).Succeeded(out var jws, out var failure))
            return failure.Code is TrustedKeys.NoTokenKeys
                ? Finding.Unusable(failure.Detail)
                : Finding.Tampered($"The statement of where the stream ends: {failure.Detail}");
        var finding = current!.End(jws.Payload);
        statementToken = line.Token;
        if (awaited.Count == 0)
            next = Next.End;
        else if (finding is null)
            BeginStream();
        return finding;
    }

    private void BeginStream()
    {
        var stream = awaited.Dequeue();
        current = new(stream, checkpoint!, request.JudgesMeaning);
        streams.Add(stream, current);
    }

    private Finding? End(ExportLine.End end)
    {
        next = Next.Nothing;
        return hash.Compare(end);
    }

    private Finding? JudgeReceipts(ICollection<ReceiptFinding> found)
    {
        if (receipts is null)
            return request.Receipts.Length == 0
                ? null
                : Finding.Unusable(
                    "A receipt is decided again from an export of the log or from its own bundle, not from a "
                        + "creator's bundle."
                );
        return request.Receipts.Length == 0
            ? receipts.Finish(
                origin!,
                checkpoint!.Size,
                stream => streams.GetValueOrDefault(stream)?.Chain.Find(stream),
                keys!,
                found
            )
            : Finding.Unusable("A receipt's bundle has its receipt: verify others by themselves.");
    }
}
