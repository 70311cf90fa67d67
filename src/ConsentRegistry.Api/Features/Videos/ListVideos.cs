using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Lists a creator's videos with their effective consent. Only registered videos are listed, each with the decision for
/// one purpose or for every one.
/// </summary>
internal static class ListVideos
{
    /// <summary>How many videos are decided for one page, at most, where only those of one effect are listed.</summary>
    public const int MostExamined = 10_000;

    /// <summary>How many videos are read at once to find those of one effect.</summary>
    private const int Chunk = 1_000;

    // Above every character of an id, and below every other.
    private const string AboveIds = "\u007f";

    public static async Task<Results<Ok<Page<VideoConsentBody>>, Problem>> Handle(
        CreatorId creatorId,
        Purpose? purpose,
        Requester? requester,
        WordFilter<Effect> effect,
        VideoId? idPrefix,
        TruthFilter overridden,
        int? limit,
        Cursor cursor,
        SnapshotReader reading,
        MemoryFacts memory,
        CancellationToken cancellation
    )
    {
        if (effect.Value is not null && purpose is null)
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                "purpose",
                "effect needs a purpose: the decision on it is compared."
            );
        var size = limit ?? RequestShape.DefaultPage;
        var query = overridden.Value is true ? ListQueries.VideosWithOverride : ListQueries.Videos;
        var prefix = idPrefix?.Value ?? "";
        var after = cursor.IsStart ? Before(prefix) : cursor.Part(0);
        var wanted = effect.Value is null ? size + 1 : Chunk;
        var found = new List<(VideoKey Video, VideoConsentBody Consent)>();
        for (var examined = 0; ; )
        {
            List<VideoKey> videos;
            Dictionary<VideoKey, VideoRecord> stored;
            await using (var snapshot = await reading.OpenAsync(cancellation))
            {
                videos = await query(snapshot.Db, creatorId.Value, after, prefix + AboveIds, wanted)
                    .Select(video => new VideoKey(creatorId, VideoId.Parse(video)))
                    .ToListAsync(cancellation);
                stored = await VideoStore.ReadAsync(snapshot.OpenTransaction(), videos, cancellation);
            }
            if (
                await memory.TakeAsync(videos, requester is { } named ? [named] : [], default, cancellation)
                is not { } facts
            )
                return MemoryFacts.Unavailable;
            if (purpose is { } asked && !facts.Set.Vocabulary.TryFind(asked, out _))
                return RequestShape.UnknownPurpose("purpose", asked.Name);
            Purpose[] purposes = purpose is { } one
                ? [one]
                : [.. facts.Set.Vocabulary.Purposes.Select(definition => definition.Purpose)];
            foreach (var video in videos)
            {
                var consent = VideoConsent.Create(facts, video, stored, purposes, requester, explain: false);
                if (effect.Value is { } only && consent.Consent[0].Decision.Effect != only)
                    continue;
                found.Add((video, consent));
                if (found.Count > size)
                    return Answer(found[size - 1].Video);
            }
            examined += videos.Count;
            if (videos.Count < wanted)
                return Answer(goesOnAfter: null);
            if (examined >= MostExamined)
                return Answer(videos[^1]);
            after = videos[^1].Video.Value;
        }

        Ok<Page<VideoConsentBody>> Answer(VideoKey? goesOnAfter) =>
            TypedResults.Ok(
                new Page<VideoConsentBody>(
                    [.. found.Take(size).Select(one => one.Consent)],
                    goesOnAfter is { } last ? cursor.After(last.Video.Value) : null
                )
            );
    }

    // What begins with the prefix is after it, or is the prefix itself.
    private static string Before(string prefix) =>
        prefix.Length == 0 ? "" : prefix[..^1] + (char)(prefix[^1] - 1) + AboveIds;
}
