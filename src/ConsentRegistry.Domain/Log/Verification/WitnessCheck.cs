using System.Globalization;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>Holds the newest checkpoint of an input against the auditor's policy.</summary>
internal sealed class WitnessCheck
{
    private readonly WitnessPolicy policy;
    private readonly long latest;

    private WitnessCheck(WitnessPolicy policy, long latest) => (this.policy, this.latest) = (policy, latest);

    /// <summary>The check that a request asks for; null if it asks for none.</summary>
    public static WitnessCheck? Of(VerificationRequest request) =>
        request.Policy is not { } policy
            ? null
            : new(
                policy,
                request.Now is { } now
                    ? (now.Microseconds / 1_000_000) + WitnessPolicy.ClockToleranceSeconds
                    : long.MaxValue
            );

    /// <summary>What the policy says; null before <see cref="FindUnmet"/>.</summary>
    public PolicyFinding? Found { get; private set; }

    /// <summary>Why a checkpoint is not to be relied on; null if the policy is met.</summary>
    /// <param name="newest">The newest checkpoint of the input.</param>
    /// <param name="kept">What the auditor kept: perhaps the same checkpoint with other cosignatures.</param>
    public Finding? FindUnmet(SignedNote newest, KeptCheckpoints kept)
    {
        var findings = kept.SayingTheSameAs(newest).Prepend(newest).Select(note => policy.Judge(note, latest)).ToList();
        Found = findings.Find(each => each.IsMet) ?? findings[0];
        if (Found.IsMet)
            return null;
        var cosigned =
            Found.Counted.Length == 0
                ? "None did"
                : $"Only {string.Join(", ", Found.Counted.Select(one => one.Witness.Name))} did";
        return Finding.Unusable(
            "Not enough witnesses of the policy cosigned the newest checkpoint, over "
                + $"{SizeOf(newest)} entries. {cosigned}. Get a newer one, or find out why they do not."
        );
    }

    /// <summary>What weighs more: what is wrong with the input, or that its witnesses are missing.</summary>
    public static Finding? Weigh(Finding? found, Finding? unmet) =>
        found is null || (unmet is not null && found.Verdict < unmet.Verdict) ? unmet ?? found : found;

    private static string SizeOf(SignedNote note) =>
        Checkpoint.TryParse(note.Text, out var checkpoint)
            ? checkpoint.Size.ToString(CultureInfo.InvariantCulture)
            : "no";
}
