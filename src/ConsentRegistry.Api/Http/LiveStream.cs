using System.Net.ServerSentEvents;
using System.Text.Json;

namespace ConsentRegistry.Api.Http;

/// <summary>What holds for every answer that follows something live.</summary>
internal static class LiveStream
{
    /// <summary>
    /// How long one may be silent before it sends <see cref="Heartbeat"/>: proxies cut what is silent for longer.
    /// </summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    /// <summary>How long one lasts, so that nodes can be emptied.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>
    /// Says that the stream lives. Also the first event, so that the caller has the answer's head however quiet it is.
    /// </summary>
    public static SseItem<JsonElement?> Heartbeat => new(null, HeartbeatType);

    /// <summary>The type of the event that says that a stream lives.</summary>
    public const string HeartbeatType = "heartbeat";

    /// <summary>
    /// Ends a stream: when the caller leaves or the node stops, with the caller's token, and after an hour.
    /// </summary>
    public static CancellationTokenSource Ending(
        Caller caller,
        TimeProvider clock,
        CancellationToken stopping,
        CancellationToken leaving
    )
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, leaving);
        var remaining = caller.Remaining(clock.GetUtcNow());
        ending.CancelAfter(
            remaining <= TimeSpan.Zero ? TimeSpan.Zero
            : remaining < Longest ? remaining
            : Longest
        );
        return ending;
    }
}
