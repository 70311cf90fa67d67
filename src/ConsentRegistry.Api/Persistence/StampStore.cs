using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A record that an answer speaks of, and the version that it carried then.</summary>
/// <param name="Type">What events call it: one of <see cref="EventType"/>.</param>
/// <param name="Stream">The name of its stream.</param>
/// <param name="Key">
/// The members of its key in events, joined by slashes, which none of them has; one that is null is empty.
/// </param>
/// <param name="Version">The version of the stream that last altered it; null where it was not set.</param>
internal sealed record StampedRecord(string Type, string Stream, string Key, long? Version)
{
    private const string NotSet = "-";

    /// <summary>The record; null for one that is never altered again, so that nothing of it can be outdated.</summary>
    public static StampedRecord? From(StreamId stream, RecordChange record, long? version) =>
        StampStore.Unalterable.Contains(record.Type)
            ? null
            : new(record.Type, stream.Name, string.Join('/', Leaves(record.Key)), version);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static StampedRecord Parse(string text)
    {
        var parts = text.Split(' ');
        return new(
            parts[0],
            parts[1],
            parts[2],
            parts[3] == NotSet ? null : long.Parse(parts[3], CultureInfo.InvariantCulture)
        );
    }

    /// <summary>As one text: no part has a blank.</summary>
    public override string ToString() =>
        $"{Type} {Stream} {Key} {Version?.ToString(CultureInfo.InvariantCulture) ?? NotSet}";

    private static IEnumerable<string> Leaves(JsonNode? node) =>
        node is JsonObject members
            ? members.SelectMany(member => Leaves(member.Value))
            : [node?.GetValue<string>() ?? ""];
}

/// <summary>What became of the records that an answer speaks of.</summary>
/// <param name="IsSuperseded">Whether one of them carries another version now, or its creator was erased.</param>
/// <param name="Versions">The versions at which their streams stand now, by name.</param>
/// <param name="Xids">The transactions that last changed those streams.</param>
internal sealed record StampedNow(bool IsSuperseded, IReadOnlyDictionary<string, long> Versions, ulong[] Xids)
{
    public static readonly StampedNow Unchanged = new(false, new Dictionary<string, long>(StringComparer.Ordinal), []);
}

/// <summary>Reads the versions that records carry.</summary>
internal static class StampStore
{
    /// <summary>Types of records that are written once and never altered again.</summary>
    public static readonly FrozenSet<string> Unalterable = FrozenSet.ToFrozenSet(
        [EventType.PurposeRegistered, EventType.UseRecorded, EventType.CreatorErased],
        StringComparer.Ordinal
    );

    private const string OfGrant = "SELECT g.version FROM consent.consent_grant g WHERE g.id = n.key::uuid";

    /// <summary>For each other type, the version that the record <c>n</c> carries now.</summary>
    public static readonly FrozenDictionary<string, string> Versions = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        [EventType.DefaultChanged] = """
            SELECT (SELECT max((segment ->> 'version')::bigint) FROM jsonb_array_elements(d.segments) AS segment)
            FROM consent.creator_default d
            WHERE d.creator = n.stream AND d.purpose = split_part(n.key, '/', 1)
                AND d.requester = split_part(n.key, '/', 2)
            """,
        [EventType.OverrideChanged] = """
            SELECT o.version FROM consent.video_override o
            WHERE o.creator = n.stream AND o.purpose = split_part(n.key, '/', 1)
                AND o.requester = split_part(n.key, '/', 2)
                AND o.owner = split_part(n.key, '/', 3) AND o.video = split_part(n.key, '/', 4)
            """,
        [EventType.LockdownChanged] = "SELECT c.lockdown_version FROM consent.creator c WHERE c.id = n.stream",
        [EventType.HoldChanged] = "SELECT c.hold_version FROM consent.creator c WHERE c.id = n.stream",
        [EventType.VideoRegistered] = """
            SELECT v.version FROM consent.video v
            WHERE v.owner = split_part(n.key, '/', 1) AND v.video = split_part(n.key, '/', 2)
            """,
        [EventType.ApprovalChanged] =
            "SELECT p.version FROM consent.approval_part p WHERE p.creator = n.stream AND p.request = n.key::uuid",
        [EventType.GrantGiven] = OfGrant,
        [EventType.GrantRevoked] = OfGrant,
        [EventType.GrantSpent] = OfGrant,
        [EventType.AskingChanged] =
            "SELECT b.version FROM consent.asking_block b WHERE b.creator = n.stream AND b.requester = n.key",
        [EventType.RecallChanged] = "SELECT r.version FROM consent.recall r WHERE r.id = n.key::uuid",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The records with the versions that they carry now.</summary>
    public static async Task<IReadOnlyList<StampedRecord>> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StampedRecord> records,
        CancellationToken cancellation
    )
    {
        var now = new List<StampedRecord>(records.Count);
        foreach (var group in records.GroupBy(record => record.Type, StringComparer.Ordinal))
        {
            var ofType = group.ToList();
            await using var command = Command(
                $"""
                SELECT n.place::integer, ({Versions[group.Key]})
                FROM unnest(@streams, @keys) WITH ORDINALITY AS n(stream, key, place)
                """,
                connection,
                ofType
            );
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                now.Add(
                    ofType[reader.GetInt32(0) - 1] with
                    {
                        Version = reader.IsDBNull(1) ? null : reader.GetInt64(1),
                    }
                );
        }
        return now;
    }

    /// <summary>What became of records since an answer spoke of them.</summary>
    public static async Task<StampedNow> CompareAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StampedRecord> records,
        CancellationToken cancellation
    )
    {
        if (records.Count == 0)
            return StampedNow.Unchanged;
        var isSuperseded = !(await ReadAsync(connection, records, cancellation)).ToHashSet().SetEquals(records);
        var (versions, xids) = (new Dictionary<string, long>(StringComparer.Ordinal), new HashSet<ulong>());
        await using var command = new NpgsqlCommand(
            "SELECT id, version, changed_xid, erased_at IS NOT NULL FROM consent.creator WHERE id = ANY(@streams)",
            connection
        );
        command.Parameters.AddWithValue(
            "streams",
            records.Select(record => record.Stream).Distinct(StringComparer.Ordinal).ToArray()
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            versions.Add(reader.GetString(0), reader.GetInt64(1));
            xids.Add(reader.GetFieldValue<ulong>(2));
            isSuperseded |= reader.GetBoolean(3);
        }
        return new(isSuperseded, versions, [.. xids]);
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, List<StampedRecord> records) =>
        new(sql, connection)
        {
            Parameters =
            {
                new("streams", NpgsqlDbType.Array | NpgsqlDbType.Text)
                {
                    Value = records.Select(record => record.Stream).ToArray(),
                },
                new("keys", NpgsqlDbType.Array | NpgsqlDbType.Text)
                {
                    Value = records.Select(record => record.Key).ToArray(),
                },
            },
        };
}
