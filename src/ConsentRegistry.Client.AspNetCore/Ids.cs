using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Client.AspNetCore;

/// <summary>What the registry takes for an id.</summary>
internal static class Ids
{
    public const string Grammar = "1 to 128 characters of A-Z a-z 0-9 . _ ~ : @ -, but not \".\" or \"..\"";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-"
    );

    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxLength } and not "." and not ".." && !text.AsSpan().ContainsAnyExcept(Alphabet);
}
