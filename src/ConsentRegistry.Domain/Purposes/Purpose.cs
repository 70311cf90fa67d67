using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.Purposes;

/// <summary>
/// The name of a kind of AI use, for example <c>remix.voice</c>. A name is its parent's name, a dot and one segment.
/// </summary>
/// <remarks>
/// One to <see cref="Limits.PurposeDepth"/> segments of <c>[a-z][a-z0-9-]{0,62}</c>. That a name is well formed does
/// not mean that the <see cref="Vocabulary"/> knows it. The default value is no purpose and throws when read.
/// </remarks>
public readonly record struct Purpose : IComparable<Purpose>
{
    private readonly string? name;

    private Purpose(string name) => this.name = name;

    /// <summary>The whole name.</summary>
    public string Name => name ?? throw Identifier.Uninitialized(nameof(Purpose));

    /// <summary>The number of segments, 1 for a root.</summary>
    public int Depth => Name.Count(c => c == '.') + 1;

    /// <summary>The purpose one above; null for a root.</summary>
    public Purpose? Parent => Name.LastIndexOf('.') is >= 0 and var dot ? new Purpose(Name[..dot]) : null;

    /// <summary>Whether this purpose is in the tree below <paramref name="other"/>, at any depth.</summary>
    public bool IsBelow(Purpose other) =>
        Name.Length > other.Name.Length
        && Name[other.Name.Length] == '.'
        && Name.StartsWith(other.Name, StringComparison.Ordinal);

    /// <summary>Whether this purpose is <paramref name="other"/> or below it.</summary>
    public bool IsAtOrBelow(Purpose other) => this == other || IsBelow(other);

    /// <summary>Reads a name; false if <paramref name="text"/> is not well formed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Purpose purpose)
    {
        purpose = default;
        if (text is null)
            return false;
        var segments = text.Split('.');
        if (segments.Length > Limits.PurposeDepth || !segments.All(IsSegment))
            return false;
        purpose = new(text);
        return true;
    }

    /// <summary>Reads a name that is known to be well formed.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Purpose Parse(string text) =>
        TryParse(text, out var purpose) ? purpose : throw new FormatException("Not the name of a purpose.");

    /// <summary>By name, byte by byte.</summary>
    public int CompareTo(Purpose other) => string.CompareOrdinal(Name, other.Name);

    /// <summary>The whole name.</summary>
    public override string ToString() => Name;

    private static bool IsSegment(string segment) =>
        segment.Length is > 0 and <= Limits.PurposeSegmentLength
        && char.IsAsciiLetterLower(segment[0])
        && segment.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
