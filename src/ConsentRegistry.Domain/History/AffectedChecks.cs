using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// The checks that a change may have given another answer: what a cache of decisions has to ask again. It may name more
/// checks than those that changed, and never fewer.
/// </summary>
/// <param name="Creator">On whose word they rest; null for everybody's.</param>
/// <param name="Video">
/// Only checks of this video and of videos that were made from it; null for all that rest on the creator's word.
/// </param>
/// <param name="Purposes">Only checks for these purposes, and for those below or above them; null for all.</param>
/// <param name="Requester">Only checks for this requester; null for all.</param>
public sealed record AffectedChecks(
    CreatorId? Creator,
    VideoKey? Video,
    IReadOnlyList<Purpose>? Purposes,
    Requester? Requester
)
{
    /// <summary>All checks that rest on a creator's word.</summary>
    public static AffectedChecks AllOf(CreatorId creator) => new(creator, null, null, null);

    /// <summary>The checks that any of some changes of one creator affects; all of theirs where there is none.</summary>
    public static AffectedChecks AnyOf(CreatorId creator, IReadOnlyCollection<AffectedChecks> changes)
    {
        if (changes.Count == 0)
            return AllOf(creator);
        var first = changes.First();
        return new(
            creator,
            changes.All(one => one.Video == first.Video) ? first.Video : null,
            changes.Any(one => one.Purposes is null) ? null : Sorted(changes.SelectMany(one => one.Purposes!)),
            changes.All(one => one.Requester == first.Requester) ? first.Requester : null
        );
    }

    /// <summary>The checks that altered settings affect, and grants that were revoked with them.</summary>
    public static AffectedChecks By(CreatorId creator, SettingsPlan plan, IEnumerable<GrantRecord> revoked) =>
        AnyOf(
            creator,
            [
                .. plan.Defaults.Select(altered => By(creator, SettingKey.From(altered.Key))),
                .. plan.Overrides.Select(altered => By(creator, SettingKey.From(altered.Key))),
                .. revoked.Select(grant => By(creator, grant)),
            ]
        );

    /// <summary>The checks that a setting affects.</summary>
    public static AffectedChecks By(CreatorId creator, SettingKey key) =>
        new(creator, key.Video, [key.Purpose], key.Requester);

    /// <summary>The checks that a grant opens, or opened.</summary>
    public static AffectedChecks By(CreatorId creator, GrantRecord grant) =>
        new(creator, grant.UsedIn, [grant.Terms.Purpose], grant.Requester);

    /// <summary>The checks that a stop affects which was set, extended or lifted.</summary>
    public static AffectedChecks By(CreatorId creator, Stop? before, Stop? after)
    {
        // A purpose that both list may not have changed: it is named all the same.
        Stop[] stops = [.. new[] { before, after }.OfType<Stop>()];
        IReadOnlyList<Purpose>? purposes = Array.Exists(stops, stop => stop.Purposes is null)
            ? null
            : Sorted(stops.SelectMany(stop => stop.Purposes!.Value));
        return new(creator, null, purposes, null);
    }

    /// <summary>The checks that a new purpose affects.</summary>
    // One that uses likeness lets those who are depicted decide on the purposes above it.
    public static AffectedChecks By(PurposeDefinition added) => new(null, null, [added.Purpose], null);

    /// <summary>The checks that a change affects; null if it affects none.</summary>
    /// <param name="stream">Whose history the change is in.</param>
    /// <param name="change">The change.</param>
    public static AffectedChecks? By(StreamId stream, RecordedChange change) =>
        change switch
        {
            RecordedChange.OfDefault { Key: var key } => By(stream.Creator!.Value, SettingKey.From(key)),
            RecordedChange.OfOverride { Key: var key } => By(stream.Creator!.Value, SettingKey.From(key)),
            RecordedChange.OfStop { Before: var before, After: var after } => By(stream.Creator!.Value, before, after),
            RecordedChange.OfVideo video => new(stream.Creator, video.Video, null, null),
            RecordedChange.OfGrant { After: var grant } => By(stream.Creator!.Value, grant),
            RecordedChange.OfPurpose { Purpose: var added } => By(added),
            RecordedChange.OfErasure => AllOf(stream.Creator!.Value),
            RecordedChange.OfApproval or RecordedChange.OfAsking or RecordedChange.OfUse or RecordedChange.OfRecall =>
                null,
            _ => throw new InvalidOperationException($"Which checks a {change.GetType().Name} affects is not known."),
        };

    private static IReadOnlyList<Purpose> Sorted(IEnumerable<Purpose> purposes) =>
        [.. purposes.Distinct().OrderBy(purpose => purpose.Name, StringComparer.Ordinal)];
}
