namespace ConsentRegistry.Soak.Staleness;

/// <summary>When a change is sent again with the same idempotency key.</summary>
internal enum Replay
{
    /// <summary>While it is under way for the first time.</summary>
    WhileUnderWay,

    /// <summary>At once when it was answered before it was in force.</summary>
    AfterEarlyAnswer,

    /// <summary>At once when its outcome is not known: an error, or a connection that was cut off.</summary>
    AfterUnknownOutcome,

    /// <summary>When consent has been withdrawn since that it had given.</summary>
    AfterLaterChange,
}

/// <summary>
/// Sends changes, and those with an idempotency key again and again until one of the answers says that they are in
/// force: through several nodes at once. Whichever answer comes first with that is the change's acknowledgement, so
/// that a replay may not give it too early.
/// </summary>
internal sealed class Replays(ChangeClient client, Tally tally)
{
    /// <summary>Replays at the same time, each through another node.</summary>
    private const int AtOnce = 2;

    /// <summary>How often these are tried while a node or the database is being started again.</summary>
    private const int MostRounds = 5;

    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(500);

    /// <param name="change">The change.</param>
    /// <param name="manner">How it is sent first.</param>
    /// <param name="node">The node that it is sent to first.</param>
    /// <param name="isReplayedAtOnce">
    /// Whether it is replayed, if it has a key, without waiting for what comes of it.
    /// </param>
    /// <param name="acknowledged">Called for each answer that says it is in force, as soon as it has arrived.</param>
    public async Task<Outcome> SendAsync(
        ChangeRequest change,
        Manner manner,
        int node,
        bool isReplayedAtOnce,
        Action<Outcome> acknowledged
    )
    {
        List<Task<Outcome>> attempts = [SendOnceAsync(change, manner, node, acknowledged)];
        if (manner.Key is not { } key)
            return await attempts[0];
        if (isReplayedAtOnce)
            attempts.Add(ReplayAsync(change, key, node + 1, Replay.WhileUnderWay, acknowledged));
        var outcome = Outcome.OfOne(await Task.WhenAll(attempts));
        for (var round = 0; round < MostRounds && outcome.Knowledge is Knowledge.Made or Knowledge.Unknown; round++)
        {
            if (round > 0)
                await Task.Delay(BetweenRounds);
            var occasion = outcome.Knowledge == Knowledge.Made ? Replay.AfterEarlyAnswer : Replay.AfterUnknownOutcome;
            var replays = Enumerable
                .Range(1, AtOnce)
                .Select(other => ReplayAsync(change, key, node + other, occasion, acknowledged));
            outcome = Outcome.OfOne([outcome, .. await Task.WhenAll(replays)]);
        }
        return outcome;
    }

    /// <summary>
    /// Replays a change that was acknowledged long ago. It makes nothing, so that it is no change of the recording: if
    /// it did make something, that would be found.
    /// </summary>
    public async Task SendLateAsync(ChangeRequest change, string key, int node, Outcome before) =>
        Outcome.OfOne([before, await ReplayAsync(change, key, node, Replay.AfterLaterChange, _ => { })]);

    private Task<Outcome> ReplayAsync(
        ChangeRequest change,
        string key,
        int node,
        Replay occasion,
        Action<Outcome> acknowledged
    )
    {
        tally.Replayed(occasion);
        return SendOnceAsync(change, new(key), node, acknowledged);
    }

    private async Task<Outcome> SendOnceAsync(
        ChangeRequest change,
        Manner manner,
        int node,
        Action<Outcome> acknowledged
    )
    {
        var outcome = await client.SendAsync(change, node % client.Nodes, manner);
        if (outcome.End is not null)
            acknowledged(outcome);
        return outcome;
    }
}
