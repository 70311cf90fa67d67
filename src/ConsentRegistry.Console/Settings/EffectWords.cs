using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>The words for effects in forms and in names of texts, icons and styles.</summary>
internal static class EffectWords
{
    /// <summary>From the one that allows most.</summary>
    public static IReadOnlyList<Effect> All { get; } = [Effect.Allow, Effect.Ask, Effect.Deny];

    /// <summary>The word. What a newer registry says and this console does not know reads as a refusal.</summary>
    public static string For(Effect effect) =>
        effect switch
        {
            Effect.Allow => "allow",
            Effect.Ask => "ask",
            _ => "deny",
        };

    /// <summary>
    /// The effect of an answer. What may go ahead is an allow; whatever is neither that nor an ask is a refusal.
    /// </summary>
    public static Effect For(Decision decision) =>
        decision.Allowed ? Effect.Allow
        : decision.Effect is Effect.Ask ? Effect.Ask
        : Effect.Deny;

    /// <summary>The effect that a form names; null where it names none.</summary>
    public static Effect? Parse(string? word) =>
        word switch
        {
            "allow" => Effect.Allow,
            "ask" => Effect.Ask,
            "deny" => Effect.Deny,
            _ => null,
        };
}
