namespace ConsentRegistry.Domain.Identifiers;

/// <summary>How content is identified outside the platform. In the order in which identifiers are listed.</summary>
public enum IdentifierScheme : byte
{
    /// <summary>Where it is: an absolute http or https URL.</summary>
    Url,

    /// <summary>The SHA-256 of a file's bytes.</summary>
    Sha256,

    /// <summary>An International Standard Content Code (ISO 24138).</summary>
    Iscc,

    /// <summary>The id of a C2PA manifest.</summary>
    C2pa,

    /// <summary>What a platform calls it: a namespace and an id.</summary>
    Platform,
}
