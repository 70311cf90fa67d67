using ConsentRegistry.Client;
using ConsentRegistry.Console.Registry;

namespace ConsentRegistry.Console.Settings;

/// <summary>What a creator typed about one kind of use: read once, used for the preview and for the change.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="AppliesTo">Of an allow: which videos it reaches.</param>
/// <param name="Requester">For whom; null for everybody.</param>
/// <param name="Conditions">Of an allow or ask: what users have to keep to.</param>
/// <param name="ExpiresAt">Of an allow: when it ends.</param>
/// <param name="ClearExceptions">Of an ask or deny: whether exceptions that allow more go, too.</param>
internal sealed record Wish(
    Effect Effect,
    AppliesTo? AppliesTo,
    string? Requester,
    IReadOnlyList<string>? Conditions,
    DateTimeOffset? ExpiresAt,
    bool? ClearExceptions
)
{
    /// <summary>Reads a form. What does not go with the effect is left out.</summary>
    /// <param name="effect">The effect's word.</param>
    /// <param name="appliesTo"><c>all</c> for every video; else only those from now on.</param>
    /// <param name="requester">Who; null or empty for everybody.</param>
    /// <param name="conditions">The conditions' words.</param>
    /// <param name="until">The last day, as <c>yyyy-MM-dd</c>; it counts in UTC, to its end.</param>
    /// <param name="clearExceptions">Whether the box is ticked.</param>
    /// <param name="error">The key of the text that says what is wrong; null where nothing is.</param>
    public static Wish? Read(
        string? effect,
        string? appliesTo,
        string? requester,
        IReadOnlyList<string>? conditions,
        string? until,
        bool clearExceptions,
        out string? error
    )
    {
        error = null;
        if (EffectWords.Parse(effect) is not { } chosen)
        {
            error = "choice.noEffect";
            return null;
        }
        if (!Days.TryParseEnd(until, out var end))
        {
            error = "choice.noDate";
            return null;
        }
        var isAllow = chosen == Effect.Allow;
        return new(
            chosen,
            isAllow ? (appliesTo == "all" ? Client.AppliesTo.All : Client.AppliesTo.Future) : null,
            FormText.OrNull(requester),
            chosen == Effect.Deny ? null : conditions ?? [],
            isAllow ? end : null,
            isAllow ? null : clearExceptions
        );
    }

    /// <summary>The change, for a preview.</summary>
    public SettingChange For(string purpose) =>
        SettingChange.SetDefault(purpose, Effect) with
        {
            AppliesTo = AppliesTo,
            Requester = Requester,
            Conditions = Conditions,
            ExpiresAt = ExpiresAt,
            ClearExceptions = ClearExceptions,
        };

    /// <summary>The change, to be made.</summary>
    public Choice ToChoice(int vocabularyVersion, string? reason) =>
        new(Effect)
        {
            AppliesTo = AppliesTo,
            Conditions = Conditions,
            ExpiresAt = ExpiresAt,
            ClearExceptions = ClearExceptions,
            VocabularyVersion = vocabularyVersion,
            Reason = reason,
        };
}
