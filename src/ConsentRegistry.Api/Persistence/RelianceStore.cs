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
    /// After how many seconds a new one is looked at whatever happens: consent may be withdrawn between the decision and its being written down here, which
    /// takes less than that.
    /// </summary>
    public const int LookAfterSeconds = 60;

    /// <summary>Adds what somebody relies on; what is known already is looked at again all the same.</summary>
    public static async Task AddAsync(Change change, IReadOnlyCollection<Reliance> reliances, CancellationToken cancellation)
    {
        // One order for all who write at the same time.
        var all = reliances.GroupBy(one => one.Key)
            .Select(one => new Reliance(one.Key, one.SelectMany(each => each.Concerned).ToHashSet()))
            .OrderBy(one => one.Key.Video.Creator.Value, StringComparer.Ordinal).ThenBy(one => one.Key.Video.Video.Value, StringComparer.Ordinal)
            .ThenBy(one => one.Key.Purpose).ThenBy(one => one.Key.Requester.Value, StringComparer.Ordinal)
            .ToList();
        await change.WriteAsync(
            $"""
            INSERT INTO consent.reliance (owner, video, purpose, requester, check_at)
            SELECT n.owner, n.video, n.purpose, n.requester, clock_timestamp() + interval '{LookAfterSeconds} s'
            FROM unnest(@owners, @videos, @purposes, @requesters) AS n(owner, video, purpose, requester)
            ON CONFLICT (owner, video, purpose, requester) DO UPDATE SET check_at = least(reliance.check_at, excluded.check_at)
            """,
            all,
            (parameters, part) => Bind(parameters, part, one => one.Key),
            cancellation);
        await AddConcernsAsync(change, all, cancellation);
    }

    /// <summary>Adds who decides on what somebody relies on.</summary>
    public static Task AddConcernsAsync(Change change, IReadOnlyCollection<Reliance> reliances, CancellationToken cancellation) => change.WriteAsync(
        """
        INSERT INTO consent.reliance_concern (creator, owner, video, purpose, requester)
        SELECT * FROM unnest(@creators, @owners, @videos, @purposes, @requesters) ON CONFLICT DO NOTHING
        """,
        [.. reliances.SelectMany(one => one.Concerned.Select(creator => (creator.Value, one.Key))).OrderBy(one => one.Value, StringComparer.Ordinal)],
        (parameters, part) =>
        {
            parameters.AddWithValue("creators", part.Select(one => one.Value).ToArray());
            Bind(parameters, part, one => one.Key);
        },
        cancellation);

    /// <summary>Binds the four columns that name reliances.</summary>
    public static void Bind<T>(Npgsql.NpgsqlParameterCollection parameters, IReadOnlyCollection<T> rows, Func<T, RelianceKey> keyOf)
    {
        parameters.AddWithValue("owners", rows.Select(one => keyOf(one).Video.Creator.Value).ToArray());
        parameters.AddWithValue("videos", rows.Select(one => keyOf(one).Video.Video.Value).ToArray());
        parameters.AddWithValue("purposes", rows.Select(one => keyOf(one).Purpose.Name).ToArray());
        parameters.AddWithValue("requesters", rows.Select(one => keyOf(one).Requester.Value).ToArray());
    }
}
