namespace ConsentRegistry.Console.Registry;

/// <summary>What people type into forms.</summary>
internal static class FormText
{
    /// <summary>The longest reason, in characters, as the registry's contract has it.</summary>
    public const int LongestReason = 1000;

    /// <summary>The text without spaces around it; null where nothing was typed.</summary>
    public static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
