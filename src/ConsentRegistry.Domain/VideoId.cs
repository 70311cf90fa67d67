using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain;

/// <summary>
/// A video among those of its owner, by the platform's own id. It names a video only together with the owner: see
/// <see cref="VideoKey"/>.
/// </summary>
/// <remarks>Grammar: see <see cref="Identifier"/>. The default value is no id and throws when read.</remarks>
public readonly record struct VideoId : IComparable<VideoId>
{
    private readonly string? value;

    private VideoId(string value) => this.value = value;

    /// <summary>The id as the platform wrote it.</summary>
    public string Value => value ?? throw Identifier.Uninitialized(nameof(VideoId));

    /// <summary>Reads an id; false if <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out VideoId id)
    {
        var valid = Identifier.IsValid(text);
        id = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>Reads an id that is known to be one.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is no id.</exception>
    public static VideoId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"Not an id: {Identifier.Grammar}.");

    /// <summary>Byte by byte, as everywhere ids are ordered.</summary>
    public int CompareTo(VideoId other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The id as the platform wrote it.</summary>
    public override string ToString() => Value;
}
