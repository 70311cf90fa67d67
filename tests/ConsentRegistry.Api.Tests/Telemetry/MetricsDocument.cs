namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>A row of the table of metrics.</summary>
internal sealed record DocumentedMetric(
    string Name,
    string Type,
    string Unit,
    IReadOnlyList<string> Attributes,
    string Description
)
{
    /// <summary>What Prometheus calls it.</summary>
    public string PrometheusName =>
        Name.Replace('.', '_')
        + (
            Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                _ => "",
            }
        )
        + (Type == "counter" ? "_total" : "");
}

/// <summary>docs/reference/metrics.md.</summary>
internal static class MetricsDocument
{
    /// <summary>The metrics of this service.</summary>
    public static IReadOnlyList<DocumentedMetric> Read() =>
        [
            .. Documented
                .Text("docs/reference/metrics.md")
                .Split('\n')
                .Where(line => line.StartsWith("| `consent.", StringComparison.Ordinal))
                .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
                // That of attributes has two columns.
                .Where(cells => cells.Length == 5)
                .Select(cells => new DocumentedMetric(
                    cells[0].Trim('`'),
                    cells[1],
                    cells[2].Trim('`'),
                    cells[3].Length == 0 ? [] : [.. cells[3].Split(", ").Select(one => one.Trim('`'))],
                    cells[4]
                )),
        ];
}
