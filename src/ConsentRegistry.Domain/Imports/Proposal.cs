using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Imports;

/// <summary>
/// What a row of an import asks for: one setting. What the row leaves out stays as it stands, for absence clears
/// nothing.
/// </summary>
public sealed record Proposal
{
    /// <summary>A proposal.</summary>
    /// <param name="key">Which setting: a default, or an override where the key names a video.</param>
    /// <param name="effect">The effect.</param>
    /// <param name="conditions">The conditions; null for those that stand there.</param>
    /// <param name="expiresAt">When an allow ends; null for the end that stands there, or none.</param>
    /// <param name="appliesTo">Which videos an allow default reaches; it means nothing otherwise.</param>
    /// <exception cref="ArgumentException">A deny has conditions, or something that is no allow an end.</exception>
    public Proposal(
        SettingKey key,
        Effect effect,
        Conditions? conditions = null,
        Instant? expiresAt = null,
        AppliesTo appliesTo = AppliesTo.Future
    )
    {
        _ = Choice.Create(effect, conditions ?? Settings.Conditions.None, expiresAt, vocabularyVersion: 1);
        (Key, Effect, Conditions, ExpiresAt, AppliesTo) = (key, effect, conditions, expiresAt, appliesTo);
    }

    /// <summary>Which setting.</summary>
    public SettingKey Key { get; }

    /// <summary>The effect.</summary>
    public Effect Effect { get; }

    /// <summary>The conditions; null for those that stand there.</summary>
    public Conditions? Conditions { get; }

    /// <summary>When an allow ends; null for the end that stands there, or none.</summary>
    public Instant? ExpiresAt { get; }

    /// <summary>Which videos an allow default reaches.</summary>
    public AppliesTo AppliesTo { get; }

    /// <summary>The change that the proposal means where something stands.</summary>
    /// <param name="standing">What the setting says, a choice for each segment; nothing if it is not set.</param>
    /// <param name="now">The moment: an end that is over is not kept.</param>
    public SetSetting Over(IReadOnlyCollection<Choice> standing, Instant now) =>
        new(
            Key,
            Effect,
            Effect == Effect.Deny
                ? Settings.Conditions.None
                : Conditions
                    ?? standing.Aggregate(Settings.Conditions.None, (kept, choice) => kept | choice.Conditions),
            Effect == Effect.Allow ? ExpiresAt ?? EndOf(standing, now) : null,
            VocabularyVersion: null,
            AppliesTo,
            ClearExceptions: false
        );

    private static Instant? EndOf(IReadOnlyCollection<Choice> standing, Instant now) =>
        standing.Select(choice => choice.ExpiresAt).Where(end => end > now).Min();
}
