using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// Writes control characters, line breaks among them, as <c>\u000a</c> in whatever value is logged: a caller's word
/// must neither look like a line of the log nor speak to the terminal that shows it.
/// </summary>
internal sealed class EscapedValues : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        List<LogEventProperty>? changed = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            var escaped = Escape(value);
            if (!ReferenceEquals(escaped, value))
                (changed ??= []).Add(new(name, escaped));
        }
        foreach (var property in changed ?? [])
            logEvent.AddOrUpdateProperty(property);
    }

    /// <summary>The text, with each character that is not to be seen as its number.</summary>
    public static string Escape(string text)
    {
        if (!text.Any(IsUnseen))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            _ = IsUnseen(c) ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : escaped.Append(c);
        return escaped.ToString();
    }

    // The value itself where there is nothing to escape, which is nearly always.
    private static LogEventPropertyValue Escape(LogEventPropertyValue value) =>
        value switch
        {
            ScalarValue { Value: string text } => Escape(text) is var escaped && ReferenceEquals(escaped, text)
                ? value
                : new ScalarValue(escaped),
            ScalarValue { Value: IFormattable or null or bool } => value,
            ScalarValue { Value: { } other } => other.ToString() is { } text && text.Any(IsUnseen)
                ? new ScalarValue(Escape(text))
                : value,
            SequenceValue { Elements.Count: > 0 } list => new SequenceValue(list.Elements.Select(Escape)),
            StructureValue record => new StructureValue(
                record.Properties.Select(property => new LogEventProperty(property.Name, Escape(property.Value))),
                record.TypeTag
            ),
            DictionaryValue map => new DictionaryValue(
                map.Elements.Select(one => KeyValuePair.Create((ScalarValue)Escape(one.Key), Escape(one.Value)))
            ),
            _ => value,
        };

    // Beside control characters also those that break lines elsewhere, or turn the direction of what follows.
    private static bool IsUnseen(char c) =>
        char.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Format;
}

/// <summary>
/// A line for people. What an exception says follows it indented, so that none of its lines looks like one of the log.
/// </summary>
internal sealed class DevelopmentFormat : ITextFormatter
{
    private const string Indent = "    ";

    private static readonly MessageTemplateTextFormatter Line = new(
        "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}",
        CultureInfo.InvariantCulture
    );

    public void Format(LogEvent logEvent, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        ArgumentNullException.ThrowIfNull(output);
        Line.Format(logEvent, output);
        if (logEvent.Exception is not { } exception)
            return;
        foreach (var line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
            output.WriteLine(Indent + EscapedValues.Escape(line));
    }
}
