using System.Collections.Immutable;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Decides again what receipts say was decided: by the recorded changes of exactly the streams and versions that a
/// receipt names. Only those are kept while the log goes by.
/// </summary>
internal sealed class ReceiptCheck
{
    /// <summary>
    /// How far the time of a receipt may be from that of a version: what memory knows is some seconds old, and a change
    /// takes its time before it is committed.
    /// </summary>
    private static readonly TimeSpan TimeTolerance = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How much later than the log that it names a receipt may be: signing may stand still for some time, while changes
    /// and checks go on.
    /// </summary>
    private static readonly TimeSpan LogTolerance = TimeSpan.FromHours(1);

    private readonly ImmutableArray<string> tokens;
    private readonly Instant? now;
    private readonly List<Receipt?> receipts = [];
    private readonly Dictionary<string, long> wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Version, RecordedChange Change)>> changes = new(
        StringComparer.Ordinal
    );
    private readonly HashSet<(string Stream, long Version)> timed = [];
    private readonly Dictionary<(string Stream, long Version), Instant> times = [];
    private readonly HashSet<long> sizes = [];
    private readonly Dictionary<long, (byte[] Root, Instant? Latest)> heads = [];
    private readonly Dictionary<long, Instant> nextOfHeads = [];

    /// <summary>A check of tokens.</summary>
    /// <param name="tokens">The receipts.</param>
    /// <param name="now">The auditor's clock, if receipts are judged by it.</param>
    public ReceiptCheck(ImmutableArray<string> tokens, Instant? now)
    {
        (this.tokens, this.now) = (tokens, now);
        foreach (var token in tokens)
        {
            // What it says is believed only later; until then it tells what to keep.
            var receipt = Read(token);
            receipts.Add(receipt);
            if (receipt is null)
                continue;
            if (receipt.Log is { } log)
                sizes.Add(log.Size);
            foreach (var (stream, version) in receipt.Versions)
            {
                wanted[stream] = Math.Max(version, wanted.GetValueOrDefault(stream));
                timed.Add((stream, version));
                timed.Add((stream, version + 1));
            }
        }
    }

    /// <summary>Whether the root at a size is wanted.</summary>
    public bool Wants(long size) => sizes.Contains(size);

    /// <summary>Keeps the root at a size, as the log has it, and the latest time of a change until then.</summary>
    public void Note(long size, byte[] root, Instant? latest) => heads[size] = (root, latest);

    /// <summary>Keeps the time of the first entry after a size.</summary>
    public void NoteNext(long size, Instant time) => nextOfHeads[size] = time;

    /// <summary>Keeps the change of an entry, if a receipt rests on it.</summary>
    public void Keep(CheckedEntry entry)
    {
        if (sizes.Contains(entry.Seq))
            NoteNext(entry.Seq, entry.Leaf.Tx);
        if (entry.Change is null || !wanted.TryGetValue(entry.Body!.Stream.Name, out var version))
            return;
        if (timed.Contains((entry.Body.Stream.Name, entry.Leaf.Version)))
            times[(entry.Body.Stream.Name, entry.Leaf.Version)] = entry.Leaf.Tx;
        if (entry.Leaf.Version > version)
            return;
        if (!changes.TryGetValue(entry.Body.Stream.Name, out var kept))
            changes[entry.Body.Stream.Name] = kept = [];
        kept.Add((entry.Leaf.Version, entry.Change));
    }

    /// <summary>What a token says, whoever signed it; null if that is no receipt.</summary>
    public static Receipt? Read(string token) =>
        Jws.TryParse(token, out var jws) && Receipt.TryParse(jws.Payload, out var receipt) ? receipt : null;

    /// <summary>Judges every receipt; the worst of the findings is that of all.</summary>
    /// <param name="origin">The log's name.</param>
    /// <param name="size">The size of the log, as far as it is known.</param>
    /// <param name="streams">A stream by its id; null if nothing of it was seen.</param>
    /// <param name="keys">Whose signatures count.</param>
    /// <param name="found">Takes the findings, in the order of the receipts.</param>
    public Finding? Finish(
        string origin,
        long size,
        Func<StreamId, StreamChain?> streams,
        TrustedKeys keys,
        ICollection<ReceiptFinding> found
    )
    {
        ReceiptFinding? worst = null;
        var number = 0;
        for (var at = 0; at < tokens.Length; at++)
        {
            var finding = Judge(tokens[at], receipts[at], origin, size, streams, keys);
            found.Add(finding);
            if (finding.Verdict <= (worst?.Verdict ?? Verdict.Valid))
                continue;
            (worst, number) = (finding, at + 1);
        }
        return worst is null ? null : new(worst.Verdict, $"Receipt {number}: {worst.What}");
    }

    /// <summary>Judges one receipt's signature alone, where there is no log to hold it against.</summary>
    public static (Receipt? Receipt, ReceiptFinding? Finding) JudgeSignature(
        string token,
        Func<string, Result<Jws>> verify
    )
    {
        if (!verify(token).Succeeded(out var jws, out var failure))
            return (
                null,
                new(failure.Code is TrustedKeys.NoTokenKeys ? Verdict.Unusable : Verdict.Tampered, failure.Detail)
            );
        return Receipt.TryParse(jws.Payload, out var receipt)
            ? (receipt, null)
            : (null, new(Verdict.Tampered, "The token is signed, but holds no receipt as the registry writes it."));
    }

    private ReceiptFinding Judge(
        string token,
        Receipt? receipt,
        string origin,
        long size,
        Func<StreamId, StreamChain?> streams,
        TrustedKeys keys
    )
    {
        if (JudgeSignature(token, each => keys.Verify(each, Receipt.Type)).Finding is { } unsigned)
            return unsigned;
        if (receipt!.Log is { } log)
        {
            if (log.Origin != origin)
                return Tampered("It is of another log.");
            if (log.Size > size)
                return Unusable($"It needs a longer export: its log had {log.Size} entries already.");
            if (!heads.TryGetValue(log.Size, out var head) || !head.Root.AsSpan().SequenceEqual(log.Root))
                return Tampered($"The log that it names, of {log.Size} entries, is another one.");
            if (head.Latest > receipt.At.Plus(TimeTolerance))
                return Tampered("It is dated before entries of the log that it names.");
        }
        var finding = FindMissing(receipt, streams) ?? FindErased(receipt, streams) ?? DecideAgain(receipt);
        if (finding.Verdict > Verdict.NotShown)
            return finding;
        // What is wrong is said even where something else is not shown.
        if (JudgeTimes(receipt, streams, out var notShown) is { } late)
            return late;
        return finding.Verdict == Verdict.Valid && notShown is not null
            ? NotShown($"{finding.What} Not shown: {notShown}")
            : finding;
    }

    // A receipt says what was in force at its time: no version that it names is later, and none that it passes over is
    // earlier. An erasure takes what an event said, and not when it was.
    private ReceiptFinding? JudgeTimes(Receipt receipt, Func<StreamId, StreamChain?> streams, out string? notShown)
    {
        notShown =
            now is { } clock && receipt.At > clock.Plus(TimeTolerance)
                ? "what is in force at its time, which is later than your clock."
            : receipt.Log is { } log
            && nextOfHeads.TryGetValue(log.Size, out var grown)
            && grown < receipt.At.Plus(-LogTolerance)
                ? $"why it names a log of {log.Size} entries, which had more since {grown}."
            : null;
        foreach (var (name, version) in receipt.Versions)
        {
            if (TimeOf(name, version, streams) is { } made && made > receipt.At)
            {
                if (made > receipt.At.Plus(TimeTolerance))
                    return Tampered($"It is dated {receipt.At}, before version {version} of {name}, which it names.");
                notShown ??= $"version {version} of {name} is dated up to 60 seconds later.";
            }
            if (TimeOf(name, version + 1, streams) is { } next && next < receipt.At)
            {
                if (next < receipt.At.Plus(-TimeTolerance))
                    return Tampered(
                        $"It is dated {receipt.At}, when {name} was at version {version + 1} already, and names "
                            + $"version {version}."
                    );
                notShown ??=
                    $"whether version {version + 1} of {name}, up to 60 seconds before it, was in force already.";
            }
        }
        return null;
    }

    private Instant? TimeOf(string name, long version, Func<StreamId, StreamChain?> streams) =>
        times.TryGetValue((name, version), out var made)
            ? made
            : streams(Receipt.StreamOf(name))?.TimeWithoutBody(version);

    private static ReceiptFinding? FindMissing(Receipt receipt, Func<StreamId, StreamChain?> streams)
    {
        foreach (var (name, version) in receipt.Versions)
        {
            if (version > 0 && !(streams(Receipt.StreamOf(name))?.Version >= version))
                return Unusable(
                    $"It needs a longer export: version {version} of the stream {name} is not in this one."
                );
        }
        return null;
    }

    private static ReceiptFinding? FindErased(Receipt receipt, Func<StreamId, StreamChain?> streams)
    {
        foreach (var (name, version) in receipt.Versions)
        {
            // Nothing was erased of a stream that had not begun.
            if (
                version > 0
                && streams(Receipt.StreamOf(name)) is { HasErasedBodies: true } chain
                && version < chain.ErasedIn
            )
                return NotShown(
                    $"The receipt's signature, place and time hold; it cannot be re-evaluated, because {name} was "
                        + "erased. Not shown: whether the decision was right."
                );
        }
        return null;
    }

    private ReceiptFinding DecideAgain(Receipt receipt)
    {
        var fold = new Fold();
        foreach (var (name, version) in receipt.Versions)
        {
            foreach (var (made, change) in changes.GetValueOrDefault(name) ?? [])
            {
                if (made <= version)
                    fold.Apply(Receipt.StreamOf(name), made, change);
            }
        }
        var request = receipt.Request;
        var consulted = new Consulted([request.Video.Creator]);
        DecisionRecord decision;
        try
        {
            var facts = fold.FactsFor(request.Video, receipt.At);
            consulted.See(facts);
            decision = DecisionRecord.From(
                facts,
                facts.Decide(request.Video, facts.Vocabulary.Find(request.Purpose), request.Requester, ref consulted),
                request.Requester
            );
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KeyNotFoundException)
        {
            // No vocabulary, one that contradicts itself, or a purpose that it does not know.
            return Tampered("The versions that it names make no registry in which this could have been decided.");
        }
        if (
            consulted.Creators.FirstOrDefault(creator => !receipt.Versions.ContainsKey(creator.Value)) is { } unnamed
            && unnamed != default
        )
            return Tampered($"The decision rests on the stream {unnamed}, whose version the receipt does not name.");
        return receipt.Decision.DifferenceTo(decision) is { } member
            ? Tampered($"Decided again from the log, the decision differs in '{member}'.")
            : new(
                Verdict.Valid,
                receipt.Log is null
                    ? "Decided again from the log, the decision is the same; the receipt names no head of the log."
                    : "Decided again from the log, the decision is the same."
            );
    }

    private static ReceiptFinding Tampered(string what) => new(Verdict.Tampered, what);

    private static ReceiptFinding NotShown(string what) => new(Verdict.NotShown, what);

    private static ReceiptFinding Unusable(string what) => new(Verdict.Unusable, what);

    /// <summary>Notes who was asked.</summary>
    private struct Consulted(List<CreatorId> creators) : ITrace
    {
        private FactSet? facts;

        public static bool IsOn => true;

        public readonly IReadOnlyList<CreatorId> Creators => creators;

        public void See(FactSet seen) => facts = seen;

        public readonly void Consider(Decider decider) => creators.Add(facts!.CreatorOf(decider.Creator));

        public readonly void Weigh(in Setting setting, Standing standing, Setting? beatenBy) { }

        public readonly void Weigh(in Grant grant, bool answers) { }

        public readonly void Conclude(in Decision answer) { }
    }
}
