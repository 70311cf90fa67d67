using System.Collections.Immutable;
using System.Xml;

namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// The property <c>plus:DataMining</c> of IPTC and PLUS (IPTC Photo Metadata 2023.1, Video Metadata Hub 1.5).
/// </summary>
/// <remarks>
/// It has one value for everything. Readers may take what a value does not prohibit as permitted, so that the value
/// prohibits all that is not allowed, silence included.
/// </remarks>
internal static class Iptc
{
    internal const string Plus = "http://ns.useplus.org/ldf/xmp/1.0/";

    internal const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    internal const string Values = "http://ns.useplus.org/ldf/vocab/";

    // In this order in the statements below.
    private static readonly ImmutableArray<Word> Words =
    [
        new("DMI-PROHIBITED", [StandardPurposes.Mining, .. StandardPurposes.AllTraining]),
        new("DMI-PROHIBITED-AIMLTRAINING", StandardPurposes.AllTraining),
        new("DMI-PROHIBITED-GENAIMLTRAINING", StandardPurposes.Generative),
    ];

    public static Signal OfContent(PublicConsent consent, SignalContact? contact)
    {
        var ability = new Ability { NeverAllows = Lost.Revocation, SaysAsk = contact is not null };
        var statement = new Statement(consent, ability, Words);
        var (value, says) = ValueOf(consent, ability, statement.Says[0]);
        var isSilent = value is null;
        return new(
            SignalFormat.Iptc,
            SignalForm.Embedded,
            isSilent ? null : "application/rdf+xml",
            isSilent ? null : Packet(value!, says.Contains(Said.Ask) ? contact!.AskUrl : null),
            [],
            null,
            [.. statement.Saying(says).Losses]
        );
    }

    private static (string? Value, ImmutableArray<Said> Says) ValueOf(
        PublicConsent consent,
        Ability ability,
        Said overall
    )
    {
        if (overall == Said.Nothing)
            return (null, [Said.Nothing, Said.Nothing, Said.Nothing]);
        var spoken = ability with { HasSilence = false, NeverAllows = null };
        var mining = SaysOf(spoken, StandardPurposes.Mining);
        var generative = SaysOf(spoken, StandardPurposes.Generative);
        // All other training: that of the first vocabulary, and what was registered since.
        var other = SaysOf(
            spoken,
            [
                .. consent
                    .Vocabulary.Purposes.Select(definition => definition.Purpose)
                    .Where(purpose => purpose.IsBelow(StandardPurposes.Training))
                    .Where(purpose => !purpose.IsAtOrBelow(StandardPurposes.Generative)),
            ]
        );
        if (overall == Said.Ask && new[] { mining, generative, other }.All(said => said != Said.Deny))
            return ("DMI-PROHIBITED-SEECONSTRAINT", [Said.Ask, Said.Ask, Said.Ask]);
        if (mining != Said.Allow)
            return (Words[0].Name, [Said.Deny, Said.Deny, Said.Deny]);
        if (other != Said.Allow)
            return (Words[1].Name, [Said.Nothing, Said.Deny, Said.Deny]);
        return (Words[2].Name, [Said.Nothing, Said.Nothing, Said.Deny]);

        Said SaysOf(Ability able, params Domain.Purposes.Purpose[] about) =>
            new Statement(consent, able, [new("", about)]).Says[0];
    }

    // ISO 16684-1, section 7: the packet's wrapper has a fixed id.
    private static string Packet(string value, string? askUrl)
    {
        var rdf = Xml.Write(xml =>
        {
            xml.WriteStartElement("x", "xmpmeta", "adobe:ns:meta/");
            xml.WriteStartElement("rdf", "RDF", Rdf);
            xml.WriteStartElement("rdf", "Description", Rdf);
            xml.WriteAttributeString("rdf", "about", Rdf, "");
            xml.WriteElementString("plus", "DataMining", Plus, Values + value);
            if (askUrl is not null)
            {
                xml.WriteStartElement("plus", "OtherConstraints", Plus);
                xml.WriteStartElement("rdf", "Alt", Rdf);
                xml.WriteStartElement("rdf", "li", Rdf);
                xml.WriteAttributeString("xml", "lang", null, "x-default");
                xml.WriteString($"Ask for consent: {askUrl}");
                xml.WriteEndElement();
                xml.WriteEndElement();
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
        return $"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n{rdf}\n<?xpacket end=\"w\"?>\n";
    }
}
