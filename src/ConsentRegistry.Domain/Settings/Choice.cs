namespace ConsentRegistry.Domain.Settings;

/// <summary>What one setting says, apart from where it applies: the effect and what goes with it.</summary>
/// <remarks>A deny carries no conditions, and only an allow expires; no other combination can be made.</remarks>
public sealed record Choice
{
    private Choice(Effect effect, Conditions conditions, Instant? expiresAt, int vocabularyVersion)
    {
        if (effect == Effect.Deny && conditions != Conditions.None)
            throw new ArgumentException("A deny has no conditions.", nameof(conditions));
        if (effect != Effect.Allow && expiresAt is not null)
            throw new ArgumentException("Only an allow expires.", nameof(expiresAt));
        (Effect, Conditions, ExpiresAt, VocabularyVersion) = (effect, conditions, expiresAt, vocabularyVersion);
    }

    /// <summary>The effect.</summary>
    public Effect Effect { get; }

    /// <summary>The conditions; none on a deny.</summary>
    public Conditions Conditions { get; }

    /// <summary>
    /// The moment from which an allow is silence again; null if it never is, and on everything but an allow.
    /// </summary>
    public Instant? ExpiresAt { get; }

    /// <summary>
    /// The vocabulary version that the creator knew: an allow does not reach purposes below its own that are newer
    /// (R3).
    /// </summary>
    public int VocabularyVersion { get; }

    /// <summary>An allow.</summary>
    public static Choice Allow(Conditions conditions, Instant? expiresAt, int vocabularyVersion) =>
        new(Effect.Allow, conditions, expiresAt, vocabularyVersion);

    /// <summary>An ask.</summary>
    public static Choice Ask(Conditions conditions, int vocabularyVersion) =>
        new(Effect.Ask, conditions, null, vocabularyVersion);

    /// <summary>A deny.</summary>
    public static Choice Deny(int vocabularyVersion) => new(Effect.Deny, Conditions.None, null, vocabularyVersion);

    /// <summary>A choice of any effect, as it was stored.</summary>
    /// <exception cref="ArgumentException">The combination is not one that can be made.</exception>
    public static Choice Create(Effect effect, Conditions conditions, Instant? expiresAt, int vocabularyVersion) =>
        new(effect, conditions, expiresAt, vocabularyVersion);

    /// <summary>Whether it is an allow that has expired by <paramref name="now"/>.</summary>
    public bool IsExpired(Instant now) => ExpiresAt <= now;

    /// <summary>
    /// This choice made at most as permissive as <paramref name="allow"/>: the more restrictive effect, the lower
    /// vocabulary version, on what is not denied the union of both conditions, on an allow the earlier expiry (R3).
    /// </summary>
    public Choice ClampedTo(Choice allow)
    {
        var effect = (Effect)Math.Max((byte)Effect, (byte)allow.Effect);
        return new(
            effect,
            effect == Effect.Deny ? Conditions.None : Conditions | allow.Conditions,
            effect == Effect.Allow ? Earlier(ExpiresAt, allow.ExpiresAt) : null,
            Math.Min(VocabularyVersion, allow.VocabularyVersion)
        );
    }

    private static Instant? Earlier(Instant? one, Instant? other) =>
        one is { } a && other is { } b ? Instant.Earlier(a, b) : one ?? other;
}

/// <summary>The change that last altered a record.</summary>
/// <param name="Version">The version of the creator's stream that the change made.</param>
/// <param name="At">When it was made.</param>
public readonly record struct Stamp(long Version, Instant At);
