using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Registry;

namespace ConsentRegistry.Console.News;

/// <summary>
/// Tells a page that there is news, as server-sent events. The page then reads itself anew: what the news says is
/// written in one place alone.
/// </summary>
internal static class LiveNews
{
    /// <summary>How long nothing may be sent: whatever lies between takes a silent connection for a dead one.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a browser waits until it connects again: the registry serves a few streams of one inbox, and refuses more.
    /// </summary>
    private static readonly TimeSpan PauseBeforeReconnect = TimeSpan.FromSeconds(10);

    public static void MapLiveNews(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/creators/{creatorId}/news/live", FollowAsync).RequireAuthorization();

    /// <param name="http">The request. A browser that connects again says where it was.</param>
    /// <param name="creatorId">Whose news.</param>
    /// <param name="after">Where the page was that connects first.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="life">Ends the stream when the console stops.</param>
    private static async Task<IResult> FollowAsync(
        HttpContext http,
        string creatorId,
        string? after,
        ConsentRegistryClient registry,
        IHostApplicationLifetime life
    )
    {
        var place = http.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? after;
        try
        {
            // Who may not read the news gets a status, and no stream.
            if (place is null)
                place = (
                    await registry.Notifications.GetAsync(creatorId, 1, cancellation: http.RequestAborted)
                ).LastEventId;
        }
        catch (Exception e)
            when (!http.RequestAborted.IsCancellationRequested && Trouble.From(e, isChange: false) is { } trouble)
        {
            return TypedResults.StatusCode((int)trouble.Status);
        }
        return TypedResults.ServerSentEvents(
            EventsAsync(registry, creatorId, place, http.RequestAborted, life.ApplicationStopping)
        );
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        ConsentRegistryClient registry,
        string creatorId,
        string place,
        CancellationToken gone,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping, cancellation);
        await using var news = registry
            .Notifications.FollowAsync(creatorId, place, ending.Token)
            .GetAsyncEnumerator(ending.Token);
        yield return new("", "hello") { EventId = place, ReconnectionInterval = PauseBeforeReconnect };
        var next = NextAsync(news);
        while (true)
        {
            // Its end is the end of the stream, whatever the cause: the browser connects again from where it was.
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            var isNews = await Task.WhenAny(next, Task.Delay(LongestSilence, silence.Token)) == next;
            await silence.CancelAsync();
            if (!isNews && !ending.IsCancellationRequested)
            {
                yield return new("", "heartbeat");
                continue;
            }
            if (!await next)
                yield break;
            place = news.Current.LastEventId;
            yield return new("", "news") { EventId = place };
            next = NextAsync(news);
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<FollowedNotification> news)
    {
        try
        {
            return await news.MoveNextAsync();
        }
        catch (Exception e) when (e is OperationCanceledException || Trouble.From(e, isChange: false) is not null)
        {
            return false;
        }
    }
}
