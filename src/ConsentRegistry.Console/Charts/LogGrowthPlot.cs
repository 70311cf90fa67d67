using System.Globalization;
using ConsentRegistry.Console.Log;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ConsentRegistry.Console.Charts;

/// <summary>How the log grew.</summary>
internal static class LogGrowthPlot
{
    public static PlotModel Create(IReadOnlyList<LogSize> sizes)
    {
        var plot = new PlotModel { Culture = CultureInfo.CurrentCulture };
        var span = sizes[^1].At - sizes[0].At;
        plot.Axes.Add(
            new DateTimeAxis
            {
                Position = AxisPosition.Bottom,
                StringFormat =
                    span < TimeSpan.FromDays(2) ? "HH:mm"
                    : span < TimeSpan.FromDays(120) ? "dd.MM."
                    : "MM/yyyy",
                MajorStep = Math.Max(span.TotalDays, 1e-6) / 3,
                TickStyle = TickStyle.None,
                AxislineStyle = LineStyle.None,
            }
        );
        plot.Axes.Add(SvgChart.CountAxis());
        var area = new AreaSeries { Color = OxyColors.Undefined, Fill = SvgChart.Area };
        var line = new LineSeries { Color = SvgChart.Line };
        foreach (var size in sizes)
        {
            var point = DateTimeAxis.CreateDataPoint(size.At.UtcDateTime, size.Entries);
            area.Points.Add(point);
            area.Points2.Add(new(point.X, 0));
            line.Points.Add(point);
        }
        plot.Series.Add(area);
        plot.Series.Add(line);
        return plot;
    }
}
