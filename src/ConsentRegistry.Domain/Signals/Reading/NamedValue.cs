namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>A name and a value of some text: a header, a rule of robots.txt, or an element of a page.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="Line">The line of the text, from 1.</param>
/// <param name="Column">Where the value begins in that line, from 1.</param>
internal readonly record struct NamedValue(string Name, string Value, int Line, int Column)
{
    /// <summary>Whether it has a name, in any case.</summary>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Cuts a line at its first colon; null of a line without one.</summary>
    public static NamedValue? Cut(string line, int number)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return null;
        // What else is white is no white space here (RFC 9110, section 5.6.3).
        var after = line[(colon + 1)..].TrimEnd(' ', '\t');
        var value = after.TrimStart(' ', '\t');
        return new(line[..colon].Trim(), value, number, colon + 2 + after.Length - value.Length);
    }
}

/// <summary>Headers of HTTP, a line each. Lines that are none, such as the status, are passed over.</summary>
internal static class HeaderLines
{
    public static List<NamedValue> Read(string text) =>
        [.. text.Split('\n').Select((line, i) => NamedValue.Cut(line.TrimEnd('\r'), i + 1)).OfType<NamedValue>()];
}
