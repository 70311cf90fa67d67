using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Log;

/// <summary>A log that a policy names.</summary>
/// <param name="Key">A key that signs its checkpoints; the key's name is the log's origin.</param>
/// <param name="Url">Where the log is; null if the policy does not say.</param>
public sealed record PolicyLog(NoteKey Key, string? Url);

/// <summary>A witness that a policy names.</summary>
/// <param name="Name">What the policy calls it. The name of its key may be another.</param>
/// <param name="Key">The key of its cosignatures.</param>
/// <param name="Url">Where it takes checkpoints (C2SP tlog-witness); null if the policy does not say.</param>
public sealed record PolicyWitness(string Name, NoteKey Key, string? Url);

/// <summary>A cosignature that counts.</summary>
/// <param name="Witness">Whose it is.</param>
/// <param name="Seconds">When the witness gave it, in seconds since 1970.</param>
public sealed record CountedCosignature(PolicyWitness Witness, long Seconds);

/// <summary>What a policy says of the cosignatures under a checkpoint.</summary>
/// <param name="IsMet">Whether enough witnesses cosigned it, and no line of theirs is wrong.</param>
/// <param name="Counted">The newest cosignature of each witness, in the order of the policy.</param>
/// <param name="Since">
/// The latest time, in seconds since 1970, such that cosignatures that are no older meet the policy: then enough
/// witnesses had seen nothing larger of the log. Null if it is not met, and if it asks for no witness.
/// </param>
public sealed record PolicyFinding(bool IsMet, ImmutableArray<CountedCosignature> Counted, long? Since);

/// <summary>
/// Which witnesses have to cosign a checkpoint before somebody relies on it, by C2SP tlog-policy: logs, witnesses,
/// groups of them, and how many of a group are enough.
/// </summary>
public sealed class WitnessPolicy
{
    /// <summary>Bytes of a policy file, at most.</summary>
    public const int MaxBytes = 1 << 17;

    /// <summary>Logs, witnesses and groups of a policy, each: C2SP asks for 32.</summary>
    public const int MaxItems = 64;

    /// <summary>How far the clock of a witness may be ahead of one's own.</summary>
    public const int ClockToleranceSeconds = 60;

    private readonly PolicyMember quorum;

    internal WitnessPolicy(
        IReadOnlyList<PolicyLog> logs,
        IReadOnlyList<PolicyWitness> witnesses,
        PolicyMember quorum
    ) => (Logs, Witnesses, this.quorum) = (logs, witnesses, quorum);

    /// <summary>The logs; none if the policy is for any log.</summary>
    public IReadOnlyList<PolicyLog> Logs { get; }

    /// <summary>The witnesses, in the order of the file.</summary>
    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    /// <summary>Whether the policy asks for a witness at all; false for <c>quorum none</c>.</summary>
    public bool AsksForWitnesses => quorum is not PolicyMember.Nobody;

    /// <summary>Reads a policy file. A failure names the line.</summary>
    public static Result<WitnessPolicy> Parse(ReadOnlySpan<byte> file, IEd25519 ed25519) =>
        WitnessPolicyReader.Read(file, ed25519);

    /// <summary>The keys by which checkpoints of a log are accepted, as the policy names them.</summary>
    public IReadOnlyList<NoteKey> LogKeys(string origin) =>
        [.. Logs.Select(log => log.Key).Where(key => key.Name == origin)];

    /// <summary>Whether these witnesses together are enough.</summary>
    public bool CanBeMetBy(IEnumerable<PolicyWitness> witnesses) =>
        quorum.Since(witnesses.ToDictionary(witness => witness, _ => 0L)) is not null;

    /// <summary>
    /// Whether a note is a checkpoint that may be relied on: signed by a log of the policy, if it names any, and
    /// cosigned by enough of its witnesses.
    /// </summary>
    /// <param name="note">The note.</param>
    /// <param name="latest">Cosignatures after this time, in seconds since 1970, do not count.</param>
    public bool IsMetBy(SignedNote note, long latest = long.MaxValue) =>
        Checkpoint.TryParse(note.Text, out var checkpoint)
        && (Logs.Count == 0 || note.IsAccepted(LogKeys(checkpoint.Origin)))
        && Judge(note, latest).IsMet;

    /// <summary>
    /// Judges the cosignatures alone; whether the log signed the note is not looked at. A line that claims to be by a
    /// witness of the policy and is not spoils the note, as C2SP signed-note has it.
    /// </summary>
    /// <param name="note">The note.</param>
    /// <param name="latest">Cosignatures after this time, in seconds since 1970, do not count.</param>
    public PolicyFinding Judge(SignedNote note, long latest = long.MaxValue)
    {
        var times = new Dictionary<PolicyWitness, long>();
        foreach (var witness in Witnesses)
        {
            foreach (var line in note.Signatures.Where(line => line.ClaimsToBeBy(witness.Key)))
            {
                if (!Cosignature.TryVerify(line, note.Text, witness.Key, out var seconds))
                    return new(IsMet: false, [], Since: null);
                if (seconds <= latest)
                    times[witness] = Math.Max(seconds, times.GetValueOrDefault(witness));
            }
        }
        var since = quorum.Since(times);
        return new(
            since is not null,
            [.. Witnesses.Where(times.ContainsKey).Select(witness => new CountedCosignature(witness, times[witness]))],
            AsksForWitnesses ? since : null
        );
    }

    /// <summary>
    /// The note that a log signed, with the newest cosignature of each witness of the policy. Lines that are not
    /// theirs, or not of this note, are left out.
    /// </summary>
    /// <param name="signed">The note as the log signed it.</param>
    /// <param name="lines">Lines under notes of the same text.</param>
    /// <exception cref="ArgumentException">The note would have too many lines.</exception>
    public SignedNote Gather(SignedNote signed, IEnumerable<NoteSignature> lines)
    {
        var given = lines.ToList();
        var gathered = signed;
        foreach (var witness in Witnesses)
        {
            NoteSignature? newest = null;
            var at = -1L;
            foreach (var line in given)
            {
                if (Cosignature.TryVerify(line, signed.Text, witness.Key, out var seconds) && seconds > at)
                    (newest, at) = (line, seconds);
            }
            if (newest is not null)
                gathered = gathered.With(newest);
        }
        return gathered;
    }
}

/// <summary>A part of a quorum: a witness, a group, or nobody.</summary>
internal abstract record PolicyMember
{
    private PolicyMember() { }

    /// <summary>
    /// The latest time such that what was given since then is enough; null if all of it is not.
    /// </summary>
    /// <param name="times">When each witness gave its newest cosignature.</param>
    public abstract long? Since(IReadOnlyDictionary<PolicyWitness, long> times);

    /// <summary>Nobody has to cosign.</summary>
    public sealed record Nobody : PolicyMember
    {
        public override long? Since(IReadOnlyDictionary<PolicyWitness, long> times) => long.MaxValue;
    }

    /// <summary>This witness has to cosign.</summary>
    public sealed record One(PolicyWitness Witness) : PolicyMember
    {
        public override long? Since(IReadOnlyDictionary<PolicyWitness, long> times) =>
            times.TryGetValue(Witness, out var seconds) ? seconds : null;
    }

    /// <summary>So many of these have to.</summary>
    public sealed record Group(int Threshold, ImmutableArray<PolicyMember> Members) : PolicyMember
    {
        public override long? Since(IReadOnlyDictionary<PolicyWitness, long> times) =>
            Members
                .Select(member => member.Since(times))
                .OfType<long>()
                .OrderDescending()
                .Select(seconds => (long?)seconds)
                .ElementAtOrDefault(Threshold - 1);
    }
}
