using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;
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

    /// <summary>The members of an entry, in the order of a line.</summary>
    public static IReadOnlyList<string> Members { get; } =
    [
        "decisionId", "loggedAt", "way", "creatorId", "videoId", "requester", "purpose", "effect", "reason", "decidedBy",
        "decidedByVersion", "version", "vocabularyVersion", "freshAt",
    ];

    /// <summary>The event of a decision.</summary>
    /// <param name="entry">The decision.</param>
    /// <param name="names">What ids are named by; null where they are written as they are.</param>
    /// <param name="now">When it is logged.</param>
    public static LogEvent EventOf(DecisionEntry entry, DecisionPseudonyms? names, DateTimeOffset now)
    {
        object?[] values =
        [
            entry.Id.ToString(),
            now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            entry.Way.Word(),
            names?.OfCreator(entry.Creator) ?? entry.Creator,
            names?.OfVideo(entry.Creator, entry.Video) ?? entry.Video,
            entry.Requester is { } requester ? names?.OfRequester(requester) ?? requester : null,
            entry.Purpose,
            entry.Effect.Word(),
            entry.Reason.Word(),
            entry.DecidedBy is { } by ? names?.OfCreator(by) ?? by : null,
            entry.DecidedByVersion,
            entry.Version,
            entry.VocabularyVersion,
            entry.FreshAt?.ToString(),
        ];
        return new(
            now, LogEventLevel.Information, exception: null, Template,
            Members.Zip(values, (name, value) => new LogEventProperty(name, new ScalarValue(value))).Append(new(ScopeProperty, new ScalarValue(Scope))));
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
}
