using System.Globalization;
using System.Text.Json;

namespace ConsentRegistry.Client;

/// <summary>Who made a change.</summary>
/// <param name="Subject">The person or account that signed in; null for a service of its own.</param>
/// <param name="Client">The program that called; null if the token named none.</param>
/// <param name="OnBehalfOf">The creator for whom an agency acted; null if nobody was acted for.</param>
/// <param name="Reason">What they gave as the reason.</param>
public sealed record ChangeAuthor(string? Subject, string? Client, string? OnBehalfOf, string? Reason);

/// <summary>One event of the consent history: who changed which record from what to what.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Seq">
/// Its place in the log, from 0 and without gaps: where to go on from with <see cref="ChangesClient.FollowAsync"/>.
/// </param>
/// <param name="Stream">
/// Whose history it is: a creator, <c>$vocabulary</c>, or <c>$requester/</c> with a requester for what they used and
/// were told to stop.
/// </param>
/// <param name="Version">The version of the stream that the change made.</param>
/// <param name="Ordinal">Its place among the events of the version, from 1.</param>
/// <param name="Count">
/// How many events make up the version: they were made together, and a cache takes all of them or none.
/// </param>
/// <param name="Kind">
/// What it is about, for example <c>defaultChanged</c>. A newer registry may know more kinds: pass over what you do not
/// know.
/// </param>
/// <param name="At">When the change was made.</param>
/// <param name="Erased">Whether what it said was erased with its creator; then nothing below is there.</param>
/// <param name="By">Who made the change.</param>
/// <param name="Video">The video that the changed record is about.</param>
/// <param name="Purpose">The purpose of the changed setting.</param>
/// <param name="Requester">The requester that the changed setting names; null for anybody.</param>
/// <param name="Before">The record before, as the contract's <c>RecordBody</c> has it; null if there was none.</param>
/// <param name="After">The record after; null if there is none any more.</param>
/// <param name="Affects">Which checks to ask again; null where the event gives none another answer.</param>
public sealed record ChangeEvent(
    Guid EventId,
    long Seq,
    string Stream,
    long Version,
    int Ordinal,
    int Count,
    string Kind,
    DateTimeOffset At,
    bool Erased,
    ChangeAuthor? By = null,
    VideoName? Video = null,
    string? Purpose = null,
    string? Requester = null,
    JsonElement? Before = null,
    JsonElement? After = null,
    AffectedChecks? Affects = null
);

/// <summary>
/// The checks that a change may have given another answer: what to ask again, and to drop from a cache. It may name more
/// checks than those that changed, and never fewer.
/// </summary>
/// <param name="CreatorId">On whose word they rest; null for everybody's.</param>
/// <param name="Video">
/// Only checks of this video and of videos that were made from it; null for all that rest on the creator's word.
/// </param>
/// <param name="Purposes">Only checks for these purposes, and for those below or above them; null for all.</param>
/// <param name="Requester">Only checks for this requester; null for all.</param>
public sealed record AffectedChecks(
    string? CreatorId,
    VideoName? Video,
    IReadOnlyList<string>? Purposes,
    string? Requester
);

/// <summary>
/// Follows everybody's changes, for a platform's own caches. Needs <c>changes:read</c> or <c>consent:audit</c>.
/// </summary>
public sealed class ChangesClient
{
    private readonly Wire wire;

    internal ChangesClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Everybody's changes in the order of the log: first those that were made already, then each a moment after it is
    /// made.
    /// </summary>
    /// <remarks>
    /// It ends after about an hour, or when the node that answers stops, and it is the caller's to connect again, from
    /// the <see cref="ChangeEvent.Seq"/> of the last event that was dealt with: then nothing is missed. Where the
    /// connection breaks, or nothing comes for a minute, that is an <see cref="HttpRequestException"/>; status 503
    /// where the node follows for too many callers. Where <paramref name="after"/> is beyond the log's end it is a
    /// <see cref="ConsentRegistryException"/> with status 422: the registry's log is not the one that was followed, and
    /// what was kept of it has to go. The <see cref="HttpClient.Timeout"/> is for the beginning alone, which may take
    /// 15 seconds where there is nothing to tell yet.
    /// </remarks>
    /// <param name="after">The place in the log after which to begin; null for all that was ever changed.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<ChangeEvent> FollowAsync(
        long? after = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var path = Wire.Path("v1", "changes") + Wire.Query(("after", after?.ToString(CultureInfo.InvariantCulture)));
        await foreach (var (change, _) in wire.FollowAsync<ChangeEvent>(path, lastEventId: null, cancellation))
            yield return change;
    }

    /// <summary>Reads some of everybody's changes in the order of the log, from one place on, and does not wait.</summary>
    /// <param name="after">The place in the log after which to begin; null for its beginning.</param>
    /// <param name="limit">How many at most, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The changes; none where the log ends there.</returns>
    public async Task<IReadOnlyList<ChangeEvent>> ReadAsync(
        long? after = null,
        int? limit = null,
        CancellationToken cancellation = default
    ) =>
        (
            await wire.GetAsync<ChangesPage>(
                Wire.Path("v1", "changes")
                    + Wire.Query(
                        ("after", after?.ToString(CultureInfo.InvariantCulture)),
                        ("limit", limit?.ToString(CultureInfo.InvariantCulture))
                    ),
                cancellation
            )
        ).Items;

    /// <summary>As <see cref="FollowAsync"/>, with the heartbeats that say how far it is.</summary>
    internal async IAsyncEnumerable<FeedItem> FollowWithPositionsAsync(
        long? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var path = Wire.Path("v1", "changes") + Wire.Query(("after", after?.ToString(CultureInfo.InvariantCulture)));
        await foreach (var (item, _) in wire.FollowAsync(path, lastEventId: null, FeedItem.Read, cancellation))
            yield return item;
    }

    /// <summary>The last place in the log, as its newest checkpoint has it; null where there is none yet.</summary>
    internal async Task<long?> FindEndAsync(CancellationToken cancellation)
    {
        // C2SP tlog-checkpoint: origin, size and root, a line each.
        var note = await wire.FindTextAsync(Wire.Path("log", "checkpoint"), cancellation);
        if (note is null)
            return null;
        return
            note.Split('\n') is [_, { } size, ..]
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var leaves)
            && leaves > 0
            ? leaves - 1
            : throw Wire.Unreadable("The log's checkpoint has no size.");
    }
}

internal sealed record ChangesPage(IReadOnlyList<ChangeEvent> Items);
