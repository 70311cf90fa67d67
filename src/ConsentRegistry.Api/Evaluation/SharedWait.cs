using ConsentRegistry.Api.Replica;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// How long checks that came together wait for memory, all in all: they wait side by side, so that what one has waited
/// is over for the others too.
/// </summary>
internal sealed class SharedWait
{
    private TimeSpan left = ConsentReplica.LongestWait;

    /// <summary>
    /// Takes the permission as soon as memory is what is needed; null if it is not within what is left of the wait.
    /// </summary>
    public async ValueTask<Permit?> BeginAsync(
        ConsentReplica replica,
        FreshnessRequirement need,
        CancellationToken cancellation
    )
    {
        var startedAt = BootClock.Now;
        var permit = await replica.BeginAsync(need, left, cancellation);
        left -= BootClock.Since(startedAt);
        return permit;
    }
}
