using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Which values a field of the contract takes, for the OpenAPI document. Requests are checked by their validators.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class LimitAttribute : Attribute
{
    /// <summary>The least number.</summary>
    public int? Minimum { get; protected init; }

    /// <summary>The greatest number.</summary>
    public int? Maximum { get; protected init; }

    /// <summary>The fewest characters.</summary>
    public int? MinLength { get; protected init; }

    /// <summary>The most characters.</summary>
    public int? MaxLength { get; protected init; }

    /// <summary>A regular expression of ECMA-262 that the text matches.</summary>
    public string? Pattern { get; protected init; }

    /// <summary>The format of the text, a word of JSON Schema.</summary>
    public string? Format { get; protected init; }

    /// <summary>The fewest items.</summary>
    public int? MinItems { get; protected init; }

    /// <summary>The most items.</summary>
    public int? MaxItems { get; protected init; }

    /// <summary>The most members.</summary>
    public int? MaxMembers { get; protected init; }

    /// <summary>What each item, or the value of each member, is limited to.</summary>
    public LimitAttribute? Each { get; protected init; }
}

/// <summary>An id: <see cref="Identifier.Grammar"/>.</summary>
public sealed class IdAttribute : LimitAttribute
{
    /// <summary>The grammar of ids.</summary>
    public const string Grammar = @"^(?!\.{1,2}$)[A-Za-z0-9._~:@-]{1,128}$";

    /// <summary>An id.</summary>
    public IdAttribute() => (MinLength, MaxLength, Pattern) = (1, Identifier.MaxLength, Grammar);
}

/// <summary>A purpose by its name.</summary>
public sealed class PurposeNameAttribute : LimitAttribute
{
    /// <summary>The grammar of purposes.</summary>
    public const string Grammar = @"^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,3}$";

    /// <summary>A purpose.</summary>
    public PurposeNameAttribute() => Pattern = Grammar;
}

/// <summary>A text for people, of 1 to <see cref="ValidationRules.MaxTextLength"/> characters.</summary>
public sealed class TextAttribute : LimitAttribute
{
    /// <summary>A text.</summary>
    public TextAttribute() => (MinLength, MaxLength) = (1, ValidationRules.MaxTextLength);
}

/// <summary>A text by its length.</summary>
public sealed class TextLengthAttribute : LimitAttribute
{
    /// <summary>A text.</summary>
    /// <param name="least">The fewest characters.</param>
    /// <param name="most">The most characters.</param>
    public TextLengthAttribute(int least, int most) => (MinLength, MaxLength) = (least, most);

    /// <summary>A text without a greatest length.</summary>
    /// <param name="least">The fewest characters.</param>
    public TextLengthAttribute(int least) => MinLength = least;
}

/// <summary>An address, of a greatest length.</summary>
public sealed class AddressAttribute : LimitAttribute
{
    /// <summary>An address.</summary>
    /// <param name="most">The most characters.</param>
    public AddressAttribute(int most) => (Format, MinLength, MaxLength) = ("uri", 1, most);
}

/// <summary>A text of a grammar.</summary>
public sealed class GrammarAttribute : LimitAttribute
{
    /// <summary>A text.</summary>
    /// <param name="pattern">A regular expression of ECMA-262.</param>
    public GrammarAttribute(string pattern) => Pattern = pattern;
}

/// <summary>A number with a least value.</summary>
public sealed class AtLeastAttribute : LimitAttribute
{
    /// <summary>A number.</summary>
    /// <param name="least">The least one.</param>
    public AtLeastAttribute(int least) => Minimum = least;
}

/// <summary>A number between two, which it may be.</summary>
public sealed class BetweenAttribute : LimitAttribute
{
    /// <summary>A number.</summary>
    /// <param name="least">The least one.</param>
    /// <param name="most">The greatest one.</param>
    public BetweenAttribute(int least, int most) => (Minimum, Maximum) = (least, most);
}

/// <summary>A list by its length.</summary>
public sealed class ItemsAttribute : LimitAttribute
{
    /// <summary>A list.</summary>
    /// <param name="least">The fewest items.</param>
    /// <param name="most">The most items.</param>
    public ItemsAttribute(int least, int most) => (MinItems, MaxItems) = (least == 0 ? null : least, most);
}

/// <summary>A list of ids that are UUIDs.</summary>
public sealed class UuidsAttribute : LimitAttribute
{
    /// <summary>A list.</summary>
    /// <param name="most">The most items; there is at least one.</param>
    public UuidsAttribute(int most) => (MinItems, MaxItems, Each) = (1, most, new EachUuid());

    private sealed class EachUuid : LimitAttribute
    {
        public EachUuid() => Format = "uuid";
    }
}

/// <summary>A list of words, each at most once: no longer than the field's enumeration.</summary>
public sealed class WordListAttribute : LimitAttribute
{
    /// <summary>A list.</summary>
    /// <param name="least">The fewest items.</param>
    public WordListAttribute(int least) => MinItems = least == 0 ? null : least;
}

/// <summary>A list of purposes.</summary>
public sealed class PurposesAttribute : LimitAttribute
{
    /// <summary>A list.</summary>
    /// <param name="least">The fewest items.</param>
    public PurposesAttribute(int least) =>
        (MinItems, MaxItems, Each) = (least == 0 ? null : least, Limits.Purposes, new PurposeNameAttribute());
}

/// <summary>Versions of streams, by the streams' names.</summary>
public sealed class VersionsAttribute : LimitAttribute
{
    /// <summary>Versions of any number of streams.</summary>
    public VersionsAttribute() => Each = new AtLeastAttribute(0);

    /// <summary>Versions.</summary>
    /// <param name="most">The most streams.</param>
    public VersionsAttribute(int most)
        : this() => MaxMembers = most;
}

/// <summary>A field whose values the document cannot limit.</summary>
/// <param name="why">Why not.</param>
public sealed class UnlimitedAttribute(string why) : LimitAttribute
{
    /// <summary>Why not.</summary>
    public string Why => why;
}
