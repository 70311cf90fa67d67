using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ConsentRegistry.Benchmarks.Load;

namespace ConsentRegistry.Benchmarks.Neighbours;

/// <summary>How long checks waited.</summary>
/// <param name="Milliseconds">Each check's time to its answer, or to its failure.</param>
/// <param name="Failures">What was met instead of an answer.</param>
internal sealed record Waits(IReadOnlyCollection<double> Milliseconds, IReadOnlyCollection<string> Failures)
{
    public double P50 => Statistics.At(Milliseconds, 0.5);

    public double P99 => Statistics.At(Milliseconds, 0.99);

    public double Longest => Milliseconds.Max();
}

/// <summary>Checks of other callers, one after the other, half of them the short way and half the usual one.</summary>
/// <param name="url">The node.</param>
/// <param name="tokens">A token for each caller.</param>
/// <param name="creator">Whose video <c>v</c> everybody may use for <c>remix</c>.</param>
internal sealed class OtherChecks(Uri url, IReadOnlyList<string> tokens, string creator)
{
    /// <summary>A check without an answer after this time has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Between two checks of a caller, so that they are not the load themselves.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Checks for some time.</summary>
    public async Task<Waits> RunAsync(TimeSpan time)
    {
        var (waits, failures) = (new ConcurrentBag<double>(), new ConcurrentBag<string>());
        await Task.WhenAll(tokens.Select(token => CheckAsync(token, time, waits, failures)));
        return new(waits, failures);
    }

    private async Task CheckAsync(
        string token,
        TimeSpan time,
        ConcurrentBag<double> waits,
        ConcurrentBag<string> failures
    )
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = url, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        object[] questions =
        [
            new
            {
                creatorId = creator,
                videoId = "v",
                purpose = "remix",
            },
            new
            {
                creatorId = creator,
                videoId = "v",
                purpose = "remix",
                explain = false,
            },
        ];
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; Stopwatch.GetElapsedTime(started) < time; number++)
        {
            var sent = Stopwatch.GetTimestamp();
            if (await AskAsync(http, questions[number % questions.Length]) is { } failure)
                failures.Add(failure);
            waits.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            await Task.Delay(Pause);
        }
    }

    private static async Task<string?> AskAsync(HttpClient http, object question)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync("/v1/checks", question);
            var decision = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return answer.IsSuccessStatusCode && decision.GetProperty("allowed").GetBoolean()
                ? null
                : $"{(int)answer.StatusCode} {decision}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }
}
