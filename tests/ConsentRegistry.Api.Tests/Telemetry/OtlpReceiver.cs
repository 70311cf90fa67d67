using System.Collections.Concurrent;
using System.Text;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>A span as it was sent.</summary>
internal sealed record ReceivedSpan(
    string Instance,
    string Trace,
    string Id,
    string Parent,
    string Name,
    int Kind,
    IReadOnlyDictionary<string, string> Attributes
);

/// <summary>
/// A receiver of OTLP (http/protobuf) on a free port of the loopback interface, which reads as much of what it is sent
/// as tests look at. The numbers of fields are those of opentelemetry-proto 1.x.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<byte[]> everything = new();

    private OtlpReceiver(WebApplication app)
    {
        this.app = app;
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var bytes = body.ToArray();
            everything.Enqueue(bytes);
            switch (http.Request.Path.Value)
            {
                case "/v1/traces":
                    ReadSpans(bytes);
                    break;
                case "/v1/metrics":
                    ReadMetrics(bytes);
                    break;
                case "/v1/logs":
                    Logs.Enqueue(Encoding.UTF8.GetString(bytes));
                    break;
                default:
                    http.Response.StatusCode = StatusCodes.Status404NotFound;
                    break;
            }
        });
    }

    public string Url => LoopbackServer.UrlOf(app);

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>Names and units of metrics that had at least one value.</summary>
    public ConcurrentDictionary<string, string> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>Exports of logs, as text among which other bytes are.</summary>
    public ConcurrentQueue<string> Logs { get; } = new();

    /// <summary>Whether a text was sent in anything.</summary>
    public bool WasSent(string text) =>
        everything.Any(bytes => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver(LoopbackServer.Build());
        await receiver.app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // ResourceSpans(1) { Resource(1), ScopeSpans(2) { Span(2) } }
    private void ReadSpans(byte[] request)
    {
        foreach (var resource in Fields(request, 1))
        {
            var instance = Fields(resource, 1)
                .SelectMany(one => Attributes(one, 1))
                .FirstOrDefault(one => one.Key == "service.instance.id")
                .Value;
            foreach (var span in Fields(resource, 2).SelectMany(scope => Fields(scope, 2)))
            {
                Spans.Enqueue(
                    new(
                        instance,
                        Hex(span, 1),
                        Hex(span, 2),
                        Hex(span, 4),
                        Text(span, 5),
                        (int)(Read(span).FirstOrDefault(field => field.Number == 6).Value),
                        Attributes(span, 9).ToDictionary(StringComparer.Ordinal)
                    )
                );
            }
        }
    }

    // ResourceMetrics(1) { ScopeMetrics(2) { Metric(2) { name(1), unit(3), data: gauge(5), sum(7), histogram(9) {
    // points(1) } } } }
    private void ReadMetrics(byte[] request)
    {
        foreach (var metric in Fields(request, 1).SelectMany(one => Fields(one, 2)).SelectMany(one => Fields(one, 2)))
        {
            if (new[] { 5, 7, 9 }.SelectMany(data => Fields(metric, data)).SelectMany(data => Fields(data, 1)).Any())
                Metrics[Text(metric, 1)] = Text(metric, 3);
        }
    }

    // KeyValue { key(1), AnyValue(2) { string(1) | … } }
    private static IEnumerable<KeyValuePair<string, string>> Attributes(byte[] message, int number) =>
        Fields(message, number)
            .Select(pair =>
                KeyValuePair.Create(Text(pair, 1), string.Concat(Fields(pair, 2).Select(value => Text(value, 1))))
            );

    private static string Text(byte[] message, int number) =>
        string.Concat(Fields(message, number).Take(1).Select(Encoding.UTF8.GetString));

    private static string Hex(byte[] message, int number) =>
        string.Concat(Fields(message, number).Take(1).Select(Convert.ToHexStringLower));

    private static IEnumerable<byte[]> Fields(byte[] message, int number) =>
        Read(message).Where(field => field.Number == number && field.Bytes is not null).Select(field => field.Bytes!);

    // The wire format of protocol buffers: a key of number and type, then a number, four or eight bytes, or a length
    // and so many bytes.
    private static List<(int Number, ulong Value, byte[]? Bytes)> Read(byte[] message)
    {
        var (at, fields) = (0, new List<(int, ulong, byte[]?)>());
        while (at < message.Length)
        {
            var key = Number();
            var (number, type) = ((int)(key >> 3), (int)(key & 7));
            switch (type)
            {
                case 0:
                    fields.Add((number, Number(), null));
                    break;
                case 1 or 5:
                    at += type == 1 ? 8 : 4;
                    break;
                case 2:
                    var length = (int)Number();
                    fields.Add((number, 0, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {type}.");
            }
        }
        return fields;

        ulong Number()
        {
            var (value, shift) = (0UL, 0);
            while (true)
            {
                var next = message[at++];
                value |= (ulong)(next & 0x7f) << shift;
                if ((next & 0x80) == 0)
                    return value;
                shift += 7;
            }
        }
    }
}
