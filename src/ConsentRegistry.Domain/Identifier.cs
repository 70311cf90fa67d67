using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain;

/// <summary>The grammar that all ids share: they are the platform's own, and compared byte by byte.</summary>
public static class Identifier
{
    /// <summary>The longest id, in characters (each is one byte).</summary>
    public const int MaxLength = 128;

    /// <summary>What an id may consist of, for people.</summary>
    public const string Grammar = "1 to 128 characters of A-Z a-z 0-9 . _ ~ : @ -, but not \".\" or \"..\"";

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-"
    );

    private static readonly SearchValues<byte> Bytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-"u8
    );

    /// <summary>Whether <paramref name="text"/> is an id.</summary>
    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxLength } and not "." and not ".." && !text.AsSpan().ContainsAnyExcept(Alphabet);

    /// <summary>Whether these bytes of UTF-8 are an id.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= MaxLength
        && !utf8.ContainsAnyExcept(Bytes)
        && !utf8.SequenceEqual("."u8)
        && !utf8.SequenceEqual(".."u8);

    internal static InvalidOperationException Uninitialized(string type) =>
        new($"A {type} was used that was never given a value.");
}
