using System.Collections.Immutable;
using System.Xml.Linq;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// The property <c>plus:DataMining</c> of IPTC and PLUS in an XMP packet. What its one value does not prohibit is read
/// as permitted.
/// </summary>
internal static class IptcReader
{
    private static readonly XName Property = XNamespace.Get(Iptc.Plus) + "DataMining";

    private static readonly Word Mining = new("", StandardPurposes.Mining);

    private static readonly Word Training = new("", StandardPurposes.AllTraining);

    private static readonly Word Generative = new("", StandardPurposes.Generative);

    private static readonly Word Nongenerative = new("", StandardPurposes.Nongenerative);

    public static SignalReading Read(string packet)
    {
        if (!XmlText.TryParse(packet, out var document, out var unreadable))
            return new(SignalFormat.Iptc, unreadable);
        // RDF has a simple property as an element, with its value inside or as a resource, or as an attribute.
        var values = document
            .Descendants(Property)
            .Select(element => element.Value.Trim() is { Length: > 0 } text ? text : ResourceOf(element))
            .Concat(document.Descendants().Attributes(Property).Select(attribute => attribute.Value));
        return new(SignalFormat.Iptc, [.. values.SelectMany(value => ClaimsOf(value))]);
    }

    private static string ResourceOf(XElement element) =>
        (string?)element.Attribute(XNamespace.Get(Iptc.Rdf) + "resource") ?? "";

    private static ImmutableArray<Claim> ClaimsOf(string value) =>
        value.StartsWith(Iptc.Values, StringComparison.Ordinal)
            ? value[Iptc.Values.Length..] switch
            {
                "DMI-ALLOWED" => [new(Mining, Said.Allow), new(Training, Said.Allow)],
                "DMI-PROHIBITED" or "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING" =>
                [
                    new(Mining, Said.Deny),
                    new(Training, Said.Deny),
                ],
                "DMI-PROHIBITED-AIMLTRAINING" => [new(Mining, Said.Allow), new(Training, Said.Deny)],
                "DMI-PROHIBITED-GENAIMLTRAINING" =>
                [
                    new(Mining, Said.Allow),
                    new(Nongenerative, Said.Allow),
                    new(Generative, Said.Deny),
                ],
                "DMI-PROHIBITED-SEECONSTRAINT"
                or "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"
                or "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR" => [new(Mining, Said.Ask), new(Training, Said.Ask)],
                _ => [],
            }
            : [];
}
