using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using Npgsql;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// Reads all facts that some checks need: one round trip, one snapshot, however many checks and sources there are.
/// </summary>
public sealed class FactReader(Database database)
{
    /// <summary>How long the facts may take: a caller in a request path would rather be told that there is no answer.</summary>
    private const int ReadSeconds = 5;

    // Each checked video with everything it was made from. One video more than a check may consult is enough to see that it is too many;
    // whoever walks these in another order reaches as many.
    private static readonly string Reached =
        $"""
        WITH root AS (SELECT DISTINCT owner COLLATE "C" AS owner, video COLLATE "C" AS video FROM unnest($1, $2) AS r(owner, video)),
        reached AS (
            SELECT DISTINCT w.owner, w.video FROM root CROSS JOIN LATERAL (
                WITH RECURSIVE walk(owner, video) AS (
                    SELECT root.owner, root.video
                    UNION
                    SELECT s.owner, s.video FROM walk JOIN consent.video v USING (owner, video)
                    CROSS JOIN LATERAL unnest(v.source_owners, v.source_videos) AS s(owner, video)
                )
                SELECT owner, video FROM walk LIMIT {Limits.VideosPerCheck + 1}
            ) AS w
        ),
        concerned AS (
            SELECT owner AS creator, owner, video FROM reached
            UNION
            SELECT p.creator, v.owner, v.video FROM reached JOIN consent.video v USING (owner, video)
            CROSS JOIN LATERAL unnest(v.co_creators || v.depicted) AS p(creator)
        )

        """;

    private static readonly string Videos = Reached +
        """
        SELECT r.owner, r.video, v.owner IS NOT NULL, v.published_at, v.co_creators, v.depicted, v.source_owners, v.source_videos
        FROM reached r LEFT JOIN consent.video v USING (owner, video)
        """;

    private static readonly string Creators = Reached +
        """
        SELECT c.id, c.version, c.erased_at IS NOT NULL, c.hold_purposes, c.hold_version, c.hold_at, c.lockdown_purposes, c.lockdown_version, c.lockdown_at
        FROM consent.creator c WHERE c.id IN (SELECT creator FROM concerned) OR c.id = ANY($3)
        """;

    private static readonly string Defaults = Reached +
        """
        SELECT d.creator, d.purpose, d.requester, d.segments FROM consent.creator_default d
        WHERE d.creator IN (SELECT creator FROM concerned) AND d.requester = ANY($3)
        """;

    private static readonly string Overrides = Reached +
        """
        SELECT o.creator, o.owner, o.video, o.purpose, o.requester,
            o.effect, o.conditions, o.expires_at, o.vocabulary_version, o.version, o.changed_at
        FROM concerned c JOIN consent.video_override o USING (creator, owner, video) WHERE o.requester = ANY($3)
        """;

    private Vocabulary vocabulary = Vocabulary.Initial;

    /// <summary>Reads the facts for checks of these videos.</summary>
    /// <param name="videos">The checked videos.</param>
    /// <param name="requesters">The requesters of the checks; settings for others are not read.</param>
    /// <param name="alsoVersionsOf">Creators whose versions are wanted though they may not be concerned.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The facts cannot be read.</exception>
    public async Task<FactSet> ReadAsync(
        IReadOnlyCollection<VideoKey> videos, IReadOnlyCollection<Requester> requesters, IEnumerable<string> alsoVersionsOf, CancellationToken cancellation)
    {
        var creators = Command(Creators, videos);
        // The vocabulary's version is that of the purposes, which are read anyway; its stream is no creator's.
        creators.Parameters.Add(new() { Value = alsoVersionsOf.Where(name => name != StreamId.Vocabulary.Name).ToArray() });
        var known = Volatile.Read(ref vocabulary);
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            Timeout = ReadSeconds,
            BatchCommands =
            {
                new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                new("SELECT now()"),
                // Purposes are only ever added: where the newest is known, all are.
                new(
                    """
                    SELECT purpose, place, uses_likeness, description, introduced_in FROM consent.purpose
                    WHERE (SELECT max(introduced_in) FROM consent.purpose) <> $1 ORDER BY place
                    """)
                { Parameters = { new() { Value = known.Version } } },
                Command(Videos, videos),
                creators,
                Command(Defaults, videos, requesters),
                Command(Overrides, videos, requesters),
                new("COMMIT"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var readAt = Instant.From(reader.GetDateTime(0));
        await reader.NextResultAsync(cancellation);
        var facts = new FactSet(await ReadVocabularyAsync(reader, known, cancellation), readAt);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ReadVideo(facts, reader);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ReadCreator(facts, reader);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            facts.Add(
                CreatorId.Parse(reader.GetString(0)),
                new(Purpose.Parse(reader.GetString(1)), SettingsStore.Named(reader.GetString(2))),
                SegmentsJson.Read(reader.GetString(3)));
        }
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            facts.Add(CreatorId.Parse(reader.GetString(0)), OverrideColumnsOf.Key(reader, 1), OverrideColumnsOf.Setting(reader, 5));
        return facts;
    }

    private async Task<Vocabulary> ReadVocabularyAsync(NpgsqlDataReader reader, Vocabulary known, CancellationToken cancellation)
    {
        var rows = new List<PurposeRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new()
            {
                Purpose = reader.GetString(0),
                Place = reader.GetInt16(1),
                UsesLikeness = reader.GetBoolean(2),
                Description = reader.GetString(3),
                IntroducedIn = reader.GetInt32(4),
            });
        }
        if (rows.Count == 0)
            return known;
        var read = VocabularyStore.Of(rows);
        Volatile.Write(ref vocabulary, read);
        return read;
    }

    private static void ReadVideo(FactSet facts, NpgsqlDataReader reader)
    {
        var video = new VideoKey(CreatorId.Parse(reader.GetString(0)), VideoId.Parse(reader.GetString(1)));
        facts.Add(video, !reader.GetBoolean(2) ? null : VideoStore.RecordOf(
            reader.IsDBNull(3) ? null : Instant.From(reader.GetDateTime(3)),
            reader.GetFieldValue<string[]>(4),
            reader.GetFieldValue<string[]>(5),
            reader.GetFieldValue<string[]>(6),
            reader.GetFieldValue<string[]>(7)));
    }

    private static void ReadCreator(FactSet facts, NpgsqlDataReader reader) => facts.Add(
        CreatorId.Parse(reader.GetString(0)),
        new(reader.GetInt64(1), reader.GetBoolean(2), StopColumns.Read(reader, 3), StopColumns.Read(reader, 6)));

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<VideoKey> videos) => new(sql)
    {
        Parameters =
        {
            new() { Value = videos.Select(video => video.Creator.Value).ToArray() },
            new() { Value = videos.Select(video => video.Video.Value).ToArray() },
        },
    };

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<VideoKey> videos, IReadOnlyCollection<Requester> requesters)
    {
        var command = Command(sql, videos);
        command.Parameters.Add(new() { Value = (string[])["", .. requesters.Select(requester => requester.Value)] });
        return command;
    }
}
