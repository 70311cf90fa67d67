using System.Text.Json;

namespace ConsentRegistry.Client;

/// <summary>How far a feed of changes is.</summary>
/// <param name="After">The place in the log up to which all is told; null before the first.</param>
/// <param name="At">
/// The registry's time: every change that was acknowledged before is told. Null while that is not known.
/// </param>
internal sealed record FeedPosition(long? After, DateTimeOffset? At);

/// <summary>What a feed of changes tells: a change, or how far it is.</summary>
internal sealed record FeedItem(ChangeEvent? Change, FeedPosition? Position)
{
    public static FeedItem? Read(string type, ReadOnlySpan<byte> data) =>
        type == Wire.Heartbeat
            ? new(null, JsonSerializer.Deserialize(data, WireJson.Default.FeedPosition))
            : new(
                JsonSerializer.Deserialize(data, WireJson.Default.ChangeEvent)
                    ?? throw new JsonException("An event is null."),
                null
            );
}
