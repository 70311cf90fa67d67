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
    private readonly ImmutableArray<string> tokens;
    private readonly List<Receipt?> receipts = [];
    private readonly Dictionary<string, long> wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Version, RecordedChange Change)>> changes = new(
        StringComparer.Ordinal
    );
    private readonly HashSet<long> sizes = [];
    private readonly Dictionary<long, byte[]> roots = [];

    public ReceiptCheck(ImmutableArray<string> tokens)
    {
        this.tokens = tokens;
        foreach (var token in tokens)
        {
            // What it says is believed only later; until then it tells what to keep.
            var receipt = Jws.TryParse(token, out var jws) && Receipt.TryParse(jws.Payload, out var read) ? read : null;
            receipts.Add(receipt);
            if (receipt is null)
                continue;
            if (receipt.Log is { } log)
                sizes.Add(log.Size);
            foreach (var (stream, version) in receipt.Versions)
                wanted[stream] = Math.Max(version, wanted.GetValueOrDefault(stream));
        }
    }

    /// <summary>Whether the root at a size is wanted.</summary>
    public bool Wants(long size) => sizes.Contains(size);

    /// <summary>Keeps the rebuilt root at a size.</summary>
    public void Note(long size, byte[] root) => roots[size] = root;

    /// <summary>Keeps the change of an entry, if a receipt rests on it.</summary>
    public void Keep(CheckedEntry entry)
    {
        if (
            entry.Change is null
            || !wanted.TryGetValue(entry.Body!.Stream.Name, out var version)
            || entry.Leaf.Version > version
        )
            return;
        if (!changes.TryGetValue(entry.Body.Stream.Name, out var kept))
            changes[entry.Body.Stream.Name] = kept = [];
        kept.Add((entry.Leaf.Version, entry.Change));
    }

    /// <summary>Judges every receipt; the worst of the findings is that of all.</summary>
    public Finding? Finish(
        string origin,
        long size,
        Streams streams,
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
            if (
                finding.Verdict == Verdict.Valid
                || worst is { Verdict: Verdict.Tampered }
                || worst?.Verdict == finding.Verdict
            )
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
        Streams streams,
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
            if (!roots.TryGetValue(log.Size, out var root) || !root.AsSpan().SequenceEqual(log.Root))
                return Tampered($"The log that it names, of {log.Size} entries, is another one.");
        }
        return Missing(receipt, streams) ?? DecideAgain(receipt);
    }

    private static ReceiptFinding? Missing(Receipt receipt, Streams streams)
    {
        foreach (var (name, version) in receipt.Versions)
        {
            if (version == 0)
                continue;
            if (streams.Find(Receipt.StreamOf(name)) is not { } chain || chain.Version < version)
                return Unusable(
                    $"It needs a longer export: version {version} of the stream {name} is not in this one."
                );
            if (version < chain.ErasedIn && chain.HasErasedBodies)
                return new(
                    Verdict.Valid,
                    $"The receipt's signature and place hold; it cannot be re-evaluated, because {name} was erased."
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
