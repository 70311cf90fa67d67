using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Videos;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Shows effective consent for a video. The decision for every purpose, explained, for one requester or for one that no
/// setting names.
/// </summary>
internal static class GetVideoConsent
{
    public static async Task<Results<Ok<VideoConsentBody>, Problem>> Handle(
        CreatorId creatorId,
        VideoId videoId,
        Requester? requester,
        MemoryFacts memory,
        SnapshotReader reading,
        CancellationToken cancellation
    )
    {
        var video = new VideoKey(creatorId, videoId);
        if (
            await memory.TakeAsync([video], requester is { } named ? [named] : [], default, cancellation)
            is not { } facts
        )
            return MemoryFacts.Unavailable;
        await using var snapshot = await reading.OpenAsync(cancellation);
        return TypedResults.Ok(
            VideoConsent.Create(
                facts,
                video,
                await VideoStore.ReadAsync(snapshot.OpenTransaction(), [video], cancellation),
                facts.Set.Vocabulary.Purposes.Select(definition => definition.Purpose),
                requester,
                explain: true
            )
        );
    }
}

/// <summary>Effective consent as the creator sees it.</summary>
internal static class VideoConsent
{
    private static readonly Dictionary<string, long> NoVersions = [];

    /// <param name="facts">What decides.</param>
    /// <param name="video">The video.</param>
    /// <param name="stored">
    /// What is stored of videos. Memory holds no identifiers, and what it says of the rest goes first.
    /// </param>
    /// <param name="purposes">The purposes to decide on.</param>
    /// <param name="requester">Who would use it.</param>
    /// <param name="explain">Whether to explain the decisions.</param>
    public static VideoConsentBody Create(
        FreshFacts facts,
        VideoKey video,
        IReadOnlyDictionary<VideoKey, VideoRecord> stored,
        IEnumerable<Purpose> purposes,
        Requester? requester,
        bool explain
    )
    {
        var budget = new TraceBudget();
        return new(
            facts.Set.RecordOf(video) is { } record
                ? VideoBody.From(
                    video,
                    new(
                        record.PublishedAt,
                        record.Participants,
                        record.Sources,
                        stored.GetValueOrDefault(video)?.Identifiers
                    )
                )
                : null,
            [
                .. purposes.Select(purpose => new PurposeConsentBody(
                    purpose.Name,
                    facts.Answer(new(video, purpose, requester, NoVersions, MaxStalenessMs: 0, explain), budget)
                )),
            ]
        );
    }
}
