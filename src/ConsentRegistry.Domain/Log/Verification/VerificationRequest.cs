using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>What an auditor brings to a verification.</summary>
public sealed record VerificationRequest
{
    /// <summary>
    /// How much older than the newest entry before it an entry may be: the registry orders each batch by time, and a
    /// change takes no longer than minutes.
    /// </summary>
    public static readonly TimeSpan DefaultClockTolerance = TimeSpan.FromMinutes(10);

    /// <summary>Kept checkpoints and receipts of one verification, each.</summary>
    public const int MaxItems = 10_000;

    /// <summary>Keys that the auditor trusts; null if none were given as a set.</summary>
    public KeySet? PinnedSet { get; init; }

    /// <summary>Verifier keys that the auditor trusts, beside those of <see cref="PinnedSet"/>.</summary>
    public ImmutableArray<NoteKey> PinnedKeys { get; init; } = [];

    /// <summary>
    /// Signed notes of checkpoints that the auditor kept: the log must still agree with each. At most
    /// <see cref="MaxItems"/>.
    /// </summary>
    public ImmutableArray<string> KeptCheckpoints { get; init; } = [];

    /// <summary>Decision receipts, as tokens. At most <see cref="MaxItems"/>.</summary>
    public ImmutableArray<string> Receipts { get; init; } = [];

    /// <summary>The auditor's clock: no receipt is from later. Null judges nothing by it.</summary>
    public Instant? Now { get; init; }

    /// <summary>
    /// Which witnesses have to have cosigned the newest checkpoint of the input, or a kept one of its size. The logs
    /// that it names are trusted beside the other keys. Null asks for no witness.
    /// </summary>
    public WitnessPolicy? Policy { get; init; }

    /// <summary>
    /// How much older than <see cref="Now"/> the newest entry may be: somebody may show an old log for ever. With a
    /// <see cref="Policy"/> it is how old the cosignatures may be that meet it, because these are renewed while the log
    /// does not grow. Null for an export that was kept.
    /// </summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How far back time may go from one entry to a later one.</summary>
    public TimeSpan ClockTolerance { get; init; } = DefaultClockTolerance;

    /// <summary>
    /// Whether each event is judged against those before it (<see cref="Replay.ReplayRules"/>). Without it a log is
    /// shown to be whole and signed, whatever its events say.
    /// </summary>
    public bool JudgesMeaning { get; init; } = true;

    /// <summary>Whether only keys of the auditor's own are trusted.</summary>
    public bool HasPinnedKeys => PinnedSet is not null || PinnedKeys.Length > 0 || Policy is { Logs.Count: > 0 };
}
