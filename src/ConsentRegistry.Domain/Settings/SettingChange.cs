namespace ConsentRegistry.Domain.Settings;

/// <summary>One choice that a creator wants to set or clear.</summary>
/// <param name="Key">Where it applies.</param>
public abstract record SettingChange(SettingKey Key);

/// <summary>Sets a default, or an override where the key names a video.</summary>
/// <param name="Key">Where it applies.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">The conditions; none on a deny.</param>
/// <param name="ExpiresAt">The expiry; only on an allow.</param>
/// <param name="VocabularyVersion">The vocabulary that the creator saw; null for the current one.</param>
/// <param name="AppliesTo">Which videos an allow default reaches; it means nothing otherwise.</param>
/// <param name="ClearExceptions">Whether an ask or deny also clears the exceptions to it.</param>
public sealed record SetSetting(
    SettingKey Key,
    Effect Effect,
    Conditions Conditions,
    Instant? ExpiresAt,
    int? VocabularyVersion,
    AppliesTo AppliesTo,
    bool ClearExceptions
) : SettingChange(Key);

/// <summary>Clears a default, or an override where the key names a video. It reaches every video.</summary>
/// <param name="Key">Where it applies.</param>
public sealed record ClearSetting(SettingKey Key) : SettingChange(Key);
