using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Checkpoints that the auditor kept from earlier: a log only ever appends, so that it still has each of their roots.
/// </summary>
internal sealed class KeptCheckpoints
{
    private readonly List<(SignedNote Note, Checkpoint Head)> kept = [];
    private readonly Dictionary<long, byte[]> roots = [];
    private readonly HashSet<long> sizes = [];
    private readonly bool areReadable = true;

    public KeptCheckpoints(ImmutableArray<string> notes)
    {
        foreach (var text in notes)
        {
            if (SignedNote.TryParse(text, out var note) && Checkpoint.TryParse(note.Text, out var head))
                kept.Add((note, head));
            else
                areReadable = false;
        }
        sizes.UnionWith(kept.Select(one => one.Head.Size));
    }

    /// <summary>How many the log agrees with.</summary>
    public int Agreed =>
        kept.Count(one => roots.TryGetValue(one.Head.Size, out var root) && root.AsSpan().SequenceEqual(one.Head.Root));

    /// <summary>Whether the root at a size is wanted.</summary>
    public bool Wants(long size) => sizes.Contains(size);

    /// <summary>Keeps the rebuilt root at a size.</summary>
    public void Note(long size, byte[] root) => roots[size] = root;

    /// <summary>A kept checkpoint with another root than the log has at its size.</summary>
    public Finding? FindContradiction(string origin, TrustedKeys keys) =>
        kept.Where(one =>
                one.Head.Origin == origin
                && keys.Accepts(one.Note)
                && roots.TryGetValue(one.Head.Size, out var root)
                && !root.AsSpan().SequenceEqual(one.Head.Root)
            )
            .OrderBy(one => one.Head.Size)
            .Select(one =>
                Finding.Tampered(
                    $"The log has another past than when the checkpoint over {one.Head.Size} entries was kept: it was "
                        + "rewritten, or this is a fork.",
                    Math.Max(0, one.Head.Size - 1)
                )
            )
            .FirstOrDefault();

    /// <summary>Whether the whole log is shorter than a kept checkpoint.</summary>
    public Finding? FindTruncation(string origin, long size, TrustedKeys keys) =>
        kept.Exists(one => one.Head.Origin == origin && one.Head.Size > size && keys.Accepts(one.Note))
            ? Finding.Tampered(
                "The log is shorter than a checkpoint that was kept: truncated, or restored from an old copy.",
                size
            )
            : null;

    /// <summary>A kept checkpoint that nobody need believe.</summary>
    public Finding? FindUnbelievable(string origin, TrustedKeys keys) =>
        !areReadable ? Finding.Unusable("A kept checkpoint is no signed checkpoint.")
        : kept.Exists(one => one.Head.Origin != origin) ? Finding.Unusable("A kept checkpoint is of another log.")
        : kept.Exists(one => !keys.Accepts(one.Note))
            ? Finding.Unusable(
                "A kept checkpoint is signed by none of the trusted keys: it is of another log, or the keys are."
            )
        : null;

    /// <summary>Kept notes that say the same as another; who cosigned them may differ.</summary>
    public IEnumerable<SignedNote> SayingTheSameAs(SignedNote note) =>
        kept.Select(one => one.Note).Where(each => each.Text == note.Text);

    /// <summary>
    /// Compares with the only checkpoint of a bundle; says how many are over another size and so cannot be compared.
    /// </summary>
    public int CompareWith(Checkpoint other)
    {
        roots[other.Size] = other.Root;
        return kept.Count(one => one.Head.Size != other.Size);
    }
}
