using System.Buffers;

namespace ConsentRegistry.Console.Registry;

/// <summary>Ids of creators, videos and requesters.</summary>
internal static class Ids
{
    /// <summary>The longest, in characters, as the registry's contract has it.</summary>
    public const int Longest = 128;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-"
    );

    /// <summary>Whether it can be an id. What cannot be one is not asked about: it would make another address.</summary>
    public static bool IsId(string? text) =>
        text is { Length: > 0 and <= Longest } and not ("." or "..") && !text.AsSpan().ContainsAnyExcept(Characters);
}
