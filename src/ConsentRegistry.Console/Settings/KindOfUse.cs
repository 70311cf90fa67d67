using ConsentRegistry.Console.Languages;

namespace ConsentRegistry.Console.Settings;

/// <summary>The kinds of use that every creator decides about, by the registry's purposes at the top.</summary>
internal static class KindOfUse
{
    /// <summary>In the order in which pages show them. Each has texts <c>kind.….name</c> and an icon of its name.</summary>
    public static IReadOnlyList<string> Main { get; } = ["remix", "training", "grounding", "mining"];

    /// <summary>What people call a purpose. Of one that is unknown here, the name of what it is part of, and its own.</summary>
    public static string NameOf(string purpose, Texts texts)
    {
        if (texts.Has($"kind.{purpose}.name"))
            return texts[$"kind.{purpose}.name"];
        var end = purpose.LastIndexOf('.');
        return end < 0 ? purpose : $"{NameOf(purpose[..end], texts)}: {purpose[(end + 1)..]}";
    }

    /// <summary>The icon of a purpose: that of what it is part of.</summary>
    public static string IconOf(string? purpose)
    {
        var root = purpose?.Split('.', 2)[0];
        return root is not null && Main.Contains(root) ? root : "info";
    }
}
