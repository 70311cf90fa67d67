namespace ConsentRegistry.Soak.Staleness;

/// <summary>An answer that does not know a version it has to know.</summary>
/// <param name="Key">What was checked.</param>
/// <param name="Check">The check.</param>
/// <param name="Version">The version that had been acknowledged before the check started, or was asked for.</param>
internal sealed record OldAnswer(Key Key, Check Check, long Version);

/// <summary>
/// Searches a recording for answers that name an older version of the owner's stream than one that was acknowledged
/// before the check started, or than the check asked for. It finds stale denials as well as stale allows.
/// </summary>
internal static class OldAnswers
{
    public static IEnumerable<OldAnswer> Find(Recording recording) => recording.Keys.SelectMany(Find);

    public static IEnumerable<OldAnswer> Find(KeyRecording key)
    {
        // A cache answers a deny for as long as it was told to, whatever the creator allows meanwhile.
        foreach (var check in key.Checks.Where(check => check.Way != Way.Cached))
        {
            var least = check.MinVersion;
            foreach (var change in key.Changes)
            {
                if (change.End < check.Start && change.Version > least)
                    least = change.Version.Value;
            }
            if (check.Version < least)
                yield return new(key.Key, check, least);
        }
    }
}
