using System.Buffers.Text;
using System.Globalization;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>Compares the events of a bundle with what was seen before, one after the other.</summary>
/// <param name="before">What was seen before; null at first.</param>
/// <param name="actors">Who may act.</param>
/// <param name="most">Unexpected events that are kept.</param>
internal sealed class HistoryComparison(SeenHistory? before, Actors actors, int most)
{
    private readonly List<AlarmEvent> unexpected = [];
    private BundleEvent? last;
    private string? headThen;

    /// <summary>New events that nobody made who may, in order.</summary>
    public IReadOnlyList<AlarmEvent> Unexpected => unexpected;

    /// <summary>How many more there are.</summary>
    public long Left { get; private set; }

    /// <summary>New events of which an erasure took what they say.</summary>
    public long Erased { get; private set; }

    /// <summary>Takes the next event.</summary>
    public void Take(BundleEvent one)
    {
        last = one;
        if (one.Leaf.Version == before?.Version)
            headThen = Base64Url.EncodeToString(one.Hash);
        if (one.Leaf.Version <= (before?.Version ?? 0))
            return;
        if (one.By is not { } by)
            Erased++;
        else if (actors.Have(by))
            return;
        else if (unexpected.Count == most)
            Left++;
        else
            unexpected.Add(
                new(
                    one.Leaf.EventId,
                    one.Seq,
                    one.Leaf.Version,
                    one.Leaf.Type,
                    one.Leaf.Tx.ToString(),
                    new(by.Subject, by.Client, by.OnBehalfOf?.Value, by.Reason)
                )
            );
    }

    /// <summary>What is seen now.</summary>
    /// <param name="treeSize">The size of the tree in which it is the last.</param>
    /// <param name="statement">What the registry signed about it.</param>
    /// <param name="now">The time.</param>
    public SeenHistory End(long treeSize, string statement, DateTimeOffset now) =>
        new(
            last?.Leaf.Version ?? 0,
            last is null ? null : Base64Url.EncodeToString(last.Hash),
            treeSize,
            statement,
            now,
            last?.Leaf.EventId
        );

    /// <summary>
    /// Whether what is seen now was stated of the log when it was smaller: it may be true, and says nothing about what
    /// came later. A registry that publishes what its witnesses cosigned may show an older log than just before.
    /// </summary>
    /// <param name="seen">What is seen now.</param>
    public bool IsOlder(SeenHistory seen) => seen.Version < before?.Version && seen.TreeSize < before.TreeSize;

    /// <summary>What of the history is not as it was; null if all of it is.</summary>
    /// <param name="seen">What is seen now.</param>
    /// <returns>What, and whether the two signed statements alone prove it.</returns>
    public (string What, bool IsSure)? FindChange(SeenHistory seen)
    {
        if (before is null || IsOlder(seen))
            return null;
        if (seen.Version < before.Version)
            return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The registry states version {seen.Version} as the last, and stated {before.Version} before."
                ),
                true
            );
        if (headThen != before.Head)
            return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Version {before.Version} ends with another event than the registry stated before."
                ),
                seen.Version == before.Version
            );
        return null;
    }
}
