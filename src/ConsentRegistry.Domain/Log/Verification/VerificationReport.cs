using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>What was verified up to the end, or up to the first thing that is wrong.</summary>
public sealed record Proven
{
    /// <summary>The log's name; null if the input did not get as far as saying it.</summary>
    public string? Origin { get; init; }

    /// <summary>The creator whose bundle it is; null for an export of the log.</summary>
    public string? Creator { get; init; }

    /// <summary>Entries that were read.</summary>
    public long Entries { get; init; }

    /// <summary>Streams that they belong to, as far as their bodies say.</summary>
    public int Streams { get; init; }

    /// <summary>Checkpoints whose signatures and roots hold.</summary>
    public long Checkpoints { get; init; }

    /// <summary>Checkpoints kept by the auditor that the log still agrees with.</summary>
    public int KeptCheckpoints { get; init; }

    /// <summary>Bodies that are those their leaves commit to.</summary>
    public long Bodies { get; init; }

    /// <summary>Bodies that erasures took away.</summary>
    public long ErasedBodies { get; init; }

    /// <summary>Leaves of the tree under the newest verified checkpoint.</summary>
    public long Size { get; init; }

    /// <summary>Its root; empty before a checkpoint was verified.</summary>
    public ImmutableArray<byte> Root { get; init; } = [];

    /// <summary>The earliest time of a change; null without entries.</summary>
    public Instant? From { get; init; }

    /// <summary>The latest time of a change; null without entries.</summary>
    public Instant? To { get; init; }

    /// <summary>What is shown about whether anything was withheld, in a sentence; null before that is known.</summary>
    public string? Completeness { get; init; }

    /// <summary>What the registry signed about a creator's bundle; null unless it was read to its end.</summary>
    public BundleEnd? Bundle { get; init; }

    /// <summary>
    /// What the auditor's policy says of the cosignatures under the newest checkpoint; null without a policy, and before
    /// there is a checkpoint.
    /// </summary>
    public PolicyFinding? Witnessed { get; init; }

    /// <summary>
    /// Whether signatures were checked with keys of the auditor's own, rather than with those that the input brings.
    /// </summary>
    public bool KeysArePinned { get; init; }
}

/// <summary>What became of one receipt.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="What">One sentence for people.</param>
public sealed record ReceiptFinding(Verdict Verdict, string What);

/// <summary>The result of a verification.</summary>
/// <param name="Failure">The first thing that is wrong; null if all is well.</param>
/// <param name="Proven">What was verified.</param>
/// <param name="Remarks">What is worth knowing, and not wrong.</param>
/// <param name="Receipts">
/// What became of each receipt, in the order in which they were given; empty where the verification stopped before.
/// </param>
public sealed record VerificationReport(
    Finding? Failure,
    Proven Proven,
    ImmutableArray<string> Remarks,
    ImmutableArray<ReceiptFinding> Receipts
)
{
    /// <summary>The verdict over everything.</summary>
    public Verdict Verdict => Failure?.Verdict ?? Verdict.Valid;
}
