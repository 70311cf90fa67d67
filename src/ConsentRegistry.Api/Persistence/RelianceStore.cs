using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Who relies on consent, for what.</summary>
/// <param name="Video">The video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester.</param>
internal readonly record struct RelianceKey(VideoKey Video, Purpose Purpose, Requester Requester);

/// <summary>Somebody used a video with consent, or took a receipt for it.</summary>
/// <param name="Key">Who, and for what.</param>
/// <param name="Concerned">Everybody who decides on it.</param>
internal sealed record Reliance(RelianceKey Key, IReadOnlyCollection<CreatorId> Concerned);

/// <summary>Keeps who relies on consent, so that they are told when it is withdrawn.</summary>
internal static class RelianceStore
{
    /// <summary>
    /// After how many seconds a new one is looked at whatever happens: consent may be withdrawn between the decision
    /// and its being written down here, which takes less than that.
    /// </summary>
    public const int LookAfterSeconds = 60;

    /// <summary>Adds what somebody relies on; what is known already is looked at again all the same.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="reliances">Who relies, and on what.</param>
    /// <param name="since">Since when they do; null for now.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task AddAsync(
        StreamTransaction change,
        IReadOnlyCollection<Reliance> reliances,
        Instant? since,
        CancellationToken cancellation
    )
    {
        // One order for all who write at the same time.
        var all = reliances
            .GroupBy(one => one.Key)
            .Select(one => new Reliance(one.Key, one.SelectMany(each => each.Concerned).ToHashSet()))
            .OrderBy(one => one.Key.Video.Creator.Value, StringComparer.Ordinal)
            .ThenBy(one => one.Key.Video.Video.Value, StringComparer.Ordinal)
            .ThenBy(one => one.Key.Purpose)
            .ThenBy(one => one.Key.Requester.Value, StringComparer.Ordinal)
            .ToList();
        await change.WriteAsync(
            $"""
            INSERT INTO consent.reliance (owner, video, purpose, requester, since, check_at)
            SELECT n.owner, n.video, n.purpose, n.requester, coalesce(@since, clock_timestamp()),
                clock_timestamp() + interval '{LookAfterSeconds} s'
            FROM unnest(@owners, @videos, @purposes, @requesters) AS n(owner, video, purpose, requester)
            ON CONFLICT (owner, video, purpose, requester) DO UPDATE
                SET check_at = least(reliance.check_at, excluded.check_at)
            """,
            all,
            (parameters, part) =>
            {
                Bind(parameters, part, one => one.Key);
                parameters.Add(
                    new("since", NpgsqlTypes.NpgsqlDbType.TimestampTz)
                    {
                        Value = (object?)since?.ToDateTime() ?? DBNull.Value,
                    }
                );
            },
            cancellation
        );
        await AddConcernsAsync(change, all, cancellation);
    }

    /// <summary>Adds who decides on what somebody relies on.</summary>
    public static Task AddConcernsAsync(
        StreamTransaction change,
        IReadOnlyCollection<Reliance> reliances,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            INSERT INTO consent.reliance_concern (creator, owner, video, purpose, requester)
            SELECT * FROM unnest(@creators, @owners, @videos, @purposes, @requesters) ON CONFLICT DO NOTHING
            """,
            [
                .. reliances
                    .SelectMany(one => one.Concerned.Select(creator => (creator.Value, one.Key)))
                    .OrderBy(one => one.Value, StringComparer.Ordinal),
            ],
            (parameters, part) =>
            {
                parameters.AddWithValue("creators", part.Select(one => one.Value).ToArray());
                Bind(parameters, part, one => one.Key);
            },
            cancellation
        );

    /// <summary>
    /// What others rely on a creator for: the next ones after a place, in the order of video, purpose and requester.
    /// </summary>
    public static async Task<List<RelianceKey>> ListAsync(
        StreamTransaction change,
        CreatorId creator,
        RelianceKey? after,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT owner, video, purpose, requester FROM consent.reliance_concern
            WHERE creator = @creator AND (owner, video, purpose, requester) > (@owner, @video, @purpose, @requester)
            ORDER BY owner, video, purpose, requester LIMIT @limit
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("owner", after?.Video.Creator.Value ?? "");
        command.Parameters.AddWithValue("video", after?.Video.Video.Value ?? "");
        command.Parameters.AddWithValue("purpose", after?.Purpose.Name ?? "");
        command.Parameters.AddWithValue("requester", after?.Requester.Value ?? "");
        command.Parameters.AddWithValue("limit", limit);
        var found = new List<RelianceKey>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader, 0));
        return found;
    }

    /// <summary>
    /// The grants that were given for what these rely on and do not answer any more: spent, revoked or expired. Whoever
    /// gave them.
    /// </summary>
    public static async Task<List<(CreatorId Creator, StoredGrant Grant)>> ListEndedGrantsAsync(
        StreamTransaction change,
        IReadOnlyCollection<RelianceKey> keys,
        CancellationToken cancellation
    )
    {
        var grants = new List<(CreatorId, StoredGrant)>();
        if (keys.Count == 0)
            return grants;
        await using var command = change.Command(
            $"""
            SELECT {GrantColumns.All}, creator FROM consent.consent_grant
            WHERE (used_owner, used_video, requester) IN (SELECT * FROM unnest(@owners, @videos, @requesters))
                AND (state <> 'standing' OR expires_at <= clock_timestamp())
            """
        );
        command.Parameters.AddWithValue("owners", keys.Select(key => key.Video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", keys.Select(key => key.Video.Video.Value).ToArray());
        command.Parameters.AddWithValue("requesters", keys.Select(key => key.Requester.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            grants.Add((CreatorId.Parse(reader.GetString(GrantColumns.Count)), GrantColumns.Read(reader, 0)));
        return grants;
    }

    /// <summary>The reliance of a reader's row, from a column on.</summary>
    public static RelianceKey Read(Npgsql.NpgsqlDataReader reader, int at) =>
        new(
            new(CreatorId.Parse(reader.GetString(at)), VideoId.Parse(reader.GetString(at + 1))),
            Purpose.Parse(reader.GetString(at + 2)),
            Requester.Parse(reader.GetString(at + 3))
        );

    /// <summary>Binds the four columns that name reliances.</summary>
    public static void Bind<T>(
        Npgsql.NpgsqlParameterCollection parameters,
        IReadOnlyCollection<T> rows,
        Func<T, RelianceKey> keyOf
    )
    {
        parameters.AddWithValue("owners", rows.Select(one => keyOf(one).Video.Creator.Value).ToArray());
        parameters.AddWithValue("videos", rows.Select(one => keyOf(one).Video.Video.Value).ToArray());
        parameters.AddWithValue("purposes", rows.Select(one => keyOf(one).Purpose.Name).ToArray());
        parameters.AddWithValue("requesters", rows.Select(one => keyOf(one).Requester.Value).ToArray());
    }
}
