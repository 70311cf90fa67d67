using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>In which manner a change is sent.</summary>
/// <param name="Key">The idempotency key; null for none.</param>
/// <param name="RespondAsync">Whether the caller would rather be answered before the change is in force.</param>
/// <param name="CutAfter">After how long the caller breaks the connection off; null to wait for the answer.</param>
internal sealed record Manner(string? Key = null, bool RespondAsync = false, TimeSpan? CutAfter = null)
{
    public static readonly Manner Plain = new();
}

/// <summary>Sends changes, once each.</summary>
internal sealed class ChangeClient(HttpClient http, IReadOnlyList<string> nodes)
{
    private readonly ConcurrentDictionary<(string Stream, long Version), string> made = new();

    public int Nodes => nodes.Count;

    /// <summary>The versions that were answered as made, and by which change.</summary>
    public IReadOnlyDictionary<(string Stream, long Version), string> Made => made;

    /// <summary>
    /// Sends a change to a node, or to the next one that takes a connection: what was never sent has no outcome.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The change was refused for a reason that lies in the request.
    /// </exception>
    public async Task<Outcome> SendAsync(ChangeRequest change, int node, Manner manner)
    {
        for (var other = 0; other < nodes.Count; other++)
        {
            if (await TrySendAsync(change, (node + other) % nodes.Count, manner) is { } outcome)
                return outcome;
        }
        return Outcome.NotSent;
    }

    /// <returns>What came of it; null if there was no connection.</returns>
    private async Task<Outcome?> TrySendAsync(ChangeRequest change, int node, Manner manner)
    {
        using var request = new HttpRequestMessage(change.Method, nodes[node] + change.Path)
        {
            // Never without content: such a request is sent again by the handler itself when its connection breaks,
            // unseen.
            Content = change.Body is null ? new ByteArrayContent([]) : JsonContent.Create(change.Body),
        };
        if (manner.Key is not null)
            request.Headers.Add("Idempotency-Key", manner.Key);
        if (manner.RespondAsync)
            request.Headers.Add("Prefer", "respond-async");
        using var patience = new CancellationTokenSource();
        if (manner.CutAfter is { } time)
            patience.CancelAfter(time);

        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, patience.Token);
            if (answer.StatusCode == HttpStatusCode.UnprocessableEntity && change.Expires)
                return new(start, null, null, node, Knowledge.Refused);
            if ((int)answer.StatusCode is >= 400 and < 500 && answer.StatusCode != HttpStatusCode.Conflict)
                throw new InvalidOperationException(
                    $"{change}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(patience.Token)}"
                );
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted))
                return Outcome.UnknownSince(start, node);
            var body = await answer.Content.ReadFromJsonAsync<JsonObject>(patience.Token);
            var end = Stopwatch.GetTimestamp();
            var isInForce = answer.StatusCode == HttpStatusCode.OK && body!["effectiveEverywhere"]!.GetValue<bool>();
            var version = VersionIn(body!);
            made.TryAdd((change.Stream, version), change.ToString());
            return new(start, isInForce ? end : null, version, node, isInForce ? Knowledge.InForce : Knowledge.Made);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return null;
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            return Outcome.UnknownSince(start, node);
        }
    }

    // Of many registrations each has a version of its own; here they are all of one owner.
    private static long VersionIn(JsonObject body) =>
        (
            body["version"] ?? body["results"]!.AsArray().MaxBy(item => item!["version"]!.GetValue<long>())!["version"]
        )!.GetValue<long>();
}
