using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Imports;

/// <summary>What becomes of a proposal.</summary>
/// <param name="Proposal">The proposal.</param>
/// <param name="Change">The change that it means; null if it is refused.</param>
/// <param name="Direction">What it does to the creator's answers; null if it is refused.</param>
/// <param name="Stands">Whether it stands already, so that it alters no setting.</param>
/// <param name="IsTaken">Whether the change is made. One that only repeats another proposal is made once, by that.</param>
/// <param name="Failure">Why it is refused.</param>
public sealed record JudgedProposal(
    Proposal Proposal,
    SetSetting? Change,
    Direction? Direction,
    bool Stands,
    bool IsTaken,
    Failure? Failure
);

/// <summary>
/// What an import makes of one creator's settings: each proposal judged, and the changes that are made. Nothing is read
/// or written.
/// </summary>
/// <remarks>
/// Proposals are judged one after the other, each with those that were taken before. Denies come last, whatever their
/// order, for they restrict beside anything: so no order of rows makes an exception to a deny look like a widening.
/// What is taken restricts together, too, for each step restricts.
/// </remarks>
public sealed class ImportPlan
{
    /// <summary>
    /// Pairs of answers that are compared for all proposals of one import: about a second of one processor. What is not
    /// compared widens.
    /// </summary>
    public const int MaxComparisons = 200_000;

    private ImportPlan(IReadOnlyList<JudgedProposal> proposals) => Proposals = proposals;

    /// <summary>The proposals, in the order in which they were given.</summary>
    public IReadOnlyList<JudgedProposal> Proposals { get; }

    /// <summary>The changes that are made: no two of one setting.</summary>
    public IReadOnlyList<SettingChange> Changes => [.. Proposals.Where(one => one.IsTaken).Select(one => one.Change!)];

    /// <summary>Judges proposals.</summary>
    /// <param name="proposals">The proposals.</param>
    /// <param name="standing">What stands; what is taken is added to it.</param>
    /// <param name="vocabulary">The current vocabulary.</param>
    /// <param name="stamp">The version and time of the change.</param>
    /// <param name="takesWidening">Whether what widens is taken, too.</param>
    public static ImportPlan Make(
        IReadOnlyList<Proposal> proposals,
        StandingSettings standing,
        Vocabulary vocabulary,
        Stamp stamp,
        bool takesWidening
    )
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(vocabulary);
        var judge = new DirectionJudge(standing, vocabulary, stamp);
        // A deny that stands revokes what it touches, too (R6). What else changes no answer now would only stand in the
        // way of what the creator sets later.
        bool IsWanted(Proposal proposal, Direction direction) =>
            takesWidening || proposal.Effect == Effect.Deny || direction == Direction.Restricts;

        var judged = new Dictionary<SettingKey, JudgedProposal>();
        var contradicted = proposals
            .GroupBy(proposal => proposal.Key)
            .Where(same => same.Distinct().Skip(1).Any())
            .Select(same => same.Key)
            .ToHashSet();
        foreach (var proposal in proposals.OrderBy(proposal => proposal.Effect == Effect.Deny))
        {
            if (judged.ContainsKey(proposal.Key))
                continue;
            if (contradicted.Contains(proposal.Key))
            {
                judged.Add(proposal.Key, Refused(proposal, Contradiction));
                continue;
            }
            if (Refuse(proposal, vocabulary, stamp.At) is { } refusal)
            {
                judged.Add(proposal.Key, Refused(proposal, refusal));
                continue;
            }
            var change = proposal.Over(standing.ChoicesAt(proposal.Key), stamp.At);
            judged.Add(
                proposal.Key,
                judge
                    .Judge(change, direction => IsWanted(proposal, direction))
                    .Succeeded(out var found, out var failure)
                    ? new(
                        proposal,
                        change,
                        found.Direction,
                        found.Stands,
                        found.Stands ? proposal.Effect == Effect.Deny : IsWanted(proposal, found.Direction),
                        Failure: null
                    )
                    : Refused(proposal, failure)
            );
        }
        var made = new HashSet<SettingKey>();
        return new([
            .. proposals.Select(proposal =>
            {
                var one = judged[proposal.Key] with { Proposal = proposal };
                return one with { IsTaken = one.IsTaken && made.Add(proposal.Key) };
            }),
        ]);
    }

    private static readonly Failure Contradiction = new(
        FailureCode.Invalid,
        "Another row asks for something else for the same setting, and nobody knows which is meant; send one of them."
    );

    private static JudgedProposal Refused(Proposal proposal, Failure failure) =>
        new(proposal, Change: null, Direction: null, Stands: false, IsTaken: false, failure);

    private static Failure? Refuse(Proposal proposal, Vocabulary vocabulary, Instant now) =>
        !vocabulary.TryFind(proposal.Key.Purpose, out _)
            ? new(
                FailureCode.UnknownPurpose,
                $"purpose is '{proposal.Key.Purpose}', which the vocabulary does not know; send a purpose that GET "
                    + "/v1/purposes lists.",
                "purpose"
            )
        : proposal.ExpiresAt <= now
            ? new(FailureCode.Invalid, "expiresAt is in the past; send a moment that is not.", "expiresAt")
        : null;
}
