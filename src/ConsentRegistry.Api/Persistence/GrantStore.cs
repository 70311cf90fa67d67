using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A grant as its row holds it.</summary>
/// <param name="Id">The grant.</param>
/// <param name="Grant">What it says.</param>
/// <param name="Used">How many uses of it were recorded; 0 where they are not counted.</param>
internal sealed record StoredGrant(Guid Id, GrantRecord Grant, int Used);

/// <summary>
/// What a use would have taken: a creator's grant about a video, for use in one, for a purpose or one above it.
/// </summary>
internal readonly record struct MissingGrant(
    CreatorId Creator,
    VideoKey Video,
    VideoKey UsedIn,
    Requester Requester,
    Purpose Purpose
);

/// <summary>Reads and writes creators' grants.</summary>
internal static class GrantStore
{
    /// <summary>
    /// The grants of a creator that stand and that denies touch (R6), locked in the order of their ids if they are to
    /// be altered.
    /// </summary>
    public static async Task<List<StoredGrant>> ReadTouchedAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<SettingKey> denies,
        Instant now,
        bool toAlter,
        CancellationToken cancellation,
        IReadOnlyList<StoredGrant>? standing = null
    )
    {
        if (denies.Count == 0)
            return [];
        // A grant is touched from four places: by a deny for its video or for all of them, to its requester or to
        // everybody.
        var places = denies.ToLookup(deny => (deny.Video, deny.Requester));
        standing ??= await ReadStandingAsync(change, creator, now, cancellation);
        var touched = standing.Where(IsTouched).ToList();
        if (!toAlter)
            return touched;
        // Its last use may have been recorded since it was read.
        var locked = await LockAsync(change, touched.ConvertAll(grant => grant.Id), cancellation);
        return [.. locked.Select(one => one.Grant).Where(grant => grant.Grant.Stands(now))];

        bool IsTouched(StoredGrant grant)
        {
            var place = grant.Grant.Place;
            return Touches(place.Video, place.Requester)
                || Touches(place.Video, null)
                || Touches(null, place.Requester)
                || Touches(null, null);

            bool Touches(VideoKey? video, Requester? requester) =>
                places[(video, requester)].Any(deny => Grant.IsTouchedBy(deny, place));
        }
    }

    private static async Task<List<StoredGrant>> ReadStandingAsync(
        StreamTransaction change,
        CreatorId creator,
        Instant now,
        CancellationToken cancellation
    )
    {
        await using var batch = change.Batch();
        batch.BatchCommands.Add(Standing(creator, now));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await ReadAsync(reader, cancellation);
    }

    /// <summary>
    /// The grants of a creator that stand: <see cref="Configuration.ApprovalOptions.GrantsPerCreator"/> at most.
    /// </summary>
    public static NpgsqlBatchCommand Standing(CreatorId creator, Instant now)
    {
        var command = new NpgsqlBatchCommand(
            $"SELECT {GrantColumns.All} FROM consent.consent_grant WHERE creator = @creator AND state = 'standing' "
                + "AND (expires_at IS NULL OR expires_at > @now) ORDER BY id"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("now", now.ToDateTime());
        return command;
    }

    /// <summary>A grant of a creator, locked; null if they have none of that id.</summary>
    public static async Task<StoredGrant?> FindAsync(
        StreamTransaction change,
        CreatorId creator,
        Guid id,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"SELECT {GrantColumns.All} FROM consent.consent_grant WHERE creator = @creator AND id = @id FOR UPDATE"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("id", id);
        return (await ReadAsync(command, cancellation)).FirstOrDefault();
    }

    /// <summary>Locks grants in the order of their ids, whoever gave them.</summary>
    public static async Task<List<(CreatorId Creator, StoredGrant Grant)>> LockAsync(
        StreamTransaction change,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellation
    )
    {
        var grants = new List<(CreatorId, StoredGrant)>();
        if (ids.Count == 0)
            return grants;
        await using var command = change.Command(
            $"SELECT {GrantColumns.All}, creator FROM consent.consent_grant WHERE id = ANY(@ids) ORDER BY id FOR UPDATE"
        );
        command.Parameters.AddWithValue("ids", ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            grants.Add((CreatorId.Parse(reader.GetString(GrantColumns.Count)), GrantColumns.Read(reader, 0)));
        return grants;
    }

    /// <summary>
    /// Of grants that are missing now: those of which the last that was given is spent, or its time is over. One that
    /// was revoked was taken back.
    /// </summary>
    public static async Task<HashSet<MissingGrant>> FindUsedUpAsync(
        StreamTransaction change,
        IReadOnlyCollection<MissingGrant> missing,
        CancellationToken cancellation
    )
    {
        var usedUp = new HashSet<MissingGrant>();
        if (missing.Count == 0)
            return usedUp;
        var all = missing.ToArray();
        await using var command = change.Command(
            """
            SELECT n.place::integer FROM unnest(@creators, @owners, @videos, @used_owners, @used_videos, @requesters,
                @purposes) WITH ORDINALITY
                AS n(creator, owner, video, used_owner, used_video, requester, purpose, place)
            WHERE (
                SELECT g.state = 'spent' OR (g.state = 'standing' AND g.expires_at <= clock_timestamp())
                    FROM consent.consent_grant g
                WHERE g.used_owner = n.used_owner AND g.used_video = n.used_video AND g.requester = n.requester
                    AND g.creator = n.creator AND g.owner = n.owner AND g.video = n.video
                    AND (g.purpose = n.purpose OR starts_with(n.purpose, g.purpose || '.'))
                ORDER BY g.version DESC LIMIT 1)
            """
        );
        command.Parameters.AddWithValue("creators", all.Select(one => one.Creator.Value).ToArray());
        command.Parameters.AddWithValue("owners", all.Select(one => one.Video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", all.Select(one => one.Video.Video.Value).ToArray());
        command.Parameters.AddWithValue("used_owners", all.Select(one => one.UsedIn.Creator.Value).ToArray());
        command.Parameters.AddWithValue("used_videos", all.Select(one => one.UsedIn.Video.Value).ToArray());
        command.Parameters.AddWithValue("requesters", all.Select(one => one.Requester.Value).ToArray());
        command.Parameters.AddWithValue("purposes", all.Select(one => one.Purpose.Name).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            usedUp.Add(all[reader.GetInt32(0) - 1]);
        return usedUp;
    }

    /// <summary>Counts uses of locked grants.</summary>
    public static Task SpendAsync(
        StreamTransaction change,
        IReadOnlyCollection<(Guid Grant, int Uses)> spent,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            "UPDATE consent.consent_grant g SET used = g.used + n.uses FROM unnest(@ids, @uses) AS n(id, uses) "
                + "WHERE g.id = n.id",
            spent,
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(one => one.Grant).ToArray());
                parameters.AddWithValue("uses", part.Select(one => one.Uses).ToArray());
            },
            cancellation
        );

    /// <summary>Inserts new grants of a creator.</summary>
    public static Task InsertAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<StoredGrant> grants,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            INSERT INTO consent.consent_grant
                (id, request, creator, owner, video, used_owner, used_video, requester, purpose, conditions, vocabulary_version, expires_at, uses, state, version, changed_at)
            SELECT n.id, n.request, @creator, n.owner, n.video, n.used_owner, n.used_video, n.requester, n.purpose,
                string_to_array(n.conditions, ','),
                n.vocabulary, n.expires_at, n.uses, 'standing', n.version, n.changed_at
            FROM unnest(@ids, @requests, @owners, @videos, @used_owners, @used_videos, @requesters, @purposes,
                @conditions, @vocabularies, @expiries, @uses, @versions, @times)
                AS n(id, request, owner, video, used_owner, used_video, requester, purpose, conditions, vocabulary, expires_at, uses, version, changed_at)
            """,
            grants,
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("requests", part.Select(one => one.Grant.Request).ToArray());
                parameters.AddWithValue("owners", part.Select(one => one.Grant.Video.Creator.Value).ToArray());
                parameters.AddWithValue("videos", part.Select(one => one.Grant.Video.Video.Value).ToArray());
                parameters.AddWithValue("used_owners", part.Select(one => one.Grant.UsedIn.Creator.Value).ToArray());
                parameters.AddWithValue("used_videos", part.Select(one => one.Grant.UsedIn.Video.Value).ToArray());
                parameters.AddWithValue("requesters", part.Select(one => one.Grant.Requester.Value).ToArray());
                parameters.AddWithValue("purposes", part.Select(one => one.Grant.Terms.Purpose.Name).ToArray());
                parameters.AddWithValue(
                    "conditions",
                    part.Select(one => string.Join(',', one.Grant.Terms.Conditions.Words())).ToArray()
                );
                parameters.AddWithValue(
                    "vocabularies",
                    part.Select(one => one.Grant.Terms.VocabularyVersion).ToArray()
                );
                parameters.Add(TimestampArray.Parameter("expiries", part.Select(one => one.Grant.Terms.ExpiresAt)));
                parameters.Add(
                    new("uses", NpgsqlDbType.Array | NpgsqlDbType.Integer)
                    {
                        Value = part.Select(one => one.Grant.Terms.Uses).ToArray(),
                    }
                );
                parameters.AddWithValue("versions", part.Select(one => one.Grant.Stamp.Version).ToArray());
                parameters.AddWithValue("times", part.Select(one => one.Grant.Stamp.At.ToDateTime()).ToArray());
            },
            cancellation
        );

    /// <summary>Writes what became of grants.</summary>
    public static Task UpdateStateAsync(
        StreamTransaction change,
        IReadOnlyCollection<StoredGrant> grants,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            UPDATE consent.consent_grant g SET state = n.state, version = n.version, changed_at = n.changed_at
            FROM unnest(@ids, @states, @versions, @times) AS n(id, state, version, changed_at) WHERE g.id = n.id
            """,
            grants,
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("states", part.Select(one => one.Grant.State.Word()).ToArray());
                parameters.AddWithValue("versions", part.Select(one => one.Grant.Stamp.Version).ToArray());
                parameters.AddWithValue("times", part.Select(one => one.Grant.Stamp.At.ToDateTime()).ToArray());
            },
            cancellation
        );

    /// <summary>The grants of a statement's rows.</summary>
    public static async Task<List<StoredGrant>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await ReadAsync(reader, cancellation);
    }

    /// <summary>The grants of a result's rows.</summary>
    public static async Task<List<StoredGrant>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var grants = new List<StoredGrant>();
        while (await reader.ReadAsync(cancellation))
            grants.Add(GrantColumns.Read(reader, 0));
        return grants;
    }
}

/// <summary>The columns of a grant, wherever a statement lists them.</summary>
internal static class GrantColumns
{
    public const string All =
        "id, request, owner, video, used_owner, used_video, requester, purpose, conditions, vocabulary_version, "
        + "expires_at, uses, state, version, changed_at, used";

    /// <summary>How many columns these are.</summary>
    public const int Count = 16;

    /// <summary>A grant of the reader's row, from a column on.</summary>
    public static StoredGrant Read(NpgsqlDataReader reader, int at) =>
        new(
            reader.GetGuid(at),
            new(
                reader.GetGuid(at + 1),
                new(CreatorId.Parse(reader.GetString(at + 2)), VideoId.Parse(reader.GetString(at + 3))),
                new(CreatorId.Parse(reader.GetString(at + 4)), VideoId.Parse(reader.GetString(at + 5))),
                Requester.Parse(reader.GetString(at + 6)),
                new(
                    Purpose.Parse(reader.GetString(at + 7)),
                    ConditionWords.Parse(reader.GetFieldValue<string[]>(at + 8)),
                    reader.GetInt32(at + 9),
                    reader.IsDBNull(at + 10) ? null : Instant.From(reader.GetDateTime(at + 10)),
                    reader.IsDBNull(at + 11) ? null : reader.GetInt32(at + 11)
                ),
                new(reader.GetInt64(at + 13), Instant.From(reader.GetDateTime(at + 14)))
            )
            {
                State = Wording.Parse<GrantState>(reader.GetString(at + 12)),
            },
            reader.GetInt32(at + 15)
        );
}
