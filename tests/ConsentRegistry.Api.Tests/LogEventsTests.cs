using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Startup;
using Microsoft.Extensions.Logging;
using Serilog.Events;

namespace ConsentRegistry.Api.Tests;

/// <summary>The events of the log: each has a number of its own, says what to do, and is documented as it is.</summary>
public sealed partial class LogEventsTests
{
    private static readonly Dictionary<string, int> Numbers = typeof(LogEvents)
        .GetFields(BindingFlags.Static | BindingFlags.Public)
        .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!, StringComparer.Ordinal);

    // Serilog's own middleware writes the line of a request.
    private static readonly Event Request = new(
        LogEvents.RequestFinished,
        nameof(LogEvents.RequestFinished),
        LogEventLevel.Information,
        RequestLog.Line
    );

    private static readonly List<Event> Events =
    [
        Request,
        .. typeof(LogEvents)
            .Assembly.GetTypes()
            .SelectMany(type =>
                type.GetMethods(
                    BindingFlags.Static
                        | BindingFlags.Instance
                        | BindingFlags.Public
                        | BindingFlags.NonPublic
                        | BindingFlags.DeclaredOnly
                )
            )
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(one => new Event(one.EventId, one.EventName!, LevelOf(one.Level), one.Message)),
    ];

    [Fact]
    public void No_number_is_used_twice() => Assert.Equal(Numbers.Values.Distinct().Count(), Numbers.Count);

    [Fact]
    public void Every_event_has_its_name_and_number_from_the_one_list_and_each_of_the_list_is_one_event() =>
        Assert.Equal(
            Numbers.Select(one => (one.Key, one.Value)).OrderBy(one => one.Value),
            Events.Select(one => (one.Name, one.Number)).OrderBy(one => one.Number)
        );

    [Fact]
    public void Every_warning_and_what_is_worse_says_what_to_do() =>
        Assert.All(
            Events.Where(one => one.Level >= LogEventLevel.Warning),
            one => Assert.Matches("^[^;]+; [a-z][^;]+$", one.Message)
        );

    [Fact]
    public void The_documentation_lists_the_events_as_they_are() =>
        Assert.Equal(
            Events.OrderBy(one => one.Number),
            Row()
                .Matches(Documented.Text("docs/reference/log-events.md"))
                .Select(row => new Event(
                    int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture),
                    row.Groups["name"].Value,
                    Enum.Parse<LogEventLevel>(row.Groups["level"].Value),
                    row.Groups["message"].Value
                ))
        );

    [Theory]
    [InlineData(LogEventLevel.Verbose, "Verbose")]
    [InlineData(LogEventLevel.Debug, "Debug")]
    [InlineData(LogEventLevel.Information, null)]
    [InlineData(LogEventLevel.Warning, "Warning")]
    [InlineData(LogEventLevel.Error, "Error")]
    [InlineData(LogEventLevel.Fatal, "Fatal")]
    public void A_line_outside_Development_has_the_fields_that_are_documented(LogEventLevel level, string? word)
    {
        using var console = new StringWriter();
        var template = new Serilog.Parsing.MessageTemplateParser().Parse("{Count} came.");
        Logging.JsonLines.Format(
            new(DateTimeOffset.UnixEpoch, level, exception: null, template, [new("Count", new ScalarValue(3))]),
            console
        );

        var line = JsonNode.Parse(
            Assert.Single(console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        )!;
        Assert.Equal("1970-01-01T00:00:00.0000000Z", (string?)line["@t"]);
        Assert.Equal(word, (string?)line["@l"]);
        Assert.Equal("3 came.", (string?)line["@m"]);
        Assert.Equal(3, (int?)line["Count"]);
        Assert.Contains(
            $"`{word ?? "Information"}`",
            Documented.Text("docs/reference/log-events.md"),
            StringComparison.Ordinal
        );
    }

    private static LogEventLevel LevelOf(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => LogEventLevel.Fatal,
            LogLevel.Trace => LogEventLevel.Verbose,
            _ => Enum.Parse<LogEventLevel>($"{level}"),
        };

    [GeneratedRegex(
        @"^\| (?<number>\d+) \| `(?<name>\w+)` \| (?<level>\w+) \| (?<message>.+) \|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex Row();

    private sealed record Event(int Number, string Name, LogEventLevel Level, string Message);
}
