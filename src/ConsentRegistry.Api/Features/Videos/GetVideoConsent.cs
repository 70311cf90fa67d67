using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Shows effective consent for a video. The decision for every purpose, explained, for one requester or for one that no
/// setting names.
/// </summary>
internal static class GetVideoConsent
{
    public static async Task<IResult> Handle(
        CreatorId creatorId,
        VideoId videoId,
        Requester? requester,
        MemoryFacts memory,
        CancellationToken cancellation
    )
    {
        var video = new VideoKey(creatorId, videoId);
        if (
            await memory.TakeAsync([video], requester is { } named ? [named] : [], default, cancellation)
            is not { } facts
        )
            return MemoryFacts.Unavailable.AsResult();
        return Results.Ok(
            VideoConsent.Of(
                facts,
                video,
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

    public static VideoConsentBody Of(
        FreshFacts facts,
        VideoKey video,
        IEnumerable<Purpose> purposes,
        Requester? requester,
        bool explain
    )
    {
        var budget = new TraceBudget();
        return new(
            facts.Set.RecordOf(video) is { } record ? VideoBody.Of(video, record) : null,
            [
                .. purposes.Select(purpose => new PurposeConsentBody(
                    purpose.Name,
                    facts.Answer(new(video, purpose, requester, NoVersions, MaxStalenessMs: 0, explain), budget)
                )),
            ]
        );
    }
}
