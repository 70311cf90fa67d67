using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain;

/// <summary>A person or account that can give consent, by the platform's own id.</summary>
/// <remarks>Grammar: see <see cref="Identifier"/>. The default value is no id and throws when read.</remarks>
public readonly record struct CreatorId : IComparable<CreatorId>
{
    private readonly string? value;

    private CreatorId(string value) => this.value = value;

    /// <summary>The id as the platform wrote it.</summary>
    public string Value => value ?? throw Identifier.Uninitialized(nameof(CreatorId));

    /// <summary>Reads an id; false if <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CreatorId id)
    {
        var valid = Identifier.IsValid(text);
        id = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>Reads an id that is known to be one.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is no id.</exception>
    public static CreatorId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"Not an id: {Identifier.Grammar}.");

    /// <summary>Byte by byte, as everywhere ids are ordered.</summary>
    public int CompareTo(CreatorId other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The id as the platform wrote it.</summary>
    public override string ToString() => Value;
}
