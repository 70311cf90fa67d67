using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Lists a creator's videos with their effective consent. Only registered videos are listed, each with the decision for
/// one purpose or for every one.
/// </summary>
internal static class ListVideos
{
    public static async Task<IResult> Handle(
        CreatorId creatorId,
        Purpose? purpose,
        Requester? requester,
        int? limit,
        Cursor cursor,
        SnapshotReader reading,
        MemoryFacts memory,
        CancellationToken cancellation
    )
    {
        var size = limit ?? RequestShape.DefaultPage;
        var after = cursor.Part(0);
        List<VideoKey> videos;
        await using (var snapshot = await reading.OpenAsync(cancellation))
        {
            videos = await ListQueries
                .Videos(snapshot.Db, creatorId.Value, after, size + 1)
                .Select(video => new VideoKey(creatorId, VideoId.Parse(video)))
                .ToListAsync(cancellation);
        }
        if (
            await memory.TakeAsync(videos, requester is { } named ? [named] : [], default, cancellation)
            is not { } facts
        )
            return MemoryFacts.Unavailable.AsResult();
        if (purpose is { } asked && !facts.Set.Vocabulary.TryFind(asked, out _))
            return RequestShape.UnknownPurpose("purpose", asked.Name).AsResult();
        var purposes = purpose is { } one
            ? [one]
            : facts.Set.Vocabulary.Purposes.Select(definition => definition.Purpose).ToArray();
        return Results.Ok(
            Page<VideoConsentBody>.Of(
                videos,
                size,
                cursor,
                video => VideoConsent.Of(facts, video, purposes, requester, explain: false),
                video => [video.Video.Value]
            )
        );
    }
}
