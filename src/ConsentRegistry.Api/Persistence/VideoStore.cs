using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Videos;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads and writes what is registered about videos.</summary>
internal static class VideoStore
{
    /// <summary>The records of those of the videos that are registered.</summary>
    public static async Task<Dictionary<VideoKey, VideoRecord>> ReadAsync(
        StreamTransaction change,
        IReadOnlyCollection<VideoKey> videos,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT v.owner, v.video, v.published_at, v.co_creators, v.depicted, v.source_owners, v.source_videos,
                v.identifiers, v.listed_identifiers
            FROM consent.video v
            JOIN unnest(@owners, @videos) AS k(owner, video) USING (owner, video)
            """
        );
        command.Parameters.AddWithValue("owners", videos.Select(video => video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", videos.Select(video => video.Video.Value).ToArray());
        var records = new Dictionary<VideoKey, VideoRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(
                new(CreatorId.Parse(reader.GetString(0)), VideoId.Parse(reader.GetString(1))),
                ReadRecord(reader)
            );
        }
        return records;
    }

    /// <summary>What is registered about the video of the reader's row, after its owner and its id.</summary>
    public static VideoRecord ReadRecord(NpgsqlDataReader reader) =>
        RecordOf(
            reader.IsDBNull(2) ? null : Instant.From(reader.GetDateTime(2)),
            reader.GetFieldValue<string[]>(3),
            reader.GetFieldValue<string[]>(4),
            reader.GetFieldValue<string[]>(5),
            reader.GetFieldValue<string[]>(6),
            reader.GetFieldValue<string[]>(7),
            reader.GetInt32(8)
        );

    /// <summary>Which videos carry these identifiers, by owner and id.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="identifiers">The identifiers, each once.</param>
    /// <param name="most">Videos for each identifier, at most: any where more carry it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<Dictionary<ContentIdentifier, List<VideoKey>>> FindCarriersAsync(
        StreamTransaction change,
        IReadOnlyList<ContentIdentifier> identifiers,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT k.place::int, v.owner, v.video FROM unnest(@identifiers) WITH ORDINALITY AS k(identifier, place)
                CROSS JOIN LATERAL (SELECT owner, video FROM consent.video
                    WHERE identifiers @> ARRAY[k.identifier COLLATE "C"] AND cardinality(identifiers) > 0 LIMIT @most) v
            """
        );
        command.Parameters.AddWithValue("identifiers", identifiers.Select(one => one.ToString()).ToArray());
        command.Parameters.AddWithValue("most", most);
        var carriers = new Dictionary<ContentIdentifier, List<VideoKey>>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var identifier = identifiers[reader.GetInt32(0) - 1];
            if (!carriers.TryGetValue(identifier, out var videos))
                carriers.Add(identifier, videos = []);
            videos.Add(new(CreatorId.Parse(reader.GetString(1)), VideoId.Parse(reader.GetString(2))));
        }
        foreach (var videos in carriers.Values)
            videos.Sort();
        return carriers;
    }

    /// <summary>The URLs of a creator's videos at an origin that are listed, each once, in no order.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="creator">The owner.</param>
    /// <param name="origin">The origin, in its normal form, without a slash at the end.</param>
    /// <param name="most">URLs at most: any where there are more.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<List<ContentIdentifier>> ReadListedUrlsAsync(
        StreamTransaction change,
        CreatorId creator,
        string origin,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT DISTINCT i.identifier FROM consent.video v
                CROSS JOIN LATERAL unnest(v.identifiers) WITH ORDINALITY AS i(identifier, place)
            WHERE v.owner = @owner AND v.listed_identifiers <> 0
                AND (v.listed_identifiers >> (i.place::int - 1)) & 1 = 1 AND starts_with(i.identifier, @prefix)
            LIMIT @most
            """
        );
        command.Parameters.AddWithValue("owner", creator.Value);
        command.Parameters.AddWithValue("prefix", $"{IdentifierScheme.Url.Word()}:{origin}/");
        command.Parameters.AddWithValue("most", most);
        var urls = new List<ContentIdentifier>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            urls.Add(ContentIdentifier.ParseNormal(reader.GetString(0)));
        return urls;
    }

    /// <summary>Those of the videos in which the creator is registered as a participant.</summary>
    public static async Task<HashSet<VideoKey>> ReadAppearancesAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<VideoKey> videos,
        CancellationToken cancellation
    ) =>
        [
            .. (await ReadAsync(change, videos, cancellation))
                .Where(video => video.Value.Participants.Any(participant => participant.Creator == creator))
                .Select(video => video.Key),
        ];

    /// <summary>
    /// Writes what is registered about videos, each with the version of its owner's stream that the change makes.
    /// </summary>
    public static Task WriteAsync(
        StreamTransaction change,
        IReadOnlyCollection<(VideoKey Key, VideoRecord Value, long Version)> videos,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            INSERT INTO consent.video (owner, video, published_at, co_creators, depicted, source_owners, source_videos,
                identifiers, listed_identifiers, version)
            SELECT n.owner, n.video, n.published_at,
                string_to_array(n.co_creators, '/'), string_to_array(n.depicted, '/'), string_to_array(n.source_owners, '/'), string_to_array(n.source_videos, '/'),
                string_to_array(n.identifiers, ' '), n.listed, n.version
            FROM unnest(@owners, @videos, @dates, @co_creators, @depicted, @source_owners, @source_videos, @identifiers,
                @listed, @versions)
                AS n(owner, video, published_at, co_creators, depicted, source_owners, source_videos, identifiers,
                    listed, version)
            ON CONFLICT (owner, video) DO UPDATE SET
                published_at = excluded.published_at, co_creators = excluded.co_creators, depicted = excluded.depicted,
                source_owners = excluded.source_owners, source_videos = excluded.source_videos,
                identifiers = excluded.identifiers, listed_identifiers = excluded.listed_identifiers, version = excluded.version
            """,
            videos,
            (parameters, part) =>
            {
                parameters.AddWithValue("owners", part.Select(video => video.Key.Creator.Value).ToArray());
                parameters.AddWithValue("videos", part.Select(video => video.Key.Video.Value).ToArray());
                parameters.Add(TimestampArray.Parameter("dates", part.Select(video => video.Value.PublishedAt)));
                parameters.AddWithValue(
                    "co_creators",
                    part.Select(video => Ids(video.Value, Role.CoCreator)).ToArray()
                );
                parameters.AddWithValue("depicted", part.Select(video => Ids(video.Value, Role.Depicted)).ToArray());
                // A slash is in no id. Arrays of arrays would all have to be of one length.
                parameters.AddWithValue(
                    "source_owners",
                    part.Select(video => string.Join('/', video.Value.Sources.Select(source => source.Creator)))
                        .ToArray()
                );
                parameters.AddWithValue(
                    "source_videos",
                    part.Select(video => string.Join('/', video.Value.Sources.Select(source => source.Video))).ToArray()
                );
                // No identifier has a space.
                parameters.AddWithValue(
                    "identifiers",
                    part.Select(video => string.Join(' ', video.Value.Identifiers.Select(one => one.Identifier)))
                        .ToArray()
                );
                parameters.AddWithValue("listed", part.Select(video => ListedOf(video.Value)).ToArray());
                parameters.AddWithValue("versions", part.Select(video => video.Version).ToArray());
            },
            cancellation
        );

    public static VideoKey KeyOf(VideoRow row) => new(CreatorId.Parse(row.Owner), VideoId.Parse(row.Video));

    public static VideoRecord RecordOf(VideoRow row) =>
        RecordOf(
            row.PublishedAt,
            row.CoCreators,
            row.Depicted,
            row.SourceOwners,
            row.SourceVideos,
            row.Identifiers,
            row.ListedIdentifiers
        );

    public static VideoRecord RecordOf(
        Instant? publishedAt,
        string[] coCreators,
        string[] depicted,
        string[] sourceOwners,
        string[] sourceVideos,
        string[]? identifiers = null,
        int listedIdentifiers = 0
    ) =>
        new(
            publishedAt,
            coCreators
                .Select(id => new RegisteredParticipant(CreatorId.Parse(id), Role.CoCreator))
                .Concat(depicted.Select(id => new RegisteredParticipant(CreatorId.Parse(id), Role.Depicted))),
            sourceOwners.Zip(
                sourceVideos,
                (owner, video) => new VideoKey(CreatorId.Parse(owner), VideoId.Parse(video))
            ),
            identifiers?.Select(
                (one, i) =>
                    new RegisteredIdentifier(ContentIdentifier.ParseNormal(one), ((listedIdentifiers >> i) & 1) == 1)
            )
        );

    /// <summary>The column of listed identifiers: bit i says whether identifier i is listed.</summary>
    public static int ListedOf(VideoRecord record) =>
        record.Identifiers.Select((one, i) => one.Listed ? 1 << i : 0).Sum();

    private static string Ids(VideoRecord record, Role role) =>
        string.Join(
            '/',
            record
                .Participants.Where(participant => participant.Role == role)
                .Select(participant => participant.Creator)
        );
}
