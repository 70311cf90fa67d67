namespace ConsentRegistry.Client;

/// <summary>The schemes of identifiers.</summary>
public static class IdentifierSchemes
{
    /// <summary>Where content is: an absolute http or https URL.</summary>
    public const string Url = "url";

    /// <summary>The SHA-256 of a file's bytes, in hexadecimal digits.</summary>
    public const string Sha256 = "sha256";

    /// <summary>An International Standard Content Code (ISO 24138).</summary>
    public const string Iscc = "iscc";

    /// <summary>The id of a C2PA manifest.</summary>
    public const string C2pa = "c2pa";

    /// <summary>What a platform calls it: <c>namespace:id</c>.</summary>
    public const string Platform = "platform";
}

/// <summary>What content is known by outside the platform.</summary>
/// <param name="Scheme">One of <see cref="IdentifierSchemes"/>.</param>
/// <param name="Value">Its value; in answers in its normal form.</param>
public sealed record Identifier(string Scheme, string Value);

/// <summary>An identifier that a video is to have.</summary>
/// <param name="Scheme">One of <see cref="IdentifierSchemes"/>.</param>
/// <param name="Value">Its value, in any spelling that has a normal form.</param>
/// <param name="Listed">
/// Whether what is published for sites may name it; null leaves that as it is, and a new identifier is not listed.
/// </param>
public sealed record WantedIdentifier(string Scheme, string Value, bool? Listed = null);

/// <summary>An identifier of a video.</summary>
/// <param name="Scheme">One of <see cref="IdentifierSchemes"/>.</param>
/// <param name="Value">Its value, in its normal form.</param>
/// <param name="Listed">Whether what is published for sites may name it.</param>
public sealed record RegisteredIdentifier(string Scheme, string Value, bool Listed);

/// <summary>Which videos carry one identifier.</summary>
/// <param name="Identifier">The identifier, in its normal form.</param>
/// <param name="Videos">Videos that carry it; at most 64.</param>
/// <param name="More">Whether further videos carry it.</param>
public sealed record LookupResult(Identifier Identifier, IReadOnlyList<VideoName> Videos, bool More);
