using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>A value that Prometheus reads.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>Reads the text that a Prometheus endpoint answers with.</summary>
internal static partial class Prometheus
{
    public static async Task<IReadOnlyList<Sample>> ScrapeAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync($"{url}/metrics", TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static IReadOnlyList<Sample> Parse(string text) =>
        [
            .. Line()
                .Matches(text)
                .Select(line => new Sample(
                    line.Groups["name"].Value,
                    Label()
                        .Matches(line.Groups["labels"].Value)
                        .ToDictionary(
                            label => label.Groups["name"].Value,
                            label => label.Groups["value"].Value,
                            StringComparer.Ordinal
                        ),
                    double.Parse(
                        line.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal),
                        CultureInfo.InvariantCulture
                    )
                )),
        ];

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[^\n]*)\})? (?<value>\S+)""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Line();

    [GeneratedRegex(
        """(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>[^"]*)"[,}]?""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Label();
}
