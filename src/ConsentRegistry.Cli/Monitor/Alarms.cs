using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>What a monitor reports, as a line of JSON.</summary>
/// <param name="Type">One of <see cref="AlarmTypes"/>.</param>
/// <param name="What">A sentence for people.</param>
/// <param name="CreatorId">Whose history it is; null if it is about the log.</param>
/// <param name="Event">The event; null if it is about the whole history.</param>
/// <param name="Evidence">The file in which evidence is kept; null if there is none.</param>
internal sealed record Alarm(
    string Type,
    string What,
    string? CreatorId = null,
    AlarmEvent? Event = null,
    string? Evidence = null
);

/// <summary>An event that is reported.</summary>
internal sealed record AlarmEvent(Guid EventId, long Seq, long Version, string Kind, string At, AlarmAuthor By);

/// <summary>Who made it.</summary>
internal sealed record AlarmAuthor(string? Subject, string? Client, string? OnBehalfOf, string? Reason);

/// <summary>The types of reports.</summary>
internal static class AlarmTypes
{
    /// <summary>Somebody made a change who was not named.</summary>
    public const string UnexpectedEvent = "unexpectedEvent";

    /// <summary>A creator's history is not what it was, or what was signed before.</summary>
    public const string HistoryChanged = "historyChanged";

    /// <summary>The log shows another history, or files that are not what it signed.</summary>
    public const string LogChanged = "logChanged";
}

/// <summary>Tells people, and a webhook if there is one.</summary>
internal sealed class Alarms(Uri? webhook) : IDisposable
{
    /// <summary>How long the receiver may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The waits between the attempts to send one report.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // It is for terminals and JSON, not for pages. Control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Where a redirect leads was not named by the user.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>Reports something.</summary>
    /// <param name="alarm">What.</param>
    /// <param name="sends">Whether to send it to the webhook as well, which may have failed just now.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether the webhook took it; true without one.</returns>
    public async Task<bool> RaiseAsync(Alarm alarm, bool sends, CancellationToken cancellation)
    {
        var line = JsonSerializer.Serialize(alarm, Format);
        Console.WriteLine(line);
        if (webhook is null || !sends)
            return webhook is null;
        for (var attempt = 0; ; attempt++)
        {
            var (isTaken, isFinal, why) = await SendAsync(line, cancellation);
            if (isTaken)
                return true;
            if (isFinal || attempt == Waits.Length)
            {
                await Console.Error.WriteLineAsync($"The webhook did not take a report: {why}");
                return false;
            }
            await Task.Delay(Waits[attempt], cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(bool IsTaken, bool IsFinal, string Why)> SendAsync(string line, CancellationToken cancellation)
    {
        using var body = new StringContent(line, Encoding.UTF8, "application/json");
        try
        {
            using var answer = await http.PostAsync(webhook, body, cancellation);
            var isFinal =
                (int)answer.StatusCode < 500
                && answer.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
            return (answer.IsSuccessStatusCode, isFinal, $"its status is {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return (false, false, e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (false, false, $"it took longer than {Patience.TotalSeconds} s.");
        }
    }
}
