using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ConsentRegistry.Console.Charts;

/// <summary>How many uses there were in a span of time.</summary>
/// <param name="Span">What the span is called.</param>
/// <param name="With">Uses with consent.</param>
/// <param name="Without">Uses without.</param>
internal sealed record UsesInSpan(string Span, long With, long Without);

/// <summary>Uses with consent and, on top of them, without, by spans of time.</summary>
internal static class UsesPlot
{
    private const double HalfColumn = 0.3;

    public static PlotModel Create(IReadOnlyList<UsesInSpan> spans)
    {
        var plot = new PlotModel { Culture = CultureInfo.CurrentCulture };
        var names = new CategoryAxis
        {
            Position = AxisPosition.Bottom,
            TickStyle = TickStyle.None,
            AxislineStyle = LineStyle.None,
        };
        names.Labels.AddRange(spans.Select(span => span.Span));
        plot.Axes.Add(names);
        var counts = SvgChart.CountAxis();
        counts.MinimumRange = 1;
        plot.Axes.Add(counts);
        var with = new RectangleBarSeries { FillColor = SvgChart.With, StrokeColor = OxyColors.Undefined };
        var without = new RectangleBarSeries { FillColor = SvgChart.Without, StrokeColor = OxyColors.Undefined };
        foreach (var (span, place) in spans.Select((span, place) => (span, place)))
        {
            if (span.With > 0)
                with.Items.Add(new(place - HalfColumn, 0, place + HalfColumn, span.With));
            if (span.Without > 0)
                without.Items.Add(new(place - HalfColumn, span.With, place + HalfColumn, span.With + span.Without));
        }
        plot.Series.Add(with);
        plot.Series.Add(without);
        return plot;
    }
}
