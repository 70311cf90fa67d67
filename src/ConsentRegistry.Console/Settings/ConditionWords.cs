using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>The conditions that a creator can attach. Each has a text <c>condition.…</c>.</summary>
internal static class ConditionWords
{
    /// <summary>In the order in which forms show them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Conditions.Attribution, Conditions.LabelAsAi, Conditions.NonCommercial];
}
