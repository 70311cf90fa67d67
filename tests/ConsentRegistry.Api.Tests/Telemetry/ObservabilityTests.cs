using System.Text.RegularExpressions;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>
/// What <c>deploy/observability</c> makes of the metrics: alarms, each with what to do, and a dashboard.
/// </summary>
public sealed partial class ObservabilityTests
{
    private const string Rules = "deploy/observability/prometheus/rules.yml";

    private const string Dashboard = "deploy/observability/grafana/dashboards/consent-registry.json";

    [Fact]
    public async Task Promtool_takes_the_rules_and_each_goes_off_when_it_should()
    {
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Any(folder => File.Exists(Path.Combine(folder, "promtool"))),
            "PROMTOOL IS MISSING: the alarms are not tried. On Debian: apt-get install prometheus"
        );
        var folder = Path.Combine(Repository.Folder, "deploy/observability/prometheus");
        (
            await Documented.RunAsync("promtool check config prometheus.yml; promtool test rules tests.yml", folder, [])
        ).Succeeded();

        // Each alarm is tried both ways.
        var tests = Documented.Text("deploy/observability/prometheus/tests.yml");
        foreach (var alert in Alerts())
        {
            Assert.Contains($"name: {alert.Name} goes off\n", tests, StringComparison.Ordinal);
            Assert.Contains($"name: {alert.Name} is silent\n", tests, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_alarm_leads_to_what_to_do_about_it_and_there_is_none_without()
    {
        var section = Documented.Text("docs/how-to/respond-to-alarms.md").Split("\n## Alarms\n")[1].Split("\n## ")[0];
        var described = Heading()
            .Matches(section)
            .Select(one =>
                (
                    Name: one.Groups["name"].Value,
                    Link: $"docs/how-to/respond-to-alarms.md#{Documented.AnchorOf(one.Groups["heading"].Value)}"
                )
            );

        Assert.Equal(Alerts().Order(), described.Order());
    }

    [Fact]
    public void Rules_and_dashboard_use_metrics_that_there_are_and_leave_none_out()
    {
        var documented = MetricsDocument.Read();
        var text = Documented.Text(Rules) + Documented.Text(Dashboard);
        var used = MetricName().Matches(text).Select(one => one.Value).Distinct(StringComparer.Ordinal).ToList();
        var labels = documented
            .SelectMany(metric => metric.Attributes)
            .Select(name => name.Replace('.', '_'))
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            used.Where(name => !labels.Contains(name)),
            name => Assert.Contains(documented, metric => IsOf(name, metric))
        );
        Assert.All(documented, metric => Assert.Contains(used, name => IsOf(name, metric)));

        static bool IsOf(string name, DocumentedMetric metric) =>
            name == metric.PrometheusName
            || (
                metric.Type == "histogram"
                && (name == $"{metric.PrometheusName}_count" || name == $"{metric.PrometheusName}_bucket")
            );
    }

    private static List<(string Name, string Link)> Alerts() =>
        [
            .. Alert()
                .Matches(Documented.Text(Rules))
                .Select(one => (one.Groups["name"].Value, one.Groups["link"].Value)),
        ];

    [GeneratedRegex(
        @"alert: (?<name>\w+)\n(.*\n)*?\s+runbook_url: (?<link>\S+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Alert();

    [GeneratedRegex(
        @"^### (?<heading>.+)\n\n`(?<name>\w+)`",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Heading();

    [GeneratedRegex(@"\bconsent_[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex MetricName();
}
