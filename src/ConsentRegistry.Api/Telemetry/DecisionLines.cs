using ConsentRegistry.Domain;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;
using Serilog.Parsing;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>
/// The log of decisions as Serilog has it: an event for each decision, and in a file one line of JSON with its members.
/// docs/reference/decision-log.md describes them.
/// </summary>
internal sealed class DecisionLines : ITextFormatter
{
    /// <summary>The scope of the log records that are sent by OTLP.</summary>
    public const string Scope = "ConsentRegistry.Decisions";

    private const string ScopeProperty = Serilog.Core.Constants.SourceContextPropertyName;

    private static readonly MessageTemplate Template = new MessageTemplateParser().Parse("{effect} {reason}");

    private static readonly JsonValueFormatter Values = new();

    // In the order of a line.
    private static readonly (string Name, Func<Written, object?> Value)[] Parts =
    [
        ("decisionId", one => one.Entry.Id.ToString()),
        ("loggedAt", one => Instant.From(one.At).ToString()),
        ("way", one => one.Entry.Way.Word()),
        ("creatorId", one => one.Entry.Creator is { } owner ? one.Creator(owner) : null),
        (
            "videoId",
            one =>
                one.Entry is { Creator: { } owner, Video: { } video } ? one.Names?.OfVideo(owner, video) ?? video : null
        ),
        (
            "requester",
            one => one.Entry.Requester is { } requester ? one.Names?.OfRequester(requester) ?? requester : null
        ),
        ("purpose", one => one.Entry.Purpose),
        ("effect", one => one.Entry.Effect.Word()),
        ("reason", one => one.Entry.Reason.Word()),
        ("decidedBy", one => one.Entry.DecidedBy is { } by ? one.Creator(by) : null),
        ("decidedByVersion", one => one.Entry.DecidedByVersion),
        ("version", one => one.Entry.Version),
        ("vocabularyVersion", one => one.Entry.VocabularyVersion),
        ("freshAt", one => one.Entry.FreshAt?.ToString()),
    ];

    /// <summary>The members of an entry, in the order of a line.</summary>
    public static IReadOnlyList<string> Members { get; } = [.. Parts.Select(part => part.Name)];

    /// <summary>The event of a decision.</summary>
    /// <param name="entry">The decision.</param>
    /// <param name="names">What ids are named by; null where they are written as they are.</param>
    /// <param name="now">When it is logged.</param>
    public static LogEvent EventOf(DecisionEntry entry, DecisionPseudonyms? names, DateTimeOffset now)
    {
        var written = new Written(entry, names, now);
        var properties = Parts.Select(part => new LogEventProperty(part.Name, new ScalarValue(part.Value(written))));
        return new(
            now,
            LogEventLevel.Information,
            exception: null,
            Template,
            properties.Append(new(ScopeProperty, new ScalarValue(Scope)))
        );
    }

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var separator = '{';
        foreach (var name in Members)
        {
            output.Write(separator);
            JsonValueFormatter.WriteQuotedJsonString(name, output);
            output.Write(':');
            Values.Format(logEvent.Properties[name], output);
            separator = ',';
        }
        output.Write("}\n");
    }

    /// <summary>What the parts of a line are taken from.</summary>
    private sealed record Written(DecisionEntry Entry, DecisionPseudonyms? Names, DateTimeOffset At)
    {
        public string Creator(string id) => Names?.OfCreator(id) ?? id;
    }
}
