namespace ConsentRegistry.Soak.Staleness;

/// <summary>An allow that cannot be right in any order in which things may have happened.</summary>
/// <param name="Key">What was checked.</param>
/// <param name="Check">The check.</param>
/// <param name="Restriction">
/// The acknowledged restriction that the answer does not know; null if nothing had ever been allowed.
/// </param>
/// <param name="LastWidening">The newest widening before it; null if there is none.</param>
internal sealed record StaleAllow(Key Key, Check Check, Change? Restriction, Change? LastWidening);

/// <summary>
/// Searches a recording for allows that break the promise: a check that starts after a restriction was acknowledged is
/// not answered with the allow that stood before.
/// </summary>
internal static class StaleAllows
{
    public static IEnumerable<StaleAllow> Find(Recording recording) => recording.Keys.SelectMany(Find);

    public static IEnumerable<StaleAllow> Find(KeyRecording key)
    {
        foreach (var check in key.Checks)
        {
            if (check.Answer == CheckAnswer.Allowed && IsStale(key.Changes, check, out var restriction, out var last))
                yield return new(key.Key, check, restriction, last);
        }
    }

    /// <summary>
    /// An allow is right only if some widening may have taken effect after the last restriction that was acknowledged
    /// before the check started, and before the check was answered. A change takes effect between its start and its
    /// end, or at any time from its start on if it has no end.
    /// </summary>
    private static bool IsStale(IReadOnlyList<Change> changes, Check check, out Change? restriction, out Change? last)
    {
        (restriction, last) = (null, null);
        foreach (var change in changes)
        {
            if (
                change.Direction == Direction.Restricts
                && change.End < check.Start
                && !(restriction?.Start >= change.Start)
            )
                restriction = change;
        }
        // Silence is no consent: before the first restriction, too, something has to have allowed it.
        var standsFrom = restriction?.Start ?? long.MinValue;
        foreach (var change in changes)
        {
            if (change.Direction != Direction.Widens || change.Start > check.End)
                continue;
            if (change.End is not { } end || end >= standsFrom)
                return false;
            if (!(last?.Start >= change.Start))
                last = change;
        }
        return true;
    }
}
