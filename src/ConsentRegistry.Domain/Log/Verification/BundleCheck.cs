using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Checks a creator's bundle: each record stands in the log under one signed checkpoint, and together they are the
/// whole stream up to the version that the registry states.
/// </summary>
internal sealed class BundleCheck(VerificationRequest request, IEd25519 ed25519, Action<BundleEvent>? take)
    : IExportCheck,
        IDisposable
{
    /// <summary>The type of the token in which the registry states where a stream ends.</summary>
    private const string StatementType = "consent-stream+jws";

    private readonly Streams streams = new();
    private readonly EventReplay? replay = request.JudgesMeaning ? new(hasWholeLog: false) : null;
    private readonly KeptCheckpoints kept = new(request.KeptCheckpoints);
    private readonly PartHash hash = new();
    private readonly WitnessCheck? witnesses = WitnessCheck.Of(request);
    private readonly List<string> remarks = [];
    private TrustedKeys? keys;
    private ExportLine.CreatorHeader? header;
    private Checkpoint? checkpoint;
    private SignedNote? signed;
    private string? statementToken;
    private Next next = Next.Header;
    private bool isBrokenOff;
    private long entries;
    private long lastSeq = -1;
    private Leaf? last;
    private byte[]? head;
    private Instant? earliest;
    private Instant? latest;

    private enum Next
    {
        Header,
        Keys,
        Checkpoint,
        Entries,
        End,
        Nothing,
    }

    public Proven Proven =>
        new()
        {
            Origin = header?.Origin,
            Creator = header?.Creator.Value,
            Entries = entries,
            Streams = streams.Count,
            Checkpoints = checkpoint is null ? 0 : 1,
            KeptCheckpoints = kept.Agreed,
            Bodies = streams.Bodies,
            ErasedBodies = streams.Erased,
            Size = checkpoint?.Size ?? 0,
            Root = [.. checkpoint?.Root ?? []],
            From = earliest,
            To = latest,
            Completeness =
                next != Next.Nothing ? null
                : streams.Erased == 0 ? $"Complete: nothing up to version {last?.Version ?? 0} was withheld."
                : "Each record is real; that none was withheld cannot be shown, because the erased bodies would name "
                    + "what came before them.",
            Bundle = next == Next.Nothing ? new(signed!.ToString(), statementToken!) : null,
            Witnessed = witnesses?.Found,
            KeysArePinned = request.HasPinnedKeys,
        };

    public IEnumerable<string> Remarks => remarks.Concat(keys?.Remarks ?? []).Concat(streams.Remarks);

    public Finding? Take(ReadOnlySpan<byte> utf8, ExportLine line)
    {
        if (line is not ExportLine.End)
            hash.Append(utf8);
        return (next, line) switch
        {
            (Next.Header, ExportLine.CreatorHeader first) => Begin(first),
            (Next.Keys, ExportLine.Keys brought) => Bring(brought),
            (Next.Checkpoint, ExportLine.Note note) => Believe(note),
            (Next.Entries, ExportLine.Entry entry) => Append(entry),
            (Next.Entries, ExportLine.Statement statement) => Compare(statement),
            (Next.End, ExportLine.End end) => End(end),
            _ => Finding.Tampered("A line stands where none of its kind can."),
        };
    }

    public void EndInput(bool insideLine) => isBrokenOff |= insideLine;

    public Finding? Finish(ICollection<ReceiptFinding> receipts)
    {
        if (isBrokenOff || next != Next.Nothing)
            return Finding.Unusable("The bundle broke off: ask for it again.");
        var others = kept.CompareWith(checkpoint!);
        if ((kept.FindContradiction(header!.Origin, keys!) ?? kept.FindUnbelievable(header.Origin, keys!)) is { } wrong)
            return wrong;
        if (others > 0)
            remarks.Add(
                $"{others} kept checkpoints are over another size than the bundle's: only an export of the log can be "
                    + "compared with them."
            );
        if (witnesses?.FindUnmet(signed!, kept) is { } unmet)
            return unmet;
        return request.Receipts.Length == 0
            ? null
            : Finding.Unusable("A receipt is decided again from an export of the log, not from a creator's bundle.");
    }

    public void Dispose() => hash.Dispose();

    private Finding? Begin(ExportLine.CreatorHeader first)
    {
        (header, keys, next) = (first, new(request, first.Origin), Next.Keys);
        return null;
    }

    private Finding? Bring(ExportLine.Keys line)
    {
        next = Next.Checkpoint;
        return ExportLine.KeysOf(line, header!.Origin, ed25519) is { } brought
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
        if (read.Origin != header!.Origin)
            return Finding.Tampered("The checkpoint is of another log.");
        (checkpoint, signed, next) = (read, note, Next.Entries);
        return null;
    }

    private Finding? Append(ExportLine.Entry line)
    {
        if (line.Proof is null)
            return Finding.Tampered("An entry has no proof that it stands in the log.", line.Seq);
        if (line.Seq <= lastSeq)
            return Finding.Tampered("The entries do not stand in the order of the log.", line.Seq);
        if (CheckedEntry.Read(line, out var entry) is { } wrong)
            return wrong;
        if (
            !MerkleTree.VerifyInclusion(
                line.Seq,
                checkpoint!.Size,
                MerkleTree.LeafHash(entry!.LeafBytes),
                line.Proof,
                checkpoint.Root
            )
        )
            return Finding.Tampered(
                "The proof does not show that the entry stands in the log of the checkpoint.",
                line.Seq
            );
        if (entry.Body is { } body && body.Stream != StreamId.OfCreator(header!.Creator))
            return Finding.Tampered("The entry is not of the bundle's creator.", line.Seq);
        var leaf = entry.Leaf;
        // Here even erased events have their place, which their leaves tell; and a body tells that of the leaf before
        // it, erased or not.
        if (
            leaf.Ordinal != (IsWhole ? 1 : last!.Ordinal + 1)
            || leaf.Version != (IsWhole ? (last?.Version ?? 0) + 1 : last!.Version)
        )
            return Finding.Tampered("An event of the creator before this one is missing.", line.Seq);
        if (!IsWhole && (leaf.Count != last!.Count || leaf.Tx != last.Tx))
            return Finding.Tampered("The events of one version differ in their number or time.", line.Seq);
        if (IsWhole && last is not null && leaf.Tx <= last.Tx)
            return Finding.Broken(StreamRules.Time.Broken("A version is not later than the one before it."), line.Seq);
        if (
            entry.Body is { Previous: var previous }
            && !(head is null ? previous is null : head.AsSpan().SequenceEqual(previous))
        )
            return Finding.Tampered("The event does not name the one before it.", line.Seq);
        (last, head, lastSeq) = (leaf, entry.Hash, line.Seq);
        (earliest, latest) = (earliest ?? leaf.Tx, leaf.Tx);
        entries++;
        var finding =
            streams.Take(entry) ?? (replay is null || streams.HasGapBefore(entry) ? null : entry.Judge(replay));
        if (finding is null)
            take?.Invoke(new(line.Seq, leaf, entry.Hash, entry.Body?.By));
        return finding;
    }

    private bool IsWhole => last is null || last.Ordinal == last.Count;

    private Finding? Compare(ExportLine.Statement line)
    {
        if (!keys!.Verify(line.Token, StatementType).Succeeded(out var jws, out var failure))
            return failure.Code is TrustedKeys.NoTokenKeys
                ? Finding.Unusable(failure.Detail)
                : Finding.Tampered($"The statement of where the stream ends: {failure.Detail}");
        // What the entries and the checkpoint make of it has one spelling: there is nothing to read.
        var expected = new JsonObject
        {
            ["creatorId"] = header!.Creator.Value,
            ["head"] = head is null ? null : StrictBase64.EncodeUrl(head),
            ["origin"] = header.Origin,
            ["treeSize"] = checkpoint!.Size,
            ["v"] = 1,
            ["version"] = last?.Version ?? 0,
        };
        if (!jws.Payload.SequenceEqual(CanonicalJson.Encode(expected)))
            return Finding.Tampered(
                $"The registry states another end of the stream than version {last?.Version ?? 0}, which the bundle "
                    + "ends with: something was withheld or mixed up.",
                entries == 0 ? null : lastSeq
            );
        (statementToken, next) = (line.Token, Next.End);
        return streams.Finish();
    }

    private Finding? End(ExportLine.End end)
    {
        next = Next.Nothing;
        return hash.Compare(end);
    }
}
