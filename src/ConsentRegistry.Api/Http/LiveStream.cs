namespace ConsentRegistry.Api.Http;

/// <summary>What holds for every answer that follows something live.</summary>
internal static class LiveStream
{
    /// <summary>How long one lasts, so that nodes can be emptied.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Ends a stream: when the caller leaves or the node stops, with the caller's token, and after an hour.</summary>
    public static CancellationTokenSource Ending(Caller caller, TimeProvider clock, CancellationToken stopping, CancellationToken leaving)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, leaving);
        var remaining = caller.Remaining(clock.GetUtcNow());
        ending.CancelAfter(remaining <= TimeSpan.Zero ? TimeSpan.Zero : remaining < Longest ? remaining : Longest);
        return ending;
    }
}
