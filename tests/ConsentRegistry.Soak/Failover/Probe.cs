using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ConsentRegistry.Soak.Failover;

/// <summary>A change that was acknowledged.</summary>
/// <param name="Creator">Whose settings were changed.</param>
/// <param name="Video">The video, which no other change is about.</param>
/// <param name="At">When the answer came.</param>
internal readonly record struct AcknowledgedChange(string Creator, string Video, DateTimeOffset At)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Creator}/{Video} at {At:HH:mm:ss.fff}");
}

/// <summary>
/// Makes changes through one node all the time, and checks: how long neither succeeds is what a fault costs. Each change
/// is about a video of its own, so that the log shows of each of them whether it is there, and how often.
/// </summary>
internal sealed class Probe(int number, HttpClient http, string node)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentBag<AcknowledgedChange> acknowledged = [];

    /// <summary>The creator whose settings are changed.</summary>
    public string Creator => string.Create(CultureInfo.InvariantCulture, $"probe-{number}");

    /// <summary>The changes that were acknowledged.</summary>
    public IReadOnlyCollection<AcknowledgedChange> Acknowledged => acknowledged;

    /// <summary>How long no change was acknowledged.</summary>
    public Outage Changes { get; } = new();

    /// <summary>How long no check was answered with a decision.</summary>
    public Outage Checks { get; } = new();

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(ChangeAsync(stop), CheckAsync(stop));

    // A change is repeated with its key until it is answered: then it has to be there once, however often it was sent.
    private async Task ChangeAsync(CancellationToken stop)
    {
        for (var count = 0; !stop.IsCancellationRequested; count++)
        {
            var video = string.Create(CultureInfo.InvariantCulture, $"v{count}");
            while (!stop.IsCancellationRequested && !await TryChangeAsync(video))
                await Task.Delay(Between, CancellationToken.None);
        }
    }

    private async Task<bool> TryChangeAsync(string video)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            $"{node}/v1/creators/{Creator}/videos/{video}/consent/remix"
        )
        {
            Content = JsonContent.Create(new { effect = "ask" }),
            Headers = { { "Idempotency-Key", $"{Creator}-{video}" } },
        };
        if (await StatusAsync(request) != HttpStatusCode.OK)
            return false;
        acknowledged.Add(new(Creator, video, TimeProvider.System.GetUtcNow()));
        Changes.Succeeded();
        await Task.Delay(Between, CancellationToken.None);
        return true;
    }

    private async Task CheckAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{node}/v1/checks")
            {
                Content = JsonContent.Create(
                    new
                    {
                        creatorId = Creator,
                        videoId = "v0",
                        purpose = "remix",
                        requester = "anybody",
                    }
                ),
            };
            if (await StatusAsync(request) == HttpStatusCode.OK)
                Checks.Succeeded();
            await Task.Delay(Between, CancellationToken.None);
        }
    }

    /// <returns>The status; null if there was no answer.</returns>
    private async Task<HttpStatusCode?> StatusAsync(HttpRequestMessage request)
    {
        try
        {
            using var answer = await http.SendAsync(request, CancellationToken.None);
            if ((int)answer.StatusCode is >= 400 and < 500 && answer.StatusCode != HttpStatusCode.Conflict)
                throw new InvalidOperationException($"{request.Method} {request.RequestUri}: {answer.StatusCode}");
            return answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }
}
