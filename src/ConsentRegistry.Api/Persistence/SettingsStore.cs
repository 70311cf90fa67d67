using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>What stands when a change of settings is planned.</summary>
/// <param name="Defaults">All defaults that allow or ask, and those that the changes name.</param>
/// <param name="Overrides">The overrides that the changes name.</param>
/// <param name="Vocabulary">The vocabulary.</param>
/// <param name="NamedOverrides">
/// Of each video for which the changes allow or ask a named requester, how many such overrides stand.
/// </param>
/// <param name="Grants">The grants that stand, where they were asked for.</param>
internal sealed record KnownSettings(
    Dictionary<DefaultKey, DefaultSetting> Defaults,
    Dictionary<OverrideKey, OverrideSetting> Overrides,
    Vocabulary Vocabulary,
    Dictionary<VideoKey, int> NamedOverrides,
    IReadOnlyList<StoredGrant> Grants
);

/// <summary>Reads and writes one creator's settings.</summary>
internal static class SettingsStore
{
    /// <summary>The columns of an override <c>o</c>, as <see cref="OverrideColumnsOf"/> reads them.</summary>
    public const string OverrideColumns =
        "o.owner, o.video, o.purpose, o.requester, o.effect, o.conditions, o.expires_at, o.vocabulary_version, "
        + "o.version, o.changed_at";

    public static async Task<Dictionary<DefaultKey, DefaultSetting>> ReadDefaultsAsync(
        RegistryContext db,
        CreatorId creator,
        CancellationToken cancellation
    ) =>
        await ListQueries
            .Defaults(db, creator.Value)
            .ToDictionaryAsync(
                row => new DefaultKey(Purpose.Parse(row.Purpose), Named(row.Requester)),
                row => SegmentsJson.Read(row.Segments),
                cancellationToken: cancellation
            );

    /// <summary>What a change of settings has to know, read in one round trip.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="creator">Whose settings are changed.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="grantsAt">The moment at which grants stand; null to read none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<KnownSettings> ReadKnownAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<SettingChange> changes,
        Instant? grantsAt,
        CancellationToken cancellation
    )
    {
        var keys = changes
            .Where(wanted => wanted.Key.Video is not null)
            .Select(wanted => wanted.Key.ToOverride())
            .Distinct()
            .ToArray();
        var counted = changes
            .Where(wanted =>
                wanted is SetSetting { Effect: not Effect.Deny, Key: { Requester: not null, Video: not null } }
            )
            .Select(wanted => wanted.Key.Video!.Value)
            .Distinct()
            .ToArray();
        var defaults = new Dictionary<DefaultKey, DefaultSetting>();
        var overrides = new Dictionary<OverrideKey, OverrideSetting>();
        var named = new Dictionary<VideoKey, int>();
        await using var batch = change.Batch();
        batch.BatchCommands.Add(DefaultsToKnow(creator, changes));
        batch.BatchCommands.Add(VocabularyStore.Read());
        if (keys.Length > 0)
            batch.BatchCommands.Add(OverridesNamed(creator, keys));
        if (counted.Length > 0)
            batch.BatchCommands.Add(NamedOverridesOf(creator, counted));
        if (grantsAt is { } at)
            batch.BatchCommands.Add(GrantStore.Standing(creator, at));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var key = new DefaultKey(Purpose.Parse(reader.GetString(0)), Named(reader.GetString(1)));
            defaults.Add(key, SegmentsJson.Read(reader.GetString(2)));
        }
        await reader.NextResultAsync(cancellation);
        var vocabulary = await VocabularyStore.ReadAsync(reader, cancellation);
        if (keys.Length > 0)
        {
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                overrides.Add(OverrideColumnsOf.Key(reader, 0), OverrideColumnsOf.Setting(reader, 4));
        }
        if (counted.Length > 0)
        {
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var video = new VideoKey(CreatorId.Parse(reader.GetString(0)), VideoId.Parse(reader.GetString(1)));
                named.Add(video, (int)reader.GetInt64(2));
            }
        }
        var grants = new List<StoredGrant>();
        if (grantsAt is not null && await reader.NextResultAsync(cancellation))
            grants = await GrantStore.ReadAsync(reader, cancellation);
        return new(defaults, overrides, vocabulary, named, grants);
    }

    // All defaults that allow or ask, and what the changes name. Of denies there may be any number. A default with a
    // deny and something else has more than one segment: a deny replaces all others (R3).
    private static NpgsqlBatchCommand DefaultsToKnow(CreatorId creator, IEnumerable<SettingChange> changes)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT d.purpose, d.requester, d.segments::text FROM consent.creator_default d
            WHERE d.creator = @creator AND (jsonb_array_length(d.segments) > 1 OR d.segments->0->>'effect' <> @deny
                OR (d.purpose, d.requester) IN (SELECT * FROM unnest(@purposes, @requesters)))
            ORDER BY d.purpose, d.requester
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("deny", Effect.Deny.Word());
        Bind(
            command.Parameters,
            [.. changes.Where(wanted => wanted.Key.Video is null).Select(wanted => wanted.Key.ToDefault())]
        );
        return command;
    }

    private static NpgsqlBatchCommand OverridesNamed(CreatorId creator, OverrideKey[] keys)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            SELECT {OverrideColumns} FROM consent.video_override o
            JOIN unnest(@owners, @videos, @purposes, @requesters) AS k(owner, video, purpose, requester)
                USING (owner, video, purpose, requester)
            WHERE o.creator = @creator
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        Bind(command.Parameters, keys);
        return command;
    }

    private static NpgsqlBatchCommand NamedOverridesOf(CreatorId creator, VideoKey[] videos)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT o.owner, o.video, count(*) FROM consent.video_override o
            JOIN unnest(@owners, @videos) AS k(owner, video) USING (owner, video)
            WHERE o.creator = @creator AND o.requester <> '' AND o.effect <> @deny
            GROUP BY o.owner, o.video
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("deny", Effect.Deny.Word());
        command.Parameters.AddWithValue("owners", videos.Select(video => video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", videos.Select(video => video.Video.Value).ToArray());
        return command;
    }

    /// <summary>
    /// Shows a plan every override that can be an exception to its asks and denies, without keeping them.
    /// </summary>
    public static async Task ConsiderOverridesAsync(
        StreamTransaction change,
        CreatorId creator,
        SettingsPlan plan,
        Vocabulary vocabulary,
        CancellationToken cancellation
    )
    {
        var ofDefaults = plan.Restrictions.Where(restriction => restriction.Key.Video is null).ToList();
        var ofVideos = plan
            .Restrictions.Select(restriction => restriction.Key.Video)
            .OfType<VideoKey>()
            .Distinct()
            .ToArray();
        await using var command = change.Command(
            $"""
            SELECT {OverrideColumns} FROM consent.video_override o
            WHERE o.creator = @creator AND o.effect <> 'deny'
              AND (o.purpose = ANY(@purposes) OR (o.owner, o.video) IN (SELECT * FROM unnest(@owners, @videos)))
            ORDER BY o.owner, o.video, o.purpose, o.requester
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue(
            "purposes",
            ofDefaults
                .SelectMany(restriction => AtOrBelow(restriction.Key.Purpose, vocabulary))
                .Distinct(StringComparer.Ordinal)
                .ToArray()
        );
        command.Parameters.AddWithValue("owners", ofVideos.Select(video => video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", ofVideos.Select(video => video.Video.Value).ToArray());
        await foreach (var (key, setting) in ReadAsync(command, cancellation))
            plan.Consider(key, setting);
    }

    /// <summary>Has what a plan alters written with the end of the change.</summary>
    public static void Write(StreamTransaction change, CreatorId creator, SettingsPlan plan)
    {
        Put(
            change,
            creator,
            [.. plan.Defaults.Where(one => one.After is not null).Select(one => (one.Key, one.After!))]
        );
        change.Defer(
            """
            DELETE FROM consent.creator_default d USING unnest(@purposes, @requesters) AS n(purpose, requester)
            WHERE d.creator = @creator AND d.purpose = n.purpose AND d.requester = n.requester
            """,
            plan.Defaults.Where(altered => altered.After is null).ToList(),
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                Bind(parameters, [.. part.Select(altered => altered.Key)]);
            }
        );
        Put(
            change,
            creator,
            [.. plan.Overrides.Where(one => one.After is not null).Select(one => (one.Key, one.After!))]
        );
        change.Defer(
            """
            DELETE FROM consent.video_override o
                USING unnest(@owners, @videos, @purposes, @requesters) AS n(owner, video, purpose, requester)
            WHERE o.creator = @creator AND o.owner = n.owner AND o.video = n.video AND o.purpose = n.purpose
                AND o.requester = n.requester
            """,
            plan.Overrides.Where(altered => altered.After is null).ToList(),
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                Bind(parameters, [.. part.Select(altered => altered.Key)]);
            }
        );
    }

    /// <summary>Has defaults of a creator written with the end of the change.</summary>
    public static void Put(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<(DefaultKey Key, DefaultSetting Setting)> settings
    ) =>
        change.Defer(
            """
            INSERT INTO consent.creator_default (creator, purpose, requester, segments)
            SELECT @creator, n.purpose, n.requester, n.segments::jsonb
                FROM unnest(@purposes, @requesters, @segments) AS n(purpose, requester, segments)
            ON CONFLICT (creator, purpose, requester) DO UPDATE SET segments = excluded.segments
            """,
            settings,
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                Bind(parameters, [.. part.Select(altered => altered.Key)]);
                parameters.AddWithValue(
                    "segments",
                    part.Select(altered => SegmentsJson.Write(altered.Setting)).ToArray()
                );
            }
        );

    /// <summary>Has overrides of a creator written with the end of the change.</summary>
    public static void Put(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<(OverrideKey Key, OverrideSetting Setting)> settings
    ) =>
        change.Defer(
            """
            INSERT INTO consent.video_override
                (creator, owner, video, purpose, requester, effect, conditions, expires_at, vocabulary_version, version, changed_at)
            SELECT @creator, n.owner, n.video, n.purpose, n.requester, n.effect, string_to_array(n.conditions, ','),
                n.expires_at, n.vocabulary_version,
                n.version, n.changed_at
            FROM unnest(@owners, @videos, @purposes, @requesters, @effects, @conditions, @expiries, @vocabularies,
                @versions, @times)
                AS n(owner, video, purpose, requester, effect, conditions, expires_at, vocabulary_version, version, changed_at)
            ON CONFLICT (creator, owner, video, purpose, requester) DO UPDATE SET
                effect = excluded.effect, conditions = excluded.conditions, expires_at = excluded.expires_at,
                vocabulary_version = excluded.vocabulary_version, version = excluded.version, changed_at = excluded.changed_at
            """,
            settings,
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                Bind(parameters, [.. part.Select(altered => altered.Key)]);
                parameters.AddWithValue(
                    "effects",
                    part.Select(altered => altered.Setting.Choice.Effect.Word()).ToArray()
                );
                parameters.AddWithValue(
                    "conditions",
                    part.Select(altered => string.Join(',', altered.Setting.Choice.Conditions.Words())).ToArray()
                );
                parameters.Add(
                    TimestampArray.Parameter("expiries", part.Select(altered => altered.Setting.Choice.ExpiresAt))
                );
                parameters.AddWithValue(
                    "vocabularies",
                    part.Select(altered => altered.Setting.Choice.VocabularyVersion).ToArray()
                );
                parameters.AddWithValue("versions", part.Select(altered => altered.Setting.Stamp.Version).ToArray());
                parameters.AddWithValue(
                    "times",
                    part.Select(altered => altered.Setting.Stamp.At.ToDateTime()).ToArray()
                );
            }
        );

    /// <summary>The creator's stop that stands; null if none does.</summary>
    public static async Task<Stop?> ReadLockdownAsync(
        StreamTransaction change,
        CreatorId creator,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT lockdown_purposes, lockdown_version, lockdown_at FROM consent.creator WHERE id = @id"
        );
        command.Parameters.AddWithValue("id", creator.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? StopColumns.Read(reader, 0) : null;
    }

    /// <summary>Writes the stop of a locked stream; null lifts it.</summary>
    public static async Task WriteAsync(
        StreamTransaction change,
        LockedStream stream,
        StopKind kind,
        Stop? stop,
        CancellationToken cancellation
    )
    {
        var name = kind.Word();
        await using var command = change.Command(
            $"UPDATE consent.creator SET {name}_purposes = @purposes, {name}_version = @version, {name}_at = @at "
                + "WHERE id = @id"
        );
        command.Parameters.AddWithValue("id", stream.Id.Name);
        StopColumns.Bind(command.Parameters, stop);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>An override as its row holds it.</summary>
    public static (OverrideKey Key, OverrideSetting Setting) ReadOverride(OverrideRow row) =>
        (
            new(
                new(CreatorId.Parse(row.Owner), VideoId.Parse(row.Video)),
                Purpose.Parse(row.Purpose),
                Named(row.Requester)
            ),
            new(
                Choices.Read(row.Effect, row.Conditions, row.ExpiresAt, row.VocabularyVersion),
                new(row.Version, row.ChangedAt)
            )
        );

    /// <summary>The requester of a row; null where the row says '' for anybody.</summary>
    public static Requester? Named(string requester) => requester.Length == 0 ? null : Requester.Parse(requester);

    private static IEnumerable<string> AtOrBelow(Purpose purpose, Vocabulary vocabulary) =>
        vocabulary
            .Purposes.Select(definition => definition.Purpose)
            .Where(other => other.IsAtOrBelow(purpose))
            .Select(other => other.Name);

    private static void Bind(NpgsqlParameterCollection parameters, DefaultKey[] keys)
    {
        parameters.AddWithValue("purposes", keys.Select(key => key.Purpose.Name).ToArray());
        parameters.AddWithValue("requesters", keys.Select(key => key.Requester?.Value ?? "").ToArray());
    }

    private static void Bind(NpgsqlParameterCollection parameters, OverrideKey[] keys)
    {
        parameters.AddWithValue("owners", keys.Select(key => key.Video.Creator.Value).ToArray());
        parameters.AddWithValue("videos", keys.Select(key => key.Video.Video.Value).ToArray());
        Bind(parameters, [.. keys.Select(key => new DefaultKey(key.Purpose, key.Requester))]);
    }

    private static async IAsyncEnumerable<(OverrideKey Key, OverrideSetting Setting)> ReadAsync(
        NpgsqlCommand command,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return (OverrideColumnsOf.Key(reader, 0), OverrideColumnsOf.Setting(reader, 4));
    }
}

/// <summary>The columns of an override, wherever a statement lists them.</summary>
internal static class OverrideColumnsOf
{
    /// <summary>owner, video, purpose, requester.</summary>
    public static OverrideKey Key(NpgsqlDataReader reader, int at) =>
        new(
            new(CreatorId.Parse(reader.GetString(at)), VideoId.Parse(reader.GetString(at + 1))),
            Purpose.Parse(reader.GetString(at + 2)),
            SettingsStore.Named(reader.GetString(at + 3))
        );

    /// <summary>effect, conditions, expires_at, vocabulary_version, version, changed_at.</summary>
    public static OverrideSetting Setting(NpgsqlDataReader reader, int at) =>
        new(
            Choices.Read(
                reader.GetString(at),
                reader.GetFieldValue<string[]>(at + 1),
                reader.IsDBNull(at + 2) ? null : Instant.From(reader.GetDateTime(at + 2)),
                reader.GetInt32(at + 3)
            ),
            new(reader.GetInt64(at + 4), Instant.From(reader.GetDateTime(at + 5)))
        );
}
