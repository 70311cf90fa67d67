using System.Text.RegularExpressions;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>AIPREF: a dictionary of structured fields (RFC 9651), in a header or in rules of robots.txt.</summary>
internal static partial class AiprefReader
{
    public static Reading ReadHeader(string? value) => Read(value is null ? [] : [value]);

    public static Reading ReadRobots(string? text, string path, bool decodes)
    {
        var rules = RobotsReader
            .RulesForEverybody(text)
            .Where(rule => rule.Name == "content-usage")
            .Select(rule =>
                rule.Value.StartsWith('/')
                    ? (Pattern: rule.Value.Split(' ')[0], Value: rule.Value[(rule.Value.IndexOf(' ') + 1)..])
                    : (Pattern: "/", rule.Value)
            )
            .Where(rule => RobotsReader.Matches(rule.Pattern, path, decodes))
            .ToList();
        var longest = rules.Select(rule => rule.Pattern.Length).DefaultIfEmpty(0).Max();
        return Read(rules.Where(rule => rule.Pattern.Length == longest).Select(rule => rule.Value));
    }

    // Statements that hold for the same combine restrictively.
    private static Reading Read(IEnumerable<string> values)
    {
        var labels = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (label, allows) in values.SelectMany(Parse))
            labels[label] = allows && labels.GetValueOrDefault(label, true);
        var reading = new Reading();
        foreach (var (label, allows) in labels)
        {
            var purpose = label switch
            {
                "train-ai" => "training.generative",
                "ai-use" => "grounding",
                _ => null,
            };
            if (purpose is not null)
                _ = allows ? reading.Permit(purpose) : reading.Deny(purpose);
        }
        return reading;
    }

    private static Dictionary<string, bool> Parse(string value)
    {
        var members = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var member in value.Split(','))
        {
            var match = Member().Match(member.Trim());
            if (!match.Success)
                return [];
            members.Remove(match.Groups["key"].Value);
            var token = match.Groups["value"].Value;
            if (token is "y" or "n")
                members[match.Groups["key"].Value] = token == "y";
        }
        return members;
    }

    [GeneratedRegex(
        "^(?<key>[a-z*][a-z0-9_.*-]*)(=(?<value>[A-Za-z0-9*_-]+))?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Member();
}
