using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>
/// One item of a bulk change: made by <see cref="SetDefault"/>, <see cref="ClearDefault"/>, <see cref="SetOverride"/>
/// or <see cref="ClearOverride"/>.
/// </summary>
public sealed record SettingChange
{
    private SettingChange(string op, string purpose) => (Op, Purpose) = (op, purpose);

    [JsonInclude]
    internal string Op { get; }

    /// <summary>The purpose of the setting.</summary>
    public string Purpose { get; }

    /// <summary>The requester that the setting names; anybody if null.</summary>
    public string? Requester { get; init; }

    /// <summary>Of an override, the video; null of a default.</summary>
    public VideoName? Video { get; private init; }

    /// <summary>Where something is set: the effect.</summary>
    public Effect? Effect { get; private init; }

    /// <summary>Of an allow default only: which videos it reaches; <see cref="AppliesTo.Future"/> if null.</summary>
    public AppliesTo? AppliesTo { get; init; }

    /// <summary>What an allow or ask attaches: words of <see cref="Client.Conditions"/>.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>Of an allow only: when it ends; it does not if null.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Of an ask or deny default only: also clear the more specific settings that answer less restrictively, those of
    /// this request apart.
    /// </summary>
    public bool? ClearExceptions { get; init; }

    /// <summary>Sets what holds for all of the creator's videos.</summary>
    public static SettingChange SetDefault(string purpose, Effect effect) =>
        new("setDefault", purpose) { Effect = effect };

    /// <summary>Clears what holds for all of the creator's videos.</summary>
    public static SettingChange ClearDefault(string purpose) => new("clearDefault", purpose);

    /// <summary>
    /// Sets what holds for one video, an own one or one in which the creator is registered as a participant.
    /// </summary>
    public static SettingChange SetOverride(VideoName video, string purpose, Effect effect) =>
        new("setOverride", purpose) { Video = video, Effect = effect };

    /// <summary>Clears what holds for one video.</summary>
    public static SettingChange ClearOverride(VideoName video, string purpose) =>
        new("clearOverride", purpose) { Video = video };
}
