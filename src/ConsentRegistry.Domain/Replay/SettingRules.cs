using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Defaults and overrides.</summary>
internal static class SettingRules
{
    public static readonly ReplayRule Ratchet = new(
        "settingRatchet",
        "`defaultChanged`",
        "`after` is what setting a default makes of `before` (R3): one segment for every video, or the old segments "
            + "made at most as permissive as a new allow, and that allow from now on",
        "An allow for the future leaves an older segment without the condition that it adds."
    );

    public static readonly ReplayRule Expiry = new(
        "settingExpired",
        "`defaultChanged`, `overrideChanged`",
        "an allow that is set expires later than it is set",
        "An allow of 3 June expires on 1 June."
    );

    public static readonly ReplayRule Deny = new(
        "denyKeepsGrant",
        "`defaultChanged`, `overrideChanged`",
        "a deny revokes, in the same version, each grant of the creator that it touches (R6) and that is neither spent "
            + "nor over",
        "A creator denies `remix` to everybody, and a grant for `remix.voice` is still given."
    );

    public static IEnumerable<ReplayRule> All => [Ratchet, Expiry, Deny];

    public static Violation? Judge(RecordedChange.OfDefault change, in EventPlace place)
    {
        var (before, stamp) = (change.Before, place.Stamp);
        if (change.After is not { } after)
            return before is null ? RecordRules.Same() : null;
        if (after.Equals(before))
            return RecordRules.Same();
        foreach (var segment in after.Segments)
        {
            var wasThere = before?.Segments.Any(old => old.Stamp == segment.Stamp) == true;
            if (!wasThere && RecordRules.JudgeStamp(segment.Stamp, place) is { } wrong)
                return wrong;
        }
        // Whatever is set ends as the last segment, or as one that was like it.
        var choice = after.Segments[^1].Choice;
        if (
            !after.Equals(ResultOf(before, choice, AppliesTo.All, stamp))
            && !after.Equals(ResultOf(before, choice, AppliesTo.Future, stamp))
        )
            return Ratchet.Broken("The segments are not those that setting the default makes of the ones before.");
        return JudgeExpiry(choice, stamp);
    }

    public static Violation? Judge(RecordedChange.OfOverride change, in EventPlace place)
    {
        if (change.After?.Choice == change.Before?.Choice)
            return RecordRules.Same();
        return change.After is not { } after
            ? null
            : RecordRules.JudgeStamp(after.Stamp, place) ?? JudgeExpiry(after.Choice, place.Stamp);
    }

    /// <summary>The deny that a change sets; null if it sets none.</summary>
    public static SettingKey? DenyOf(RecordedChange change) =>
        change switch
        {
            RecordedChange.OfDefault { After.Segments: [.., { Choice.Effect: Effect.Deny }] } setting =>
                SettingKey.From(setting.Key),
            RecordedChange.OfOverride { After.Choice.Effect: Effect.Deny } setting => SettingKey.From(setting.Key),
            _ => null,
        };

    /// <summary>Judges a version at its end.</summary>
    /// <param name="denies">The denies that it set.</param>
    /// <param name="standing">The places of the creator's grants that stand after it.</param>
    public static Violation? JudgeDenies(IReadOnlyCollection<SettingKey> denies, IEnumerable<SettingKey> standing) =>
        standing.Any(grant => denies.Any(deny => Grant.IsTouchedBy(deny, grant)))
            ? Deny.Broken("A deny leaves a grant that it touches.")
            : null;

    private static DefaultSetting? ResultOf(DefaultSetting? before, Choice choice, AppliesTo appliesTo, Stamp stamp) =>
        DefaultSetting.Set(before, choice, appliesTo, stamp).Succeeded(out var after, out _) ? after : null;

    private static Violation? JudgeExpiry(Choice choice, Stamp stamp) =>
        choice.ExpiresAt <= stamp.At ? Expiry.Broken("The allow had expired when it was set.") : null;
}
