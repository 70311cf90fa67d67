namespace ConsentRegistry.Client;

/// <summary>
/// Sets and lifts the stops that beat every setting at once: one request, however many videos there are.
/// </summary>
public sealed class StopsClient
{
    private readonly Wire wire;

    internal StopsClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// The creator's emergency stop: denies everything, or some purposes, at once. It adds to one that stands; only
    /// lifting narrows.
    /// </summary>
    /// <param name="creatorId">The creator, whom the caller manages.</param>
    /// <param name="purposes">
    /// What to stop, with everything above and below; null for everything, and empty is refused.
    /// </param>
    /// <param name="reason">Why, for the history, which keeps the first 1,000 characters.</param>
    /// <param name="options">What the change depends on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Change> SetLockdownAsync(
        string creatorId,
        IReadOnlyList<string>? purposes = null,
        string? reason = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<StopToSet, Change>(
            HttpMethod.Put,
            Path(creatorId, "lockdown"),
            new(purposes, reason),
            options,
            cancellation
        );

    /// <summary>Lifts the emergency stop; the settings stand as before.</summary>
    public Task<Change> LiftLockdownAsync(
        string creatorId,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => wire.ChangeAsync<Change>(HttpMethod.Delete, Path(creatorId, "lockdown"), options, cancellation);

    /// <summary>The operator's stop. Needs <c>consent:admin</c>.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="reason">
    /// Why: the legal order or the protection of a minor. The history keeps the first 1,000 characters.
    /// </param>
    /// <param name="purposes">What to stop, with everything above and below; null for everything.</param>
    /// <param name="options">What the change depends on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Change> SetHoldAsync(
        string creatorId,
        string reason,
        IReadOnlyList<string>? purposes = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<StopToSet, Change>(
            HttpMethod.Put,
            Path(creatorId, "hold"),
            new(purposes, reason),
            options,
            cancellation
        );

    /// <summary>Lifts the operator's stop. Needs <c>consent:admin</c>.</summary>
    public Task<Change> LiftHoldAsync(
        string creatorId,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => wire.ChangeAsync<Change>(HttpMethod.Delete, Path(creatorId, "hold"), options, cancellation);

    private static string Path(string creatorId, string stop) => Wire.Path("v1", "creators", creatorId, stop);
}

internal sealed record StopToSet(IReadOnlyList<string>? Purposes, string? Reason);
