using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Contracts;

/// <summary>An identifier: what content is known by outside the platform.</summary>
/// <param name="Scheme">What kind of identifier it is.</param>
/// <param name="Value">Its value, in its normal form.</param>
[SchemaName("Identifier")]
public sealed record IdentifierBody(
    [property: Words<IdentifierScheme>] string Scheme,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string Value
)
{
    public static IdentifierBody From(ContentIdentifier identifier) => new(identifier.Scheme.Word(), identifier.Value);
}

/// <summary>An identifier, as a request names it.</summary>
/// <param name="Scheme">What kind of identifier it is.</param>
/// <param name="Value">Its value, in any spelling that has a normal form.</param>
public sealed record IdentifierReference(
    [property: Required] [property: Words<IdentifierScheme>] string? Scheme,
    [property: Required] [property: TextLength(1, ContentIdentifier.MaxLength)] string? Value
) : IIdentifierRequest;

/// <summary>An identifier that a video is to have.</summary>
/// <param name="Scheme">What kind of identifier it is.</param>
/// <param name="Value">Its value, in any spelling that has a normal form.</param>
/// <param name="Listed">
/// Whether what is published for sites may name it; without it that stays as it is, and a new identifier is not listed.
/// </param>
[SchemaName("WantedIdentifier")]
public sealed record WantedIdentifierBody(
    [property: Required] [property: Words<IdentifierScheme>] string? Scheme,
    [property: Required] [property: TextLength(1, ContentIdentifier.MaxLength)] string? Value,
    bool? Listed
) : IIdentifierRequest;

/// <summary>An identifier of a video.</summary>
/// <param name="Scheme">What kind of identifier it is.</param>
/// <param name="Value">Its value, in its normal form.</param>
/// <param name="Listed">Whether what is published for sites may name it.</param>
[SchemaName("RegisteredIdentifier")]
public sealed record RegisteredIdentifierBody(
    [property: Words<IdentifierScheme>] string Scheme,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string Value,
    bool Listed
)
{
    public static RegisteredIdentifierBody From(RegisteredIdentifier one) =>
        new(one.Identifier.Scheme.Word(), one.Identifier.Value, one.Listed);
}
