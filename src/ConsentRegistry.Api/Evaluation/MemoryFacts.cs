using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// Takes facts out of memory. Memory is their one source: there is no second way that could answer differently.
/// </summary>
internal sealed class MemoryFacts(ConsentReplica replica)
{
    /// <summary>
    /// What is answered where memory cannot answer: it is not fresh, or does not know what is asked for.
    /// </summary>
    public static readonly Problem Unavailable = new(
        503,
        ProblemCode.Unavailable,
        "This node's memory is not as fresh as the check needs; repeat the request."
    );

    /// <summary>Takes the facts for checks of these videos by these requesters.</summary>
    public Task<FreshFacts?> TakeAsync(
        IReadOnlyCollection<VideoKey> videos,
        IReadOnlyCollection<Requester> requesters,
        FreshnessRequirement need,
        CancellationToken cancellation
    ) => TakeAsync(videos.Select(video => (CheckTarget)video), requesters, need, cancellation, versionsOf: null);

    /// <summary>Takes the facts for checks of these videos and contents by these requesters.</summary>
    /// <param name="targets">The checked videos and contents.</param>
    /// <param name="requesters">The requesters; settings for others are left out.</param>
    /// <param name="need">What memory has to be, beside being fresh.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="versionsOf">Streams whose versions are asked for.</param>
    /// <param name="wait">The wait that the checks have in common with others.</param>
    /// <returns>
    /// The facts; null if memory is not what is needed within <see cref="ConsentReplica.LongestWait"/>.
    /// </returns>
    public async Task<FreshFacts?> TakeAsync(
        IEnumerable<CheckTarget> targets,
        IReadOnlyCollection<Requester> requesters,
        FreshnessRequirement need,
        CancellationToken cancellation,
        IEnumerable<string>? versionsOf = null,
        SharedWait? wait = null
    )
    {
        if (await (wait ?? new()).BeginAsync(replica, need, cancellation) is not { } permit)
            return null;
        // Before the facts: versions only rise.
        var reached = (versionsOf ?? []).ToDictionary(
            stream => stream,
            permit.Memory.VersionOf,
            StringComparer.Ordinal
        );
        var named = targets.ToList();
        var contents = named.OfType<CheckTarget.OfContent>().ToList();
        var taken = permit.Memory.Extract(
            [.. named.OfType<CheckTarget.OfVideo>().Select(one => one.Video).Distinct()],
            contents.ConvertAll(content => content.Identifiers),
            requesters,
            permit.Now,
            permit.DeadlineOf(cancellation)
        );
        return taken is not null && permit.Holds
            ? new(taken.Facts, permit.State.DatabaseTime)
            {
                Reached = reached,
                Contents = contents
                    .Zip(taken.Contents)
                    .ToDictionary(content => content.First, content => content.Second),
            }
            : null;
    }

    /// <summary>
    /// Takes the facts for what anybody may do with these videos and contents: with the settings for every requester.
    /// </summary>
    /// <param name="videos">Videos.</param>
    /// <param name="contents">The identifiers of each content.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>
    /// The facts; null if memory is not fresh within <see cref="ConsentReplica.LongestWait"/>, or in doubt.
    /// </returns>
    public async Task<ExtractedFacts?> TakeForEverybodyAsync(
        IReadOnlyCollection<VideoKey> videos,
        IReadOnlyCollection<IReadOnlyList<ContentIdentifier>> contents,
        CancellationToken cancellation
    )
    {
        if (await replica.BeginAsync(default, cancellation) is not { } permit)
            return null;
        var taken = permit.Memory.Extract(
            videos,
            contents,
            requesters: null,
            permit.Now,
            permit.DeadlineOf(cancellation)
        );
        return permit.Holds ? taken : null;
    }
}
