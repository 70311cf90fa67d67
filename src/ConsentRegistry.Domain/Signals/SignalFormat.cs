namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// A format in which others look for consent. What each can say is in docs/reference/signals.md.
/// </summary>
public enum SignalFormat : byte
{
    /// <summary>IETF AIPREF: the header <c>Content-Usage</c>, and rules for robots.txt.</summary>
    Aipref,

    /// <summary>W3C TDMRep: headers, a file for a site, and a policy.</summary>
    Tdmrep,

    /// <summary>The CAWG assertion about training and data mining 1.1, for a manifest.</summary>
    Cawg,

    /// <summary>IPTC and PLUS: the property <c>plus:DataMining</c>, in an XMP packet.</summary>
    Iptc,

    /// <summary>Really Simple Licensing 1.0: an XML document.</summary>
    Rsl,

    /// <summary>Content-Signal: a line of robots.txt for a whole site.</summary>
    ContentSignal,

    /// <summary><c>noai</c> and <c>noimageai</c>: a header, and a <c>meta</c> element.</summary>
    Noai,
}

/// <summary>Where a signal stands.</summary>
public enum SignalForm : byte
{
    /// <summary>Headers of the answer that delivers the content.</summary>
    Headers,

    /// <summary>An element in the head of the content's page.</summary>
    Meta,

    /// <summary>A document about one URL.</summary>
    Document,

    /// <summary>A part of the file itself, or a file beside it. Nobody can take it back.</summary>
    Embedded,

    /// <summary>Lines of the site's robots.txt.</summary>
    Robots,

    /// <summary>A file of a site.</summary>
    SiteFile,

    /// <summary>The policy to which a TDMRep reservation points.</summary>
    Policy,
}
