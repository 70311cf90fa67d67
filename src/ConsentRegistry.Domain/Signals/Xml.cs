using System.Text;
using System.Xml;

namespace ConsentRegistry.Domain.Signals;

/// <summary>Writes XML in UTF-8 without a declaration, which is its default (XML 1.0, section 4.3.3).</summary>
internal static class Xml
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Indent = true,
        IndentChars = " ",
        NewLineChars = "\n",
        OmitXmlDeclaration = true,
        ConformanceLevel = ConformanceLevel.Document,
    };

    public static string Write(Action<XmlWriter> write)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, Settings))
            write(xml);
        return text.ToString();
    }
}
