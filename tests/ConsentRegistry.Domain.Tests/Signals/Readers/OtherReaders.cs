using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>The CAWG assertion 1.1.</summary>
internal static class CawgReader
{
    public static Reading Read(string? assertion)
    {
        var reading = new Reading();
        if (assertion is null)
            return reading;
        using var json = JsonDocument.Parse(assertion);
        Assert.Equal("cawg.training-mining", json.RootElement.GetProperty("label").GetString());
        foreach (var entry in json.RootElement.GetProperty("data").GetProperty("entries").EnumerateObject())
        {
            var purpose = entry.Name switch
            {
                "cawg.data_mining" => "mining",
                "cawg.ai_inference" => "grounding",
                "cawg.ai_training" => "training.nongenerative",
                "cawg.ai_generative_training" => "training.generative",
                // A key of the registry's own.
                var key when key.StartsWith("example.ask.", StringComparison.Ordinal) => key["example.ask.".Length..],
                _ => null,
            };
            if (purpose is null)
                continue;
            var use = entry.Value.GetProperty("use").GetString();
            if (use == "allowed")
                reading.Permit(purpose);
            else if (use == "notAllowed" || !entry.Value.TryGetProperty("constraint_info", out _))
                reading.Deny(purpose);
        }
        return reading;
    }
}

/// <summary>plus:DataMining. What the one value does not prohibit is read as permitted.</summary>
internal static class IptcReader
{
    private static readonly XNamespace Plus = "http://ns.useplus.org/ldf/xmp/1.0/";

    public static Reading Read(string? packet, IEnumerable<string> vocabulary)
    {
        if (packet is null)
            return Reading.Nothing;
        var value = XDocument.Parse(packet).Descendants(Plus + "DataMining").Single().Value;
        var reading = new Reading();
        switch (value["http://ns.useplus.org/ldf/vocab/".Length..])
        {
            case "DMI-UNSPECIFIED" or "DMI-PROHIBITED-SEECONSTRAINT":
                return reading;
            case "DMI-ALLOWED":
                return reading.Permit("mining").Permit("training");
            case "DMI-PROHIBITED":
                return reading.Deny("mining", "training", "training.generative", "training.nongenerative");
            case "DMI-PROHIBITED-AIMLTRAINING":
                return reading.Permit("mining").Deny("training", "training.generative", "training.nongenerative");
            case "DMI-PROHIBITED-GENAIMLTRAINING":
                foreach (
                    var other in vocabulary.Where(purpose =>
                        purpose.StartsWith("training.", StringComparison.Ordinal)
                        && !(purpose + ".").StartsWith("training.generative.", StringComparison.Ordinal)
                    )
                )
                    reading.Permit(other);
                return reading.Permit("mining").Deny("training.generative");
            default:
                throw new FormatException(value);
        }
    }
}

/// <summary>Content-Signal, in the group of robots.txt for everybody.</summary>
internal static class ContentSignalReader
{
    public static Reading Read(string? robots)
    {
        var reading = new Reading();
        foreach (var (_, value) in RobotsReader.RulesForEverybody(robots).Where(rule => rule.Name == "content-signal"))
        {
            foreach (var part in value.Split(',').Select(part => part.Trim().Split('=')))
            {
                var purpose = part[0] switch
                {
                    "ai-train" => "training",
                    "ai-input" => "grounding",
                    _ => null,
                };
                if (purpose is not null)
                    _ = part[1] == "yes" ? reading.Permit(purpose) : reading.Deny(purpose);
            }
        }
        return reading;
    }
}

/// <summary>noai: it only denies.</summary>
internal static partial class NoAiReader
{
    public static Reading Read(Signal signal) =>
        signal.Headers.Any(header => header.Name == "X-Robots-Tag" && header.Value.Split(", ").Contains("noai"))
        && Meta().IsMatch(signal.Text ?? "")
            ? new Reading().Deny("training", "training.generative", "training.nongenerative")
            : new();

    [GeneratedRegex(
        """<meta name="robots" content="([^"]*, )?noai(, [^"]*)?">""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Meta();
}
