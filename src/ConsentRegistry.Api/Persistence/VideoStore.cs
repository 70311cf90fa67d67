using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Videos;
using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads and writes what is registered about videos.</summary>
internal static class VideoStore
{
    /// <summary>The records of those of the videos that are registered.</summary>
    public static async Task<Dictionary<VideoKey, VideoRecord>> ReadAsync(RegistryContext db, IReadOnlyCollection<VideoKey> videos, CancellationToken cancellation)
    {
        var rows = await db.Videos
            .FromSql($"""
                SELECT v.* FROM consent.video v
                JOIN unnest({videos.Select(video => video.Creator.Value).ToArray()}, {videos.Select(video => video.Video.Value).ToArray()}) AS k(owner, video)
                USING (owner, video)
                """)
            .ToListAsync(cancellation);
        return rows.ToDictionary(KeyOf, RecordOf);
    }

    /// <summary>Those of the videos in which the creator is registered as a participant.</summary>
    public static async Task<HashSet<VideoKey>> ReadAppearancesAsync(
        RegistryContext db, CreatorId creator, IReadOnlyCollection<VideoKey> videos, CancellationToken cancellation) =>
        [
            .. (await ReadAsync(db, videos, cancellation))
                .Where(video => video.Value.Participants.Any(participant => participant.Creator == creator))
                .Select(video => video.Key),
        ];

    /// <summary>Writes what is registered about videos, each with the version of its owner's stream that the change makes.</summary>
    public static Task WriteAsync(
        Change change, IReadOnlyCollection<(VideoKey Key, VideoRecord Value, long Version)> videos, CancellationToken cancellation) => change.WriteAsync(
        """
        INSERT INTO consent.video (owner, video, published_at, co_creators, depicted, source_owners, source_videos, version)
        SELECT n.owner, n.video, n.published_at,
            string_to_array(n.co_creators, '/'), string_to_array(n.depicted, '/'), string_to_array(n.source_owners, '/'), string_to_array(n.source_videos, '/'),
            n.version
        FROM unnest(@owners, @videos, @dates, @co_creators, @depicted, @source_owners, @source_videos, @versions)
            AS n(owner, video, published_at, co_creators, depicted, source_owners, source_videos, version)
        ON CONFLICT (owner, video) DO UPDATE SET
            published_at = excluded.published_at, co_creators = excluded.co_creators, depicted = excluded.depicted,
            source_owners = excluded.source_owners, source_videos = excluded.source_videos, version = excluded.version
        """,
        videos,
        (parameters, part) =>
        {
            parameters.AddWithValue("owners", part.Select(video => video.Key.Creator.Value).ToArray());
            parameters.AddWithValue("videos", part.Select(video => video.Key.Video.Value).ToArray());
            parameters.Add(Times.Of("dates", part.Select(video => video.Value.PublishedAt)));
            parameters.AddWithValue("co_creators", part.Select(video => Ids(video.Value, Role.CoCreator)).ToArray());
            parameters.AddWithValue("depicted", part.Select(video => Ids(video.Value, Role.Depicted)).ToArray());
            // A slash is in no id. Arrays of arrays would all have to be of one length.
            parameters.AddWithValue("source_owners", part.Select(video => string.Join('/', video.Value.Sources.Select(source => source.Creator))).ToArray());
            parameters.AddWithValue("source_videos", part.Select(video => string.Join('/', video.Value.Sources.Select(source => source.Video))).ToArray());
            parameters.AddWithValue("versions", part.Select(video => video.Version).ToArray());
        },
        cancellation);

    public static VideoKey KeyOf(VideoRow row) => new(CreatorId.Parse(row.Owner), VideoId.Parse(row.Video));

    public static VideoRecord RecordOf(VideoRow row) => RecordOf(row.PublishedAt, row.CoCreators, row.Depicted, row.SourceOwners, row.SourceVideos);

    public static VideoRecord RecordOf(Instant? publishedAt, string[] coCreators, string[] depicted, string[] sourceOwners, string[] sourceVideos) => new(
        publishedAt,
        coCreators.Select(id => new RegisteredParticipant(CreatorId.Parse(id), Role.CoCreator))
            .Concat(depicted.Select(id => new RegisteredParticipant(CreatorId.Parse(id), Role.Depicted))),
        sourceOwners.Zip(sourceVideos, (owner, video) => new VideoKey(CreatorId.Parse(owner), VideoId.Parse(video))));

    private static string Ids(VideoRecord record, Role role) =>
        string.Join('/', record.Participants.Where(participant => participant.Role == role).Select(participant => participant.Creator));
}
