namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>Content-Signal: lines of robots.txt for everything that the group speaks of.</summary>
internal static class ContentSignalReader
{
    public static SignalReading Read(IEnumerable<NamedValue> rules)
    {
        var claims = new List<Claim>();
        foreach (var rule in rules)
        {
            foreach (var part in rule.Value.Split(','))
            {
                if (part.Split('=') is not [var name, var value])
                    return new(
                        SignalFormat.ContentSignal,
                        new Unreadable(rule.Line, rule.Column, "Content-Signal is no list of names and values.")
                    );
                if (
                    ContentSignal.Words.FirstOrDefault(word => IsSame(word.Name, name)) is { } known
                    && SaysOf(value) is { } says
                )
                    claims.Add(new(known, says));
            }
        }
        return new(SignalFormat.ContentSignal, [.. claims]);
    }

    private static Said? SaysOf(string value) =>
        IsSame("yes", value) ? Said.Allow
        : IsSame("no", value) ? Said.Deny
        : null;

    private static bool IsSame(string word, string text) =>
        word.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase);
}
