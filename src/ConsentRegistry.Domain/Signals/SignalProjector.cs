using System.Collections.Immutable;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// Says what anybody may do in the formats of others. No signal permits what the registry denies; what it denies beyond
/// that, and what it leaves out, it reports.
/// </summary>
public static class SignalProjector
{
    /// <summary>Formats that have a file for a site.</summary>
    public static readonly ImmutableArray<SignalFormat> SiteFormats =
    [
        SignalFormat.Aipref,
        SignalFormat.Tdmrep,
        SignalFormat.Rsl,
        SignalFormat.ContentSignal,
    ];

    /// <summary>The signals that are delivered with what is at a URL.</summary>
    /// <param name="consent">R10's answers for the URL.</param>
    /// <param name="url">The URL.</param>
    /// <param name="contact">Where one asks; null if there is no such page.</param>
    public static ImmutableArray<Signal> OfUrl(PublicConsent consent, ContentIdentifier url, SignalContact? contact)
    {
        ArgumentNullException.ThrowIfNull(consent);
        return
        [
            Aipref.OfContent(consent),
            TdmRep.OfContent(consent, contact),
            Rsl.OfUrl(url.Value, consent),
            ContentSignal.OfContent(consent),
            NoAi.OfContent(consent),
        ];
    }

    /// <summary>The signals that are part of a file, wherever it goes. They never say allow.</summary>
    /// <param name="consent">The strictest of R10's answers for every identifier of the file.</param>
    /// <param name="contact">Where one asks; null if there is no such page.</param>
    public static ImmutableArray<Signal> OfFile(PublicConsent consent, SignalContact? contact)
    {
        ArgumentNullException.ThrowIfNull(consent);
        return [Cawg.OfContent(consent, contact), Iptc.OfContent(consent, contact)];
    }

    /// <summary>The signals about a site, in one format: its file, and what that points to.</summary>
    /// <param name="format">One of <see cref="SiteFormats"/>.</param>
    /// <param name="site">The site.</param>
    /// <param name="entries">What may be named of it: URLs of the site, each once.</param>
    /// <param name="isWhole">Whether these are all. If not, everything is denied.</param>
    /// <param name="contact">Where one asks; null if there is no such page.</param>
    /// <exception cref="ArgumentException">A URL is of another site, or the format has no file for a site.</exception>
    public static ImmutableArray<Signal> OfSite(
        SignalFormat format,
        Site site,
        IReadOnlyList<SiteEntry> entries,
        bool isWhole,
        SignalContact? contact
    )
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(entries);
        if (!entries.All(entry => site.Has(entry.Url)))
            throw new ArgumentException("A URL is of another site.", nameof(entries));
        return format switch
        {
            SignalFormat.Aipref => [Aipref.OfSite(site, entries, isWhole)],
            SignalFormat.Tdmrep =>
            [
                TdmRep.OfSite(site, entries, contact, isWhole),
                .. TdmRep.Policy(site, contact) is { } policy ? [policy] : (Signal[])[],
            ],
            SignalFormat.Rsl => [Rsl.OfSite(site, entries, isWhole)],
            SignalFormat.ContentSignal => [ContentSignal.OfSite(entries, isWhole)],
            _ => throw new ArgumentException("The format has no file for a site.", nameof(format)),
        };
    }
}
