using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>Reads XML. Document types and entities of one's own are refused: they could grow without end.</summary>
internal static class XmlText
{
    /// <summary>How deep elements may nest. Those of XMP and RSL go to ten.</summary>
    private const int MaxDepth = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = SignalDocument.MaxLength,
    };

    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out XDocument? document,
        [NotNullWhen(false)] out Unreadable? unreadable
    )
    {
        (document, unreadable) = (null, null);
        try
        {
            // Before it is built: a deep tree takes a deep stack.
            using (var depth = Open(text))
            {
                while (depth.Read())
                {
                    if (depth.Depth > MaxDepth)
                    {
                        var place = (IXmlLineInfo)depth;
                        unreadable = new(place.LineNumber, place.LinePosition, $"It nests deeper than {MaxDepth}.");
                        return false;
                    }
                }
            }
            using var reader = Open(text);
            document = XDocument.Load(reader);
            return true;
        }
        catch (XmlException e)
        {
            unreadable = new(
                Math.Max(1, e.LineNumber),
                Math.Max(1, e.LinePosition),
                "The text is no XML, or has a document type."
            );
            return false;
        }
    }

    private static XmlReader Open(string text) =>
        XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), Settings);
}
