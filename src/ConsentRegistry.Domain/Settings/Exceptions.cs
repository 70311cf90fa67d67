using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Settings;

/// <summary>
/// Where a setting applies: for which video (null: a default), which purpose, which requester (null: anybody).
/// </summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester it names; null for anybody.</param>
public readonly record struct SettingKey(VideoKey? Video, Purpose Purpose, Requester? Requester)
{
    /// <summary>The place of a default.</summary>
    public static SettingKey From(DefaultKey key) => new(null, key.Purpose, key.Requester);

    /// <summary>The place of an override.</summary>
    public static SettingKey From(OverrideKey key) => new(key.Video, key.Purpose, key.Requester);

    /// <summary>
    /// The place as that of a default, which the creator's default for the same purpose and requester has.
    /// </summary>
    public DefaultKey ToDefault() => new(Purpose, Requester);

    /// <summary>The place as that of an override.</summary>
    /// <exception cref="InvalidOperationException">It is of no video.</exception>
    public OverrideKey ToOverride() => new(Video!.Value, Purpose, Requester);

    /// <summary>
    /// Whether a setting here beats one at <paramref name="other"/> in some check: at least as specific in scope,
    /// requester and purpose, and more specific in one, so that both can be candidates of the same check (R4).
    /// </summary>
    /// <remarks>Those keys are the ones that <see cref="Broader"/> lists.</remarks>
    public bool Beats(SettingKey other) =>
        this != other
        && (other.Video is null || Video == other.Video)
        && (other.Requester is null || Requester == other.Requester)
        && Purpose.IsAtOrBelow(other.Purpose);

    /// <summary>Every place whose setting one here beats in some check: at most 15.</summary>
    public IEnumerable<SettingKey> Broader()
    {
        for (Purpose? purpose = Purpose; purpose is { } at; purpose = at.Parent)
        {
            foreach (var requester in Requester is null ? [Requester] : new[] { Requester, null })
            {
                foreach (var video in Video is null ? [Video] : new[] { Video, null })
                {
                    var key = new SettingKey(video, at, requester);
                    if (key != this)
                        yield return key;
                }
            }
        }
    }
}

/// <summary>
/// The settings that stand beside a new <c>ask</c> or <c>deny</c> of the same creator and answer less restrictively:
/// what the creator is told that one switch did not reach, and may clear with it.
/// </summary>
public static class Exceptions
{
    /// <summary>Whether a standing default is an exception to a new setting.</summary>
    public static bool Includes(
        SettingKey changed,
        Effect effect,
        SettingKey standing,
        DefaultSetting setting,
        Instant now
    ) => setting.Segments.Any(segment => Includes(changed, effect, standing, segment.Choice, now));

    /// <summary>
    /// Whether a standing setting that says <paramref name="choice"/> is an exception to a new setting.
    /// </summary>
    public static bool Includes(SettingKey changed, Effect effect, SettingKey standing, Choice choice, Instant now) =>
        choice.Effect < effect && !choice.IsExpired(now) && standing.Beats(changed);
}
