using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Api.Auditing;

/// <summary>What the log says of one creator, and whether all of it can be read.</summary>
/// <param name="name">The name of the stream, which may be no id where somebody wrote rows by hand.</param>
internal sealed class CreatorStream(string name)
{
    private readonly List<(long? Seq, Guid EventId)> gone = [];
    private readonly List<(long? Seq, Guid EventId)> kept = [];
    private readonly List<Erasure> erasures = [];
    private long? erasedAt;

    /// <summary>The events, folded; null if no creator can have this name.</summary>
    public StreamFold? Fold { get; } = CreatorId.TryParse(name, out var creator) ? new(creator) : null;

    /// <summary>The creator.</summary>
    public CreatorId Creator => CreatorId.Parse(name);

    /// <summary>Whether tables can be compared with what the log says.</summary>
    public bool IsTold => Fold is { IsWhole: true };

    /// <summary>Whether the creator was erased.</summary>
    public bool IsErased => Fold?.Row.ErasedAt is not null;

    /// <summary>Takes the next event.</summary>
    public void Take(StoredEvent stored, IntegrityKeys keys)
    {
        Fold!.Take(stored, keys);
        if (stored.Type == EventType.CreatorErased)
        {
            erasedAt = stored.Seq ?? long.MaxValue;
            if (Leaf.TryParse(stored.Leaf, out var leaf) && leaf.Erased is { } erased)
                erasures.Add(erased);
        }
        else
        {
            (stored.Body is null ? gone : kept).Add((stored.Seq, stored.EventId));
        }
    }

    /// <summary>Judges the stream by itself.</summary>
    public void Judge(Findings findings)
    {
        if (Fold is null)
            return;
        if (Fold.Broken is { } broken)
            Add(findings, FindingCode.StreamBroken, broken);
        else if (Fold.Last is { } last && last.Ordinal != last.Count)
            Add(findings, FindingCode.StreamBroken, last);
        var covered = new Coverage(erasures);
        foreach (var (seq, id) in gone)
        {
            if (!covered.Has(seq, id))
                findings.Add(new(FindingCode.BodyMissing, TableOf(seq), KeyOf(seq, id), "body"));
        }
        // The body goes when the erasure gets its place in the log.
        foreach (var (seq, id) in kept)
        {
            if (seq < erasedAt && erasedAt < long.MaxValue)
                findings.Add(new(FindingCode.BodyKept, TableOf(seq), KeyOf(seq, id), "body"));
        }
    }

    /// <summary>Adds the row of the stream, if there is one.</summary>
    public void AddTo(ExpectedRows rows)
    {
        if (Fold is { Last: not null })
            rows.AddStream(Fold.Row, Fold.ChangedAt!.Value, Fold.SettingsVersion, IsTold);
    }

    /// <summary>Judges the seal of the stream's row: it has to be that of what the log says.</summary>
    public void JudgeSeal(StoredRow row, IntegrityKeys keys, Findings findings)
    {
        if (!IsTold || Fold!.Last is null)
            return;
        var seal = row.TextOf("seal_kid") is { } kid && row["seal"] is byte[] box ? new StreamSeal(kid, box) : null;
        if (SealedStream.Open(keys, Fold.Row, seal) is not { } opened || opened.Sum != Fold.SumOf(opened.Key))
            findings.Add(new(FindingCode.SealWrong, AuditedTables.Streams.Name, row.Key, "seal"));
    }

    private static void Add(Findings findings, FindingCode code, StoredEvent stored) =>
        findings.Add(new(code, EventRow.TableOf(stored).Name, EventRow.KeyOf(stored, stored.Stream.Name)));

    private static string TableOf(long? seq) => (seq is null ? AuditedTables.Inbox : AuditedTables.History).Name;

    private static IReadOnlyList<KeyValuePair<string, string?>> KeyOf(long? seq, Guid id) =>
        [
            seq is null
                ? KeyValuePair.Create("event_id", ColumnText.Format(id))
                : KeyValuePair.Create("seq", ColumnText.Format(seq)),
        ];

    /// <summary>Which events erasures took bodies from.</summary>
    private sealed class Coverage(IEnumerable<Erasure> erasures)
    {
        private readonly HashSet<Guid> ids = [.. erasures.SelectMany(one => one.EventIds)];
        private readonly List<(long First, long Last)> ranges = [.. erasures.SelectMany(one => one.Ranges).Order()];

        public bool Has(long? seq, Guid id)
        {
            if (ids.Contains(id) || seq is not { } place)
                return ids.Contains(id);
            var (low, high) = (0, ranges.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (ranges[middle].Last < place)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low < ranges.Count && ranges[low].First <= place;
        }
    }
}
