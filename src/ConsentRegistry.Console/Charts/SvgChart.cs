using System.Collections.Frozen;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;

namespace ConsentRegistry.Console.Charts;

/// <summary>
/// Draws charts on the server. The page's style sheet gives them their colours, in light and dark: a colour of a plot is
/// a name for a class and nothing else. What the content security policy forbids, and what is not needed, is left out.
/// </summary>
internal static class SvgChart
{
    /// <summary>Width in the chart's own units; text is readable on a phone at this width.</summary>
    public const int Width = 360;

    /// <summary>Height in the chart's own units.</summary>
    public const int Height = 190;

    /// <summary>A line of figures.</summary>
    public static readonly OxyColor Line = OxyColor.FromRgb(0, 0, 1);

    /// <summary>What is below a line.</summary>
    public static readonly OxyColor Area = OxyColor.FromRgb(0, 0, 2);

    /// <summary>Lines to read figures by.</summary>
    public static readonly OxyColor Grid = OxyColor.FromRgb(0, 0, 3);

    /// <summary>With consent.</summary>
    public static readonly OxyColor With = OxyColor.FromRgb(0, 0, 4);

    /// <summary>Without consent.</summary>
    public static readonly OxyColor Without = OxyColor.FromRgb(0, 0, 5);

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly FrozenDictionary<string, string> Classes = new Dictionary<string, string>(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["rgb(0,0,1)"] = "line",
        ["rgb(0,0,2)"] = "area",
        ["rgb(0,0,3)"] = "grid",
        ["rgb(0,0,4)"] = "with",
        ["rgb(0,0,5)"] = "without",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Elements = FrozenSet.Create(
        StringComparer.Ordinal,
        "svg",
        "g",
        "line",
        "polyline",
        "polygon",
        "path",
        "rect",
        "circle",
        "ellipse",
        "text"
    );

    private static readonly FrozenSet<string> Attributes = FrozenSet.Create(
        StringComparer.Ordinal,
        "viewBox",
        "points",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "transform",
        "text-anchor",
        "dominant-baseline"
    );

    /// <summary>The upright axis of a plot that counts things, from zero in whole numbers.</summary>
    public static LinearAxis CountAxis() =>
        new()
        {
            Position = AxisPosition.Left,
            Minimum = 0,
            MinimumMajorStep = 1,
            MaximumPadding = 0.1,
            StringFormat = "N0",
            TickStyle = TickStyle.None,
            AxislineStyle = LineStyle.None,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Grid,
        };

    /// <summary>Draws a plot.</summary>
    /// <param name="plot">The plot, in the colours above.</param>
    /// <param name="labelledBy">The id of the element that says what it shows.</param>
    /// <returns>An element <c>svg</c>.</returns>
    public static string Draw(PlotModel plot, string labelledBy)
    {
        plot.Background = OxyColors.Undefined;
        plot.PlotAreaBorderThickness = new(0);
        var exporter = new SvgExporter
        {
            Width = Width,
            Height = Height,
            IsDocument = false,
        };
        var root = XElement.Parse(exporter.ExportToString(plot));
        var drawn = Clean(root)!;
        drawn.SetAttributeValue("viewBox", $"0 0 {Width} {Height}");
        drawn.SetAttributeValue("width", null);
        drawn.SetAttributeValue("height", null);
        drawn.SetAttributeValue("role", "img");
        drawn.SetAttributeValue("aria-labelledby", labelledBy);
        return drawn.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement? Clean(XElement element)
    {
        var name = element.Name.LocalName;
        if (!Elements.Contains(name))
            return null;
        var clean = new XElement(Svg + name);
        foreach (var attribute in element.Attributes().Where(one => Attributes.Contains(one.Name.LocalName)))
            clean.SetAttributeValue(attribute.Name.LocalName, attribute.Value);
        if (name is not ("svg" or "g" or "text"))
        {
            if (ClassOf(element) is not { } style)
                return null;
            clean.SetAttributeValue("class", style);
        }
        if (name == "text")
            clean.Value = element.Value;
        else
            clean.Add(element.Elements().Select(Clean));
        return clean;
    }

    // Colours are attributes of an element, or stand in its style.
    private static string? ClassOf(XElement element)
    {
        var words = ((string?)element.Attribute("style") ?? "")
            .Split(';', ':')
            .Append((string?)element.Attribute("stroke"))
            .Append((string?)element.Attribute("fill"));
        foreach (var word in words)
        {
            if (word is not null && Classes.TryGetValue(word.Trim(), out var style))
                return style;
        }
        return null;
    }
}
