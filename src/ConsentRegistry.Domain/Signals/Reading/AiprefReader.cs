using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>IETF AIPREF: dictionaries of structured fields, in a header or in rules of robots.txt.</summary>
internal static class AiprefReader
{
    /// <summary>The header, and the rule.</summary>
    public const string Header = "Content-Usage";

    private const string Train = "train-ai";

    // Labels of former drafts (draft-ietf-aipref-vocab-01 to -07). With one of them "train-ai" meant any training.
    private static readonly Word[] FormerWords =
    [
        new("all", [StandardPurposes.Mining, StandardPurposes.Grounding, .. StandardPurposes.AllTraining]),
        new("tdm", [StandardPurposes.Mining, .. StandardPurposes.AllTraining]),
        new("ai", [StandardPurposes.Grounding, .. StandardPurposes.AllTraining]),
        new("genai", StandardPurposes.Generative),
        new("train-genai", StandardPurposes.Generative),
        new("inference", StandardPurposes.Grounding),
        new("ai-output", StandardPurposes.Grounding),
        new("bots"),
    ];

    private static readonly Word AnyTraining = new(Train, StandardPurposes.AllTraining);

    /// <summary>The rules that speak of a path: those with the longest pattern that matches.</summary>
    public static IEnumerable<NamedValue> RulesFor(string path, IEnumerable<NamedValue> rules)
    {
        var matching = rules
            .Where(rule => rule.Is(Header))
            .Select(rule => (Pattern: PatternOf(rule.Value), Rule: rule))
            .Where(rule => rule.Pattern is null || RobotsFile.Matches(rule.Pattern, path))
            .ToList();
        var longest = matching.Select(rule => rule.Pattern?.Length ?? 1).DefaultIfEmpty(0).Max();
        return matching
            .Where(rule => (rule.Pattern?.Length ?? 1) == longest)
            .Select(rule =>
                rule.Pattern is null
                    ? rule.Rule
                    : rule.Rule with
                    {
                        Value = rule.Rule.Value[rule.Pattern.Length..].TrimStart(),
                        Column =
                            rule.Rule.Column
                            + rule.Rule.Value.Length
                            - rule.Rule.Value[rule.Pattern.Length..].TrimStart().Length,
                    }
            );
    }

    /// <summary>What some statements say together: of each label the strictest.</summary>
    public static SignalReading Read(IEnumerable<NamedValue> statements)
    {
        var claims = new List<Claim>();
        foreach (var statement in statements)
        {
            if (!StructuredDictionary.TryParse(statement.Value, out var members, out var wrongAt))
                return new(
                    SignalFormat.Aipref,
                    new Unreadable(
                        statement.Line,
                        statement.Column + wrongAt,
                        $"{Header} is no dictionary of structured fields (RFC 9651)."
                    )
                );
            var isFormer = FormerWords.Any(word => members.ContainsKey(word.Name));
            foreach (var (label, token) in members)
            {
                if (SaysOf(token) is { } says && WordOf(label, isFormer) is { } word)
                    claims.Add(new(word, says));
            }
        }
        return new(SignalFormat.Aipref, [.. claims]);
    }

    private static string? PatternOf(string value) => value.StartsWith('/') ? value.Split(' ', '\t')[0] : null;

    private static Said? SaysOf(string? token) =>
        token switch
        {
            "y" => Said.Allow,
            "n" => Said.Deny,
            _ => null,
        };

    private static Word? WordOf(string label, bool isFormer) =>
        isFormer && label == Train ? AnyTraining
        : isFormer && Array.Find(FormerWords, word => word.Name == label) is { } former ? former
        : Aipref.Words.FirstOrDefault(word => word.Name == label);
}
