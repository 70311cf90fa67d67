using System.Buffers;

namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// What content is known by outside the platform, in its normal form: two identifiers are of the same content if they
/// are equal.
/// </summary>
/// <remarks>
/// Normal forms and grammars are in docs/reference/identifiers.md. The default value is no identifier and throws when
/// read.
/// </remarks>
public readonly record struct ContentIdentifier : IComparable<ContentIdentifier>
{
    /// <summary>The longest value, in characters (each is one byte of ASCII).</summary>
    public const int MaxLength = 2_048;

    /// <summary>The longest namespace of a platform, in characters.</summary>
    public const int MaxNamespaceLength = 64;

    private const int Sha256Length = 64;

    private static readonly SearchValues<char> NamespaceCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789.-"
    );

    private readonly string? value;

    private ContentIdentifier(IdentifierScheme scheme, string value) => (Scheme, this.value) = (scheme, value);

    /// <summary>What kind of identifier it is.</summary>
    public IdentifierScheme Scheme { get; }

    /// <summary>Its normal form. It has no white space.</summary>
    public string Value => value ?? throw Identifier.Uninitialized(nameof(ContentIdentifier));

    /// <summary>
    /// Of a URL its host, with the port unless that is the scheme's own. Of <c>platform</c> its namespace. Null for
    /// others.
    /// </summary>
    public string? Authority =>
        Scheme switch
        {
            IdentifierScheme.Url => UrlForm.AuthorityOf(Value),
            IdentifierScheme.Platform => Value[..Value.IndexOf(':', StringComparison.Ordinal)],
            _ => null,
        };

    /// <summary>Reads an identifier in any spelling.</summary>
    /// <param name="scheme">What kind it is.</param>
    /// <param name="text">The value.</param>
    /// <returns>
    /// The identifier; or <see cref="FailureCode.Invalid"/> of the field <c>value</c>, which says what is wrong and
    /// never repeats the text.
    /// </returns>
    public static Result<ContentIdentifier> Parse(IdentifierScheme scheme, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            return Refuse($"is longer than {MaxLength} characters; send a shorter one");
        var normal = scheme switch
        {
            IdentifierScheme.Url => UrlForm.Normalize(text),
            IdentifierScheme.Sha256 => NormalizeSha256(text),
            IdentifierScheme.Iscc => IsccForm.Normalize(text),
            IdentifierScheme.C2pa => C2paForm.Normalize(text),
            IdentifierScheme.Platform => NormalizePlatform(text),
            _ => throw new ArgumentOutOfRangeException(nameof(scheme)),
        };
        if (!normal.Succeeded(out var form, out var failure))
            return failure;
        return form.Length <= MaxLength
            ? new ContentIdentifier(scheme, form)
            : Refuse($"is longer than {MaxLength} characters in its normal form; send a shorter one");
    }

    /// <summary>Reads an identifier that is known to be one in its normal form.</summary>
    /// <exception cref="FormatException">It is none, or not in its normal form.</exception>
    public static ContentIdentifier ParseNormal(IdentifierScheme scheme, string text) =>
        Parse(scheme, text).Succeeded(out var identifier, out _) && identifier.Value == text
            ? identifier
            : throw new FormatException($"Not the normal form of an identifier of scheme {scheme.Word()}.");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is none, or not in its normal form.</exception>
    public static ContentIdentifier ParseNormal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? throw new FormatException("An identifier names its scheme.")
            : ParseNormal(Wording.Parse<IdentifierScheme>(text[..colon]), text[(colon + 1)..]);
    }

    /// <summary>Whether <paramref name="text"/> is a namespace of a platform.</summary>
    public static bool IsNamespace(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxNamespaceLength
        && !text.ContainsAnyExcept(NamespaceCharacters)
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1]);

    /// <summary>Whether <paramref name="text"/> is the <see cref="Authority"/> of some URL.</summary>
    public static bool IsHost(string text) =>
        IsAuthorityOf($"https://{text}/", text) || IsAuthorityOf($"http://{text}/", text);

    /// <summary>By scheme, then by value, byte by byte.</summary>
    public int CompareTo(ContentIdentifier other) =>
        Scheme.CompareTo(other.Scheme) is not 0 and var byScheme ? byScheme : string.CompareOrdinal(Value, other.Value);

    /// <summary>
    /// <c>scheme:value</c>: unambiguous, for no scheme has a colon. What is hashed and stored is this text.
    /// </summary>
    public override string ToString() => $"{Scheme.Word()}:{Value}";

    /// <summary>A refusal of a value.</summary>
    /// <param name="problem">What is wrong, and after a semicolon what to send, as it goes on after the field.</param>
    internal static Failure Refuse(string problem) => new(FailureCode.Invalid, $"value {problem}.", "value");

    private static bool IsAuthorityOf(string url, string text) =>
        Parse(IdentifierScheme.Url, url).Succeeded(out var read, out _) && read.Authority == text;

    private static Result<string> NormalizeSha256(string text) =>
        text.Length == Sha256Length && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : Refuse($"is no SHA-256; send the {Sha256Length} hexadecimal digits of a file's hash");

    private static Result<string> NormalizePlatform(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return Refuse("has no namespace; send namespace:id");
        if (!IsNamespace(text.AsSpan(0, colon)))
            return Refuse(
                $"has a namespace that is none; send 1 to {MaxNamespaceLength} characters of a-z 0-9 . -, the first and the last of "
                    + "them a letter or a digit"
            );
        return Identifier.IsValid(text[(colon + 1)..])
            ? text
            : Refuse($"has an id that is none; send after the namespace and a colon an id of {Identifier.Grammar}");
    }
}
