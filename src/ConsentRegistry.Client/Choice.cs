using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>Which videos a new allow default reaches.</summary>
public enum AppliesTo
{
    /// <summary>Videos published from now on; those that stand are never widened.</summary>
    [JsonStringEnumMemberName("future")]
    Future,

    /// <summary>Every video, by the creator's explicit word.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>
/// The words for what a creator attaches to an allow or ask. In an answer they are obligations, and a newer registry
/// may know more of them.
/// </summary>
public static class Conditions
{
    /// <summary>Name the creator.</summary>
    public const string Attribution = "attribution";

    /// <summary>Label the result as made with AI.</summary>
    public const string LabelAsAi = "labelAsAi";

    /// <summary>No commercial use.</summary>
    public const string NonCommercial = "nonCommercial";
}

/// <summary>
/// What a creator wants to set. A field that does not go with the effect, or with an override, is refused with status
/// 422.
/// </summary>
/// <param name="Effect">The effect.</param>
public sealed record Choice(Effect Effect)
{
    /// <summary>Of an allow default only: which videos it reaches; <see cref="AppliesTo.Future"/> if null.</summary>
    public AppliesTo? AppliesTo { get; init; }

    /// <summary>What an allow or ask attaches: words of <see cref="Client.Conditions"/>.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>Of an allow only: when it ends, and is silence again; it does not if null.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Of an ask or deny default only: also clear the more specific settings that answer less restrictively.
    /// </summary>
    public bool? ClearExceptions { get; init; }

    /// <summary>Why, for the history; at most 1,000 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The vocabulary version that the creator saw, 1 or more: an allow never reaches purposes newer than it. The
    /// current one if null.
    /// </summary>
    public int? VocabularyVersion { get; init; }
}
