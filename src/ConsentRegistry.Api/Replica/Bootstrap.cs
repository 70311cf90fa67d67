using System.Data;
using System.Runtime;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Loads memory from one snapshot: what stands, how far every stream is, and where the log is. From there on it follows
/// the log alone. One node loads at a time, so that a restart of all of them does not ask for everything at once.
/// </summary>
internal sealed partial class Bootstrap(
    Database database,
    IdentifierKeys identifierKeys,
    IntegrityKeys keys,
    IntegrityMetrics integrity,
    ILoggerFactory loggers,
    ILogger<Bootstrap> logger
)
{
    /// <summary>What a node holds that loads: any number that nothing else in this database locks by.</summary>
    public const long LoadingLock = 0x434F4E53454E54;

    /// <summary>
    /// How long to wait for other nodes that load: they may hang, and loading beside them does no harm.
    /// </summary>
    private const int WaitSeconds = 60;

    /// <summary>How long the database may take for one statement of loading.</summary>
    private const int LoadSeconds = 600;

    /// <summary>With fewer records there is nothing worth compacting.</summary>
    private const int WorthCompacting = 100_000;

    /// <summary>Loads.</summary>
    /// <returns>What follows the log from there on, and the memory that it alters.</returns>
    public async Task<(FactMemory Memory, Follower Follower)> LoadAsync(CancellationToken cancellation)
    {
        var started = BootClock.Now;
        await using var connection = await database.Replica.OpenConnectionAsync(cancellation);
        var isAlone = await TryLockAsync(connection, cancellation);
        try
        {
            var timeline = await ReadTimelineAsync(connection, cancellation);
            database.Followed.Require(timeline);
            // Where the server was promoted since anybody loaded from it, this is confirmed: it is the primary.
            await ServerIdentity.EnsureAsync(connection, database.RequiresStandby, cancellation);
            database.Followed.Follow(timeline);
            var memory = new FactMemory(identifierKeys.All);
            await using var transaction = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead,
                cancellation
            );
            var (server, position, anchor) = await ReadPositionAsync(connection, cancellation);
            var vocabulary = await VocabularyStore.ReadAsync(connection, cancellation);
            if (!await VocabularyStore.IsSealedAsync(connection, keys, vocabulary, cancellation))
            {
                integrity.Found(IntegrityMetrics.Stream);
                throw new MemoryLostException("The vocabulary is not what its seal says.");
            }
            memory.Load(vocabulary);
            var seals = new SealCheck(keys);
            memory.Expect(
                await EstimateAsync(connection, "consent.creator", cancellation),
                await EstimateAsync(connection, "consent.video", cancellation),
                await EstimateIdentifiersAsync(connection, cancellation)
            );
            var editor = new FactEditor(
                memory.Hasher,
                memory.Names,
                memory.Overflow,
                new LoadingStore(memory),
                memory.Vocabulary,
                Instant.Beginning
            );
            await LoadStreamsAsync(connection, memory.Hasher, seals, editor, cancellation);
            await LoadDefaultsAsync(connection, memory.Hasher, seals, editor, cancellation);
            await LoadVideosAsync(connection, memory.Hasher, seals, editor, cancellation);
            await LoadErasedIdentifiersAsync(connection, memory.Hasher, seals, editor, cancellation);
            await LoadOverridesAsync(connection, memory.Hasher, memory.Vocabulary, seals, editor, cancellation);
            await LoadGrantsAsync(connection, memory.Hasher, seals, editor, cancellation);
            var unsealed = await FindWrongAsync(connection, memory.Hasher, seals, cancellation);
            var difference = await new LogComparison(connection, keys, LoadSeconds).CompareAsync(cancellation);
            var (setBack, forked) = difference;
            // Nothing is answered about them until the tables have the version that the log has.
            foreach (var (creator, version) in setBack)
                editor.Reach(creator, version);
            var distrusted = unsealed.Union(setBack.Keys).Union(forked).ToList();
            foreach (var creator in distrusted)
                editor.Doubt(creator);
            await transaction.CommitAsync(cancellation);
            if (memory.VideoCount > WorthCompacting)
            {
                Compact();
                memory.Settle();
            }
            LogLoaded(memory.CreatorCount, memory.VideoCount, (long)BootClock.Since(started).TotalMilliseconds);
            if (unsealed.Count > 0)
                LogUnsealed(unsealed.Count);
            if (setBack.Count + forked.Count > 0)
                LogSetBack(setBack.Keys.Union(forked).Count());
            integrity.Found(IntegrityMetrics.Stream, distrusted.Count);
            return (
                memory,
                new(
                    memory,
                    server,
                    position,
                    anchor,
                    difference.Waiting,
                    distrusted,
                    forked,
                    loggers.CreateLogger<Follower>()
                )
            );
        }
        finally
        {
            if (isAlone && connection.State == ConnectionState.Open)
            {
                await using var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection)
                {
                    Parameters = { new() { Value = LoadingLock } },
                };
                await unlock.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var command = new NpgsqlCommand(
                $"SET lock_timeout = '{WaitSeconds}s'; SELECT pg_advisory_lock({LoadingLock}); RESET lock_timeout",
                connection
            )
            {
                CommandTimeout = 2 * WaitSeconds,
            };
            await command.ExecuteNonQueryAsync(cancellation);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<ServerTimeline> ReadTimelineAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand($"SELECT {ServerTimeline.Columns}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return ServerTimeline.Read(reader, 0);
    }

    private static async Task<(ServerIdentity Server, long Position, Guid Anchor)> ReadPositionAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {ServerIdentity.Column}, h.seq, h.event_id
            FROM (VALUES (1)) AS one LEFT JOIN (SELECT seq, event_id FROM consent.history ORDER BY seq DESC
                LIMIT 1) AS h ON true
            """,
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (
            ServerIdentity.Read(reader, 0) ?? throw new MemoryLostException("The server was promoted meanwhile."),
            reader.IsDBNull(1) ? -1 : reader.GetInt64(1),
            reader.IsDBNull(2) ? default : reader.GetGuid(2)
        );
    }

    // As good as the last analysis of the table; none if there was none.
    private static async Task<long> EstimateAsync(
        NpgsqlConnection connection,
        string table,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = $1::regclass",
            connection
        )
        {
            Parameters = { new() { Value = table } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task LoadStreamsAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        await using var rows = await CopyRows.OpenAsync(
            connection,
            """
            SELECT id, version, head, erased_at, array_to_string(hold_purposes, '/'), hold_version, hold_at,
                array_to_string(lockdown_purposes, '/'), lockdown_version, lockdown_at, seal_kid, seal
            FROM consent.creator WHERE NOT starts_with(id, '$')
            """,
            12,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
        {
            var id = rows.Text(0);
            // Nobody can ask about a creator of such an id.
            if (!CreatorId.TryParse(id, out var creator))
                continue;
            var row = new StreamRowContent(
                id,
                rows.Int64(1),
                rows.IsNull(2) ? null : rows.Bytes(2).ToArray(),
                rows.IsNull(3) ? null : rows.Time(3),
                StopOf(4),
                StopOf(7)
            );
            seals.Begin(
                hasher.OfCreator(rows.Bytes(0)),
                row,
                rows.IsNull(10) || rows.IsNull(11) ? null : new(rows.Text(10), rows.Bytes(11).ToArray())
            );
            editor.Reach(creator, row.Version);
            if (row.ErasedAt is not null)
                editor.Erase(creator);
            if (row.Hold is { } hold)
                editor.PutStop(creator, StopKind.Hold, hold);
            if (row.Lockdown is { } lockdown)
                editor.PutStop(creator, StopKind.Lockdown, lockdown);
        }

        Stop? StopOf(int at) =>
            rows.IsNull(at + 1)
                ? null
                : StopColumns.ToStop(rows.IsNull(at) ? null : rows.Ids(at), rows.Int64(at + 1), rows.Time(at + 2));
    }

    // Of whoever has a row that cannot be read, nothing is right.
    private static void ReadRow(CopyRows rows, KeyHasher hasher, SealCheck seals, Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (UnreadableRow.Means(e))
        {
            seals.Spoil(hasher.OfCreator(rows.Bytes(0)));
        }
    }

    // Their ids are read once more, which nearly never happens.
    private static async Task<IReadOnlyList<CreatorId>> FindWrongAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        CancellationToken cancellation
    )
    {
        if (!seals.FindsAny)
            return [];
        var wrong = seals.Strangers.ToList();
        await using var rows = await CopyRows.OpenAsync(
            connection,
            "SELECT id FROM consent.creator WHERE NOT starts_with(id, '$')",
            1,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
        {
            if (seals.IsWrong(hasher.OfCreator(rows.Bytes(0))) && CreatorId.TryParse(rows.Text(0), out var creator))
                wrong.Add(creator);
        }
        return wrong;
    }

    private static async Task LoadDefaultsAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        await using var rows = await CopyRows.OpenAsync(
            connection,
            "SELECT creator, purpose, requester, segments::text FROM consent.creator_default",
            4,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
            ReadRow(rows, hasher, seals, Load);

        void Load()
        {
            var key = new DefaultKey(Purpose.Parse(rows.Text(1)), SettingsStore.Named(rows.Text(2)));
            var setting = SegmentsJson.Read(rows.Text(3));
            var creator = hasher.OfCreator(rows.Bytes(0));
            if (seals.CodesOf(creator, rows.Bytes(0)) is { } codes)
                seals.Take(creator, codes.Of(rows.Bytes(0), key, setting));
            editor.PutDefault(CreatorId.Parse(rows.Text(0)), key, setting);
        }
    }

    private static async Task LoadVideosAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        await using var rows = await CopyRows.OpenAsync(
            connection,
            """
            SELECT owner, video, published_at,
                CASE WHEN cardinality(co_creators) > 0 THEN array_to_string(co_creators, '/') END,
                CASE WHEN cardinality(depicted) > 0 THEN array_to_string(depicted, '/') END,
                CASE WHEN cardinality(source_owners) > 0 THEN array_to_string(source_owners, '/') END,
                CASE WHEN cardinality(source_videos) > 0 THEN array_to_string(source_videos, '/') END,
                CASE WHEN cardinality(identifiers) > 0 THEN array_to_string(identifiers, ' ') END
            FROM consent.video
            """,
            8,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
            ReadRow(rows, hasher, seals, Load);

        void Load()
        {
            Instant? publishedAt = rows.IsNull(2) ? null : rows.Time(2);
            var owner = hasher.OfCreator(rows.Bytes(0));
            var video = KeyHasher.OfVideo(owner, rows.Bytes(1));
            if (!rows.IsNull(7))
                LoadIdentifiers(rows, owner, editor);
            var codes = seals.CodesOf(owner, rows.Bytes(0));
            if (rows.IsNull(3) && rows.IsNull(4) && rows.IsNull(5) && rows.IsNull(6))
            {
                if (codes is not null)
                    seals.Take(
                        owner,
                        codes.OfPlainVideo(
                            rows.Bytes(0),
                            rows.Bytes(1),
                            publishedAt,
                            rows.IsNull(7) ? [] : rows.Bytes(7)
                        )
                    );
                editor.PutVideo(owner, video, publishedAt, [], []);
                return;
            }
            var record = VideoStore.RecordOf(
                publishedAt,
                rows.Ids(3),
                rows.Ids(4),
                rows.Ids(5),
                rows.Ids(6),
                rows.IsNull(7) ? null : rows.Text(7).Split(' ')
            );
            if (codes is not null)
                seals.Take(owner, codes.Of(new(CreatorId.Parse(rows.Text(0)), VideoId.Parse(rows.Text(1))), record));
            editor.PutVideo(owner, video, publishedAt, [.. record.Participants], [.. record.Sources]);
        }
    }

    // No identifier has a space.
    private static void LoadIdentifiers(CopyRows rows, in FactKey owner, FactEditor editor)
    {
        var video = IdentifierIndex.NameOf(rows.Bytes(0), rows.Bytes(1));
        var identifiers = rows.Bytes(7);
        foreach (var identifier in identifiers.Split((byte)' '))
            editor.PutIdentifier(owner, identifiers[identifier], video);
    }

    private static async Task LoadErasedIdentifiersAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        await using var rows = await CopyRows.OpenAsync(
            connection,
            "SELECT kid, hash, creator FROM consent.erased_identifier",
            3,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
        {
            var (kid, hash) = (rows.Text(0), IdentifierHash.From(rows.Bytes(1)));
            var creator = hasher.OfCreator(rows.Bytes(2));
            if (seals.CodesOf(creator, rows.Bytes(2)) is { } codes)
                seals.Take(creator, codes.Of(rows.Bytes(2), kid, hash));
            editor.PutErased(new(kid, [hash]));
        }
    }

    // From about a hundredth of the table.
    private static async Task<long> EstimateIdentifiersAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(100 * sum(cardinality(identifiers)), 0)::bigint FROM consent.video TABLESAMPLE SYSTEM (1)",
            connection
        );
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task LoadOverridesAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        Vocabulary vocabulary,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        await using var rows = await CopyRows.OpenAsync(
            connection,
            """
            SELECT creator, owner, video, purpose, requester, effect, CASE WHEN cardinality(conditions) > 0
                THEN array_to_string(conditions, '/') END,
                expires_at, vocabulary_version, version, changed_at
            FROM consent.video_override
            """,
            11,
            cancellation
        );
        while (await rows.ReadAsync(cancellation))
            ReadRow(rows, hasher, seals, Load);

        void Load()
        {
            var creator = hasher.OfCreator(rows.Bytes(0));
            var isOwner = rows.Bytes(0).SequenceEqual(rows.Bytes(1));
            var place = isOwner
                ? KeyHasher.OfVideo(creator, rows.Bytes(2))
                : KeyHasher.OfAppearance(creator, rows.Bytes(1), rows.Bytes(2));
            if (!vocabulary.TryFind(rows.Bytes(3), out var purpose))
                throw new InvalidDataException("An override is for a purpose that the vocabulary does not have.");
            (FactKey Key, Requester Requester)? requester = rows.Bytes(4).IsEmpty
                ? null
                : (hasher.OfRequester(rows.Bytes(4)), Requester.Parse(rows.Text(4)));
            var setting = SettingOf(rows, purpose, requester is not null);
            if (seals.CodesOf(creator, rows.Bytes(0)) is { } codes)
                seals.Take(
                    creator,
                    codes.OfOverride(rows.Bytes(0), rows.Bytes(1), rows.Bytes(2), rows.Bytes(3), rows.Bytes(4), setting)
                );
            editor.PutOverride(creator, place, purpose, requester, setting);
        }
    }

    private static Setting SettingOf(CopyRows rows, PurposeIndex purpose, bool isNamed) =>
        new()
        {
            Scope = Scope.Override,
            Audience = isNamed ? Audience.Requester : Audience.Anybody,
            Purpose = purpose,
            Effect = Wording.TryParse<Effect>(rows.Bytes(5), out var effect)
                ? effect
                : throw new InvalidDataException("An override has an effect that is none."),
            Conditions = ConditionWords.Parse(rows.Ids(6)),
            VocabularyVersion = rows.Int32(8),
            From = Instant.Beginning,
            ExpiresAt = rows.IsNull(7) ? Instant.Never : rows.Time(7),
            Stamp = new(rows.Int64(9), rows.Time(10)),
        };

    private static async Task LoadGrantsAsync(
        NpgsqlConnection connection,
        KeyHasher hasher,
        SealCheck seals,
        FactEditor editor,
        CancellationToken cancellation
    )
    {
        // The transaction's time, and so the snapshot's: what had expired by then answers nothing any more.
        await using var command = new NpgsqlCommand(
            $"SELECT creator, {GrantColumns.All}, now() FROM consent.consent_grant WHERE state = 'standing'",
            connection
        )
        {
            CommandTimeout = LoadSeconds,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var stored = GrantColumns.Read(reader, 1);
            var creator = CreatorId.Parse(reader.GetString(0));
            var (key, id) = (hasher.Of(creator.Value), System.Text.Encoding.UTF8.GetBytes(creator.Value));
            if (seals.CodesOf(key, id) is { } codes)
                seals.Take(key, codes.Of(id, stored.Id, stored.Grant));
            if (stored.Grant.Stands(Instant.From(reader.GetDateTime(GrantColumns.Count + 1))))
                editor.PutGrant(creator, stored.Id, stored.Grant);
        }
    }

    // Growing segments leave holes behind, which would stay.
    private static void Compact()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    [LoggerMessage(
        LogEvents.StreamsUnsealed,
        LogLevel.Critical,
        "The tables hold of {Creators} creators what is not sealed: nothing is answered about them; find out who writes "
            + "to the database, and build their records again from the log",
        EventName = nameof(LogEvents.StreamsUnsealed)
    )]
    private partial void LogUnsealed(int creators);

    [LoggerMessage(
        LogEvents.StreamsSetBack,
        LogLevel.Critical,
        "The tables hold of {Creators} creators another version than the log: nothing is answered about them; find out "
            + "who writes to the database, and build their records again from the log",
        EventName = nameof(LogEvents.StreamsSetBack)
    )]
    private partial void LogSetBack(int creators);

    [LoggerMessage(
        LogEvents.MemoryLoaded,
        LogLevel.Information,
        "Memory is loaded: {Creators} creators, {Videos} videos and appearances, in {Milliseconds} ms",
        EventName = nameof(LogEvents.MemoryLoaded)
    )]
    private partial void LogLoaded(long creators, long videos, long milliseconds);
}
