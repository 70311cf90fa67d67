using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>What a creator's default says now about a kind of use, for everybody who is not named elsewhere.</summary>
/// <param name="Purpose">The kind of use.</param>
/// <param name="Effect">What holds for videos that are published now.</param>
/// <param name="Since">Where it holds only for videos published from a moment on: that moment.</param>
/// <param name="Conditions">What users have to keep to.</param>
/// <param name="ExpiresAt">When an allow ends.</param>
/// <param name="IsSaid">Whether the creator said anything; where not, it is a refusal all the same.</param>
internal sealed record Standing(
    string Purpose,
    Effect Effect,
    DateTimeOffset? Since,
    IReadOnlyList<string> Conditions,
    DateTimeOffset? ExpiresAt,
    bool IsSaid
)
{
    /// <summary>Whether one effect lets more happen than another.</summary>
    public static bool IsMilder(Effect effect, Effect than) => Rank(effect) > Rank(than);

    /// <summary>Reads the default for a kind of use. Silence, and an allow that has ended, is a refusal.</summary>
    public static Standing Find(Consent consent, string purpose, DateTimeOffset now)
    {
        var setting = consent.Defaults.FirstOrDefault(one => one.Purpose == purpose && one.Requester is null);
        return setting is null || setting.ExpiresAt <= now
            ? new(purpose, Effect.Deny, Since: null, [], ExpiresAt: null, IsSaid: setting is not null)
            : new(
                purpose,
                setting.Effect,
                setting.Effect == Effect.Deny ? null : StartOf(setting),
                setting.Conditions,
                setting.ExpiresAt,
                IsSaid: true
            );
    }

    private static DateTimeOffset? StartOf(Setting setting)
    {
        DateTimeOffset? start = null;
        foreach (var segment in (setting.Segments ?? []).Reverse())
        {
            if (segment.Effect != setting.Effect)
                break;
            start = segment.From;
        }
        return start;
    }

    private static int Rank(Effect effect) =>
        effect switch
        {
            Effect.Allow => 2,
            Effect.Ask => 1,
            _ => 0,
        };
}
