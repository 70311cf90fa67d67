using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Histories;

/// <summary>A choice that stood differently at two moments.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">For whom; null for everybody.</param>
/// <param name="Before">What it said at the first; null where nothing was said.</param>
/// <param name="After">What it said at the second; null where nothing was said.</param>
internal sealed record ChoiceDifference(string Purpose, string? Requester, Effect? Before, Effect? After);

/// <summary>What a creator's settings at two moments differ in.</summary>
/// <param name="Choices">The choices for all videos, by purpose and requester.</param>
/// <param name="StopBefore">Whether everything was stopped at the first.</param>
/// <param name="StopAfter">Whether everything was stopped at the second.</param>
/// <param name="ExceptionsBefore">Exceptions for single videos at the first.</param>
/// <param name="ExceptionsAfter">Exceptions for single videos at the second.</param>
internal sealed record SettingsDifference(
    IReadOnlyList<ChoiceDifference> Choices,
    bool StopBefore,
    bool StopAfter,
    long ExceptionsBefore,
    long ExceptionsAfter
)
{
    /// <summary>Whether nothing differs that this can tell.</summary>
    public bool IsNone => Choices.Count == 0 && StopBefore == StopAfter && ExceptionsBefore == ExceptionsAfter;

    /// <summary>Compares.</summary>
    /// <param name="before">The settings at <paramref name="first"/>.</param>
    /// <param name="first">The first moment.</param>
    /// <param name="after">The settings at <paramref name="second"/>.</param>
    /// <param name="second">The second moment.</param>
    public static SettingsDifference Between(Consent before, DateTimeOffset first, Consent after, DateTimeOffset second)
    {
        var (one, two) = (ChoicesOf(before), ChoicesOf(after));
        var choices = new List<ChoiceDifference>();
        foreach (
            var key in one
                .Keys.Union(two.Keys)
                .OrderBy(key => key.Purpose, StringComparer.Ordinal)
                .ThenBy(key => key.Requester, StringComparer.Ordinal)
        )
        {
            var (was, isNow) = (one.GetValueOrDefault(key), two.GetValueOrDefault(key));
            var (said, says) = (EffectAt(was, first), EffectAt(isNow, second));
            if (said != says || !IsSame(was, isNow))
                choices.Add(new(key.Purpose, key.Requester, said, says));
        }
        return new(
            choices,
            before.Lockdown is not null || before.Hold is not null,
            after.Lockdown is not null || after.Hold is not null,
            before.Overrides,
            after.Overrides
        );
    }

    /// <summary>What a choice says at a moment: an allow that has ended is a refusal.</summary>
    public static Effect? EffectAt(Setting? setting, DateTimeOffset moment) =>
        setting is null ? null
        : setting.Effect == Effect.Allow && setting.ExpiresAt <= moment ? Effect.Deny
        : setting.Effect;

    private static Dictionary<(string Purpose, string? Requester), Setting> ChoicesOf(Consent consent) =>
        consent.Defaults.ToDictionary(setting => (setting.Purpose, setting.Requester));

    // Versions and times tell when something was altered, and not what it says.
    private static bool IsSame(Setting? one, Setting? two) =>
        one is null || two is null
            ? one is null && two is null
            : one.ExpiresAt == two.ExpiresAt
                && one.Conditions.Order(StringComparer.Ordinal)
                    .SequenceEqual(two.Conditions.Order(StringComparer.Ordinal))
                && Segments(one).SequenceEqual(Segments(two));

    private static IEnumerable<(DateTimeOffset?, Effect)> Segments(Setting setting) =>
        (setting.Segments ?? []).Select(segment => (segment.From, segment.Effect));
}
