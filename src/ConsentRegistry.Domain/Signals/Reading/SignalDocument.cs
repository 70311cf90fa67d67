using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>Where a text with signals was found.</summary>
public enum SignalSource : byte
{
    /// <summary>Headers of an answer of HTTP, a line each.</summary>
    Headers,

    /// <summary>The file <c>/robots.txt</c> of a site.</summary>
    Robots,

    /// <summary>The file <c>/.well-known/tdmrep.json</c> of a site.</summary>
    Tdmrep,

    /// <summary>An RSL document.</summary>
    Rsl,

    /// <summary>An XMP packet, part of a file or beside it.</summary>
    Xmp,

    /// <summary>A C2PA manifest as JSON, a manifest store, or an assertion of it alone.</summary>
    Manifest,

    /// <summary>An HTML page.</summary>
    Page,
}

/// <summary>A text with signals about one content.</summary>
/// <param name="Source">Where it was found.</param>
/// <param name="Text">The text.</param>
/// <param name="Url">Where the content is; null for what is part of the file.</param>
public sealed record SignalDocument(SignalSource Source, string Text, ContentIdentifier? Url)
{
    /// <summary>Characters of a text, at most: 1 MiB of ASCII.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Whether what is found there is about what is at a URL, and not about a file wherever it is.</summary>
    public bool IsServed => Source is not (SignalSource.Xmp or SignalSource.Manifest);

    // The path of the URL with its query, as patterns match it.
    internal string Path => Url!.Value.Value[Origin.Length..];

    internal string Origin
    {
        get
        {
            var url = Url!.Value.Value;
            return url[..url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + "://".Length)];
        }
    }
}
