using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Lockdowns and holds.</summary>
internal static class StopRules
{
    public static readonly ReplayRule Added = new(
        "stopNarrowed",
        "`lockdownChanged`, `holdChanged`",
        "a second stop adds its purposes to the one that stands; only lifting makes it narrower (R1)",
        "A lockdown of everything becomes one of `training`."
    );

    public static IEnumerable<ReplayRule> All => [Added];

    public static Violation? Judge(RecordedChange.OfStop change, in EventPlace place)
    {
        if (change.After is not { } after)
            return change.Before is null ? RecordRules.Same() : null;
        if (RecordRules.JudgeStamp(after.Stamp, place) is { } wrong)
            return wrong;
        if (change.Before is not { } before)
            return null;
        var added = Stop.Add(before, after.Purposes, place.Stamp);
        if (added.Equals(after))
            return null;
        return ReferenceEquals(added, before) && after.Equals(Stop.Create(before.Purposes, after.Stamp))
            ? RecordRules.Same()
            : Added.Broken("The stop does not have all that it had before.");
    }
}
