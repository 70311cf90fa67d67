namespace ConsentRegistry.Domain.Identifiers;

/// <summary>An identifier of a video, as registered.</summary>
/// <param name="Identifier">The identifier.</param>
/// <param name="Listed">
/// Whether what is published for sites may name it: a fact of this video's registration, not of the identifier.
/// </param>
public readonly record struct RegisteredIdentifier(ContentIdentifier Identifier, bool Listed);

/// <summary>An identifier that a video is to have.</summary>
/// <param name="Identifier">The identifier.</param>
/// <param name="Listed">
/// Whether it is to be listed; null leaves that as it is, and a new identifier unlisted.
/// </param>
public readonly record struct WantedIdentifier(ContentIdentifier Identifier, bool? Listed);
