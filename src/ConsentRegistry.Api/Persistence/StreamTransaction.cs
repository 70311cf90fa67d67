using System.Diagnostics;
using System.Security.Cryptography;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A stream that this transaction has locked, and raised by one version.</summary>
/// <param name="Id">The stream.</param>
/// <param name="Version">The version that the change makes.</param>
/// <param name="SettingsVersion">The settings version before the change.</param>
/// <param name="Tx">The time of the change: after the lock, and later than every change of the stream before.</param>
/// <param name="Head">The hash of the newest leaf; null if this is the first version.</param>
/// <param name="Hold">The operator's stop before the change.</param>
/// <param name="Lockdown">The creator's stop before the change.</param>
/// <param name="ErasedAt">When the creator was erased; null if they were not.</param>
public sealed record LockedStream(
    StreamId Id,
    long Version,
    long SettingsVersion,
    Instant Tx,
    byte[]? Head,
    Stop? Hold,
    Stop? Lockdown,
    Instant? ErasedAt
)
{
    /// <summary>Why nothing changes for a creator who was erased.</summary>
    public static readonly Failure Erased = new(
        FailureCode.CreatorErased,
        "The creator was erased, and nothing changes for them any more; send no changes for this creator."
    );

    /// <summary>What the records that the change alters are stamped with.</summary>
    public Stamp Stamp => new(Version, Tx);
}

/// <summary>
/// The change that one request makes, inside its transaction: locks streams, and appends the events of one version
/// each. What is altered and its events commit together, or neither does.
/// </summary>
public sealed class StreamTransaction(NpgsqlConnection connection, IntegrityKeys keys)
{
    /// <summary>Rows written by one statement: more are split.</summary>
    private const int RowsPerStatement = 10_000;

    /// <summary>Rows that are written in the round trip of the commit.</summary>
    private const int RowsWithCommit = 100;

    private const string Mark = "mark";

    private readonly HashSet<string> consulted = new(StringComparer.Ordinal);
    private readonly HashSet<string> raised = new(StringComparer.Ordinal);
    private readonly HashSet<string> appended = new(StringComparer.Ordinal);
    private readonly List<(Guid Id, Notification Told)> notifications = [];
    private readonly List<(StreamId Stream, RecordChange Record, long? Version)> altered = [];
    private readonly List<(StreamId Stream, RecordChange Record)> confirmed = [];
    private readonly List<Guid> traced = [];
    private readonly Dictionary<string, SealedStream> seals = new(StringComparer.Ordinal);
    private readonly List<(string Id, long Version, byte[] Head, long Settings)> heads = [];

    // What is written with the end of the change: one round trip for all of it.
    private readonly List<NpgsqlBatchCommand> deferred = [];
    private int deferredRows;
    private LockedStream? first;
    private long lockBegun;
    private ulong xid;
    private bool tellsAlone;

    /// <summary>
    /// Whether streams are locked as well whose seal is not of their row: a stop and an erasure are never refused. They
    /// get no other seal then, and nothing is answered about them before as after.
    /// </summary>
    public bool TakesUnsealed { get; init; }

    /// <summary><see cref="Database.RequiresStandby"/>, where somebody is told of the commit.</summary>
    public bool RequiresStandby { get; init; }

    /// <summary>How long locking streams has taken so far.</summary>
    public TimeSpan LockTime { get; private set; }

    /// <summary>
    /// Whether anything was altered, or somebody is told where nothing is; if not, the locks' new versions are taken
    /// back.
    /// </summary>
    public bool HasAltered => appended.Count > 0 || tellsAlone;

    /// <summary>
    /// Notes streams that the answer speaks of: it is given when what was last changed in them is in force.
    /// </summary>
    public void Consult(IEnumerable<StreamId> streams) => consulted.UnionWith(streams.Select(stream => stream.Name));

    /// <summary>
    /// The transactions that last changed the streams that the answer speaks of, this one among them if it altered any.
    /// </summary>
    public async Task<ulong[]> ReadXidsAsync(CancellationToken cancellation)
    {
        if (consulted.IsSubsetOf(appended))
            return appended.Count > 0 ? [xid] : [];
        await using var command = Command("SELECT DISTINCT changed_xid FROM consent.creator WHERE id = ANY(@ids)");
        command.Parameters.AddWithValue("ids", consulted.ToArray());
        var xids = new List<ulong>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            xids.Add(reader.GetFieldValue<ulong>(0));
        return [.. xids];
    }

    /// <summary>Notes a record that the answer says stands already, or is not set already.</summary>
    /// <param name="stream">The stream of the record.</param>
    /// <param name="record">The record; only its type and key count.</param>
    public void Confirm(StreamId stream, RecordChange record) => confirmed.Add((stream, record));

    /// <summary>
    /// The records that the answer speaks of, with the versions that they carry: this change's, or where they stood
    /// already an earlier one's.
    /// </summary>
    internal async Task<IReadOnlyList<StampedRecord>> ReadRecordsAsync(CancellationToken cancellation) =>
        [
            .. altered.Select(one => StampedRecord.From(one.Stream, one.Record, one.Version)).OfType<StampedRecord>(),
            .. await StampStore.ReadAsync(
                connection,
                [
                    .. confirmed
                        .Select(one => StampedRecord.From(one.Stream, one.Record, version: null))
                        .OfType<StampedRecord>(),
                ],
                cancellation
            ),
        ];

    /// <summary>
    /// Marks a place to go back to, before streams are locked of which it is not certain yet that they are the right
    /// ones.
    /// </summary>
    public Task MarkAsync(CancellationToken cancellation) => ExecuteAsync($"SAVEPOINT {Mark}", cancellation);

    /// <summary>Goes back to the mark: no stream is locked or raised any more.</summary>
    public async Task BackToMarkAsync(CancellationToken cancellation)
    {
        await ExecuteAsync($"ROLLBACK TO {Mark}", cancellation);
        raised.Clear();
    }

    /// <summary>
    /// Locks streams that exist without raising them, in the order of their ids: nothing is appended to them by anybody
    /// else from here on.
    /// </summary>
    public async Task HoldAsync(IEnumerable<StreamId> streams, CancellationToken cancellation)
    {
        await using var command = Command(
            """SELECT FROM consent.creator WHERE id = ANY(@ids) ORDER BY id COLLATE "C" FOR UPDATE"""
        );
        command.Parameters.AddWithValue("ids", streams.Select(stream => stream.Name).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Locks one stream; refused with <see cref="FailureCode.CreatorErased"/> if nothing may be appended to it any
    /// more.
    /// </summary>
    public async Task<Result<LockedStream>> LockAsync(StreamId stream, CancellationToken cancellation)
    {
        var locked = (await LockAsync([stream], cancellation))[stream];
        return locked.ErasedAt is null ? locked : LockedStream.Erased;
    }

    /// <summary>
    /// Locks streams in the order of their ids, which keeps two requests from waiting for each other.
    /// </summary>
    public async Task<IReadOnlyDictionary<StreamId, LockedStream>> LockAsync(
        IEnumerable<StreamId> streams,
        CancellationToken cancellation
    )
    {
        var wanted = streams.ToList();
        if (first is { } locked)
        {
            first = null;
            return wanted is [var only] && only == locked.Id
                ? new Dictionary<StreamId, LockedStream> { [only] = locked }
                : throw new InvalidOperationException("Another stream is locked than the one that was locked first.");
        }
        await using var batch = Batch();
        batch.BatchCommands.Add(LockCommand(wanted));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await ReadLockedAsync(reader, wanted, cancellation);
    }

    /// <summary>
    /// Locks one stream in the round trip of other statements, before it is asked for. <see cref="LockAsync(StreamId,
    /// CancellationToken)"/> gives it then, and has to be the next to lock.
    /// </summary>
    /// <param name="batch">The statements before it.</param>
    /// <param name="stream">The stream.</param>
    public void AddFirstLock(NpgsqlBatch batch, StreamId stream) => batch.BatchCommands.Add(LockCommand([stream]));

    /// <summary>Reads what <see cref="AddFirstLock"/> gave.</summary>
    /// <param name="reader">The reader, at the result before it.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ReadFirstLockAsync(NpgsqlDataReader reader, StreamId stream, CancellationToken cancellation)
    {
        await reader.NextResultAsync(cancellation);
        first = (await ReadLockedAsync(reader, [stream], cancellation))[stream];
    }

    private NpgsqlBatchCommand LockCommand(IReadOnlyCollection<StreamId> streams)
    {
        Consult(streams);
        raised.UnionWith(streams.Select(stream => stream.Name));
        // changed_at is taken after the row is locked: the conflicting row's new values are computed under its lock.
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO consent.creator AS c (id, version, changed_at, changed_xid)
            SELECT wanted.id, 1, clock_timestamp(), pg_current_xact_id() FROM unnest(@ids) AS wanted(id)
                ORDER BY wanted.id COLLATE "C"
            ON CONFLICT (id) DO UPDATE SET
                version = c.version + 1,
                changed_at = greatest(clock_timestamp(), c.changed_at + interval '1 microsecond'),
                changed_xid = pg_current_xact_id()
            RETURNING id, version, settings_version, changed_at, head,
                hold_purposes, hold_version, hold_at, lockdown_purposes, lockdown_version, lockdown_at, erased_at, changed_xid, seal_kid, seal
            """
        );
        command.Parameters.AddWithValue("ids", streams.Select(stream => stream.Name).ToArray());
        lockBegun = Stopwatch.GetTimestamp();
        return command;
    }

    private async Task<Dictionary<StreamId, LockedStream>> ReadLockedAsync(
        NpgsqlDataReader reader,
        IReadOnlyCollection<StreamId> streams,
        CancellationToken cancellation
    )
    {
        var byName = streams.ToDictionary(stream => stream.Name, StringComparer.Ordinal);
        var locked = new Dictionary<StreamId, LockedStream>();
        while (await reader.ReadAsync(cancellation))
        {
            var stream = byName[reader.GetString(0)];
            xid = reader.GetFieldValue<ulong>(12);
            var one = new LockedStream(
                stream,
                reader.GetInt64(1),
                reader.GetInt64(2),
                Instant.From(reader.GetDateTime(3)),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                StopColumns.Read(reader, 5),
                StopColumns.Read(reader, 8),
                reader.IsDBNull(11) ? null : Instant.From(reader.GetDateTime(11))
            );
            locked.Add(stream, one);
            Open(one, StreamSeal.Read(reader, 13));
        }
        LockTime += Stopwatch.GetElapsedTime(lockBegun);
        return locked;
    }

    // What memory holds of a stream has to be what its seal says, so its records are sealed; a requester's are not in it.
    private void Open(LockedStream stream, StreamSeal? seal)
    {
        seals.Remove(stream.Id.Name);
        if (stream.Id.IsRequesters)
            return;
        var opened =
            stream.Version == 1
                ? SealedStream.New(keys.NewestSealKey, stream.Id.Name)
                : SealedStream.Open(
                    keys,
                    new(stream.Id.Name, stream.Version - 1, stream.Head, stream.ErasedAt, stream.Hold, stream.Lockdown),
                    seal
                );
        if (opened is not null)
            seals.Add(stream.Id.Name, opened);
        else if (!TakesUnsealed)
            throw new IntegrityException("The row of a stream is not what its seal says.");
    }

    /// <summary>Appends the records that the change altered in a locked stream: the events of its version.</summary>
    /// <param name="stream">The stream; each at most once in a change.</param>
    /// <param name="records">The altered records, in order; at least one.</param>
    /// <param name="by">Who makes the change.</param>
    /// <param name="altersSettings">
    /// Whether what a creator sees as their settings is altered, so that its version rises.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task AppendAsync(
        LockedStream stream,
        IReadOnlyList<RecordChange> records,
        Authorship by,
        bool altersSettings,
        CancellationToken cancellation
    ) => AppendAsync([(stream, records)], by, altersSettings, cancellation);

    /// <summary>Appends to several locked streams at once.</summary>
    public async Task AppendAsync(
        IReadOnlyList<(LockedStream Stream, IReadOnlyList<RecordChange> Records)> streams,
        Authorship by,
        bool altersSettings,
        CancellationToken cancellation
    )
    {
        appended.UnionWith(streams.Select(stream => stream.Stream.Id.Name));
        foreach (var (stream, records) in streams)
            altered.AddRange(
                records.Select(record => (stream.Id, record, record.After is null ? (long?)null : stream.Version))
            );
        var names = await PseudonymStore.NameAsync(
            this,
            [
                .. streams
                    .Where(one => one.Stream.Id.IsRequesters)
                    .SelectMany(one => one.Records)
                    .SelectMany(record => Pseudonym.NamesIn(record, by)),
            ],
            cancellation
        );
        var events = new List<Event>();
        foreach (var (stream, given) in streams)
        {
            // Whatever a requester's stream is told, it names no creator by their id.
            var (records, author) = stream.Id.IsRequesters
                ? (
                    given.Select(record => Pseudonym.Rename(record, name => names[name])).ToList(),
                    Pseudonym.Rename(by, name => names[name])
                )
                : (given, by);
            var version = Event.Seal(
                stream.Id,
                stream.Version,
                stream.Tx,
                stream.Head,
                records,
                author,
                () => Draw(stream.Tx)
            );
            events.AddRange(version);
            traced.Add(version[0].EventId);
            heads.Add((stream.Id.Name, stream.Version, version[^1].Hash, altersSettings ? 1L : 0L));
            if (seals.TryGetValue(stream.Id.Name, out var sealedStream))
            {
                foreach (var one in version)
                    sealedStream.Apply(RecordedChange.ReadWritten(one.Type, one.Body));
            }
        }
        Insert(events);
    }

    // Where the altered streams end, and their seals as they are now.
    private void Seal() =>
        Defer(
            """
            UPDATE consent.creator AS c SET head = new.head, settings_version = c.settings_version + new.settings,
                seal_kid = new.kid, seal = new.seal
            FROM unnest(@ids, @heads, @settings, @kids, @seals) AS new(id, head, settings, kid, seal)
            WHERE c.id = new.id
            """,
            heads.ConvertAll(one => (one.Id, one.Head, one.Settings, Seal: SealOf(one.Id, one.Version, one.Head))),
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("heads", part.Select(one => one.Head).ToArray());
                parameters.AddWithValue("settings", part.Select(one => one.Settings).ToArray());
                parameters.Add(
                    new("kids", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(one => one.Seal?.Kid).ToArray(),
                    }
                );
                parameters.Add(
                    new("seals", NpgsqlDbType.Array | NpgsqlDbType.Bytea)
                    {
                        Value = part.Select(one => one.Seal?.Box).ToArray(),
                    }
                );
            }
        );

    private StreamSeal? SealOf(string id, long version, byte[] head) =>
        seals.GetValueOrDefault(id)?.Seal(version, head);

    /// <summary>Has somebody told of the change, if it alters anything and is committed.</summary>
    public void Notify(Notification notification) => notifications.Add((Guid.CreateVersion7(), notification));

    /// <summary>Has somebody told of something that alters nothing, if it is committed.</summary>
    public void TellAlone(Notification notification)
    {
        Notify(notification);
        tellsAlone = true;
    }

    /// <summary>
    /// Seals the streams, writes what was put off and what is to be told, and commits. A large change is written before
    /// that, so that whatever goes wrong meanwhile is known to be undone.
    /// </summary>
    /// <param name="last">What is written last of all.</param>
    /// <param name="cancellation">Ends the wait, as long as nothing is committed.</param>
    /// <exception cref="InvalidOperationException">
    /// A stream was raised to a version that has no events: a bug, which would be a hole in its history.
    /// </exception>
    /// <exception cref="OutcomeUnknownException">
    /// The connection broke, or the standby did not confirm it: the change may be lost.
    /// </exception>
    public async Task CommitAsync(NpgsqlBatchCommand? last, CancellationToken cancellation)
    {
        if (!raised.SetEquals(appended))
            throw new InvalidOperationException("A stream was raised to a version that has no events.");
        Seal();
        WriteNotifications();
        if (Tracing.Current is { } traceparent)
            TraceStore.Add(this, [.. traced, .. notifications.Select(one => one.Id)], traceparent);
        if (deferredRows > RowsWithCommit)
            await FlushAsync(cancellation);
        await ConfirmedCommit.CommitAsync(connection, last is null ? deferred : deferred.Append(last), RequiresStandby);
    }

    private void WriteNotifications() =>
        Defer(
            """
            INSERT INTO consent.outbox (id, kind, creator, requester, to_platforms, data)
            SELECT * FROM unnest(@ids, @kinds, @creators, @requesters, @platforms, @data)
            """,
            notifications,
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("kinds", part.Select(one => one.Told.Kind.Word()).ToArray());
                parameters.Add(
                    new("creators", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(one => one.Told.Creator?.Value).ToArray(),
                    }
                );
                parameters.Add(
                    new("requesters", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(one => one.Told.Requester?.Value).ToArray(),
                    }
                );
                parameters.AddWithValue("platforms", part.Select(one => one.Told.ToPlatforms).ToArray());
                parameters.Add(
                    new("data", NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                    {
                        Value = part.Select(one => one.Told.Data.ToJsonString()).ToArray(),
                    }
                );
            }
        );

    /// <summary>
    /// Has a statement run over rows given as arrays with the end of the change, after those that were put off before.
    /// What stands meanwhile does not show it.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="bind">Binds the arrays of one part.</param>
    public void Defer<T>(string sql, IReadOnlyCollection<T> rows, Action<NpgsqlParameterCollection, T[]> bind)
    {
        foreach (var part in rows.Chunk(RowsPerStatement))
        {
            var command = new NpgsqlBatchCommand(sql);
            bind(command.Parameters, part);
            deferred.Add(command);
            deferredRows += part.Length;
        }
    }

    /// <summary>Runs what was put off.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (deferred.Count == 0)
            return;
        await using var batch = Batch();
        foreach (var command in deferred)
            batch.BatchCommands.Add(command);
        deferred.Clear();
        deferredRows = 0;
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs a statement over rows given as arrays, in parts of bounded size.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="bind">Binds the arrays of one part.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task WriteAsync<T>(
        string sql,
        IReadOnlyCollection<T> rows,
        Action<NpgsqlParameterCollection, T[]> bind,
        CancellationToken cancellation
    )
    {
        foreach (var part in rows.Chunk(RowsPerStatement))
        {
            await using var command = Command(sql);
            bind(command.Parameters, part);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A statement on the transaction's connection.</summary>
    public NpgsqlCommand Command(string sql) => new(sql, connection);

    /// <summary>Statements on the transaction's connection, for one round trip.</summary>
    public NpgsqlBatch Batch() => new(connection);

    private void Insert(List<Event> events) =>
        Defer(
            """
            INSERT INTO consent.inbox
                (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, mac, kid)
            SELECT *, @kid FROM unnest(@creators, @versions, @ordinals, @counts, @ids, @types, @txs, @leaves, @bodies,
                @salts, @macs)
            """,
            events,
            (parameters, part) =>
            {
                parameters.AddWithValue("creators", part.Select(e => e.Stream.Name).ToArray());
                parameters.AddWithValue("versions", part.Select(e => e.Version).ToArray());
                parameters.AddWithValue("ordinals", part.Select(e => e.Ordinal).ToArray());
                parameters.AddWithValue("counts", part.Select(e => e.Count).ToArray());
                parameters.AddWithValue("ids", part.Select(e => e.EventId).ToArray());
                parameters.AddWithValue("types", part.Select(e => e.Type).ToArray());
                parameters.AddWithValue("txs", part.Select(e => e.Tx.Microseconds).ToArray());
                parameters.AddWithValue("leaves", part.Select(e => e.Leaf).ToArray());
                parameters.AddWithValue("bodies", part.Select(e => e.Body).ToArray());
                parameters.AddWithValue("salts", part.Select(e => e.Salt).ToArray());
                parameters.AddWithValue("macs", part.Select(e => keys.Newest.MacOf(e.Columns)).ToArray());
                parameters.AddWithValue("kid", keys.Newest.Kid);
            }
        );

    private static EventEntropy Draw(Instant tx) =>
        new(Guid.CreateVersion7(new DateTimeOffset(tx.ToDateTime())), RandomNumberGenerator.GetBytes(Event.SaltLength));
}

/// <summary>The three columns of a stop.</summary>
internal static class StopColumns
{
    public static Stop? Read(System.Data.Common.DbDataReader reader, int at) =>
        reader.IsDBNull(at + 1)
            ? null
            : ToStop(
                reader.IsDBNull(at) ? null : reader.GetFieldValue<string[]>(at),
                reader.GetInt64(at + 1),
                Instant.From(reader.GetDateTime(at + 2))
            );

    public static Stop? ToStop(string[]? purposes, long? version, Instant? at) =>
        version is { } changed
            ? Stop.Create(purposes?.Select(Domain.Purposes.Purpose.Parse), new(changed, at!.Value))
            : null;

    public static void Bind(NpgsqlParameterCollection parameters, Stop? stop)
    {
        parameters.Add(
            new("purposes", NpgsqlDbType.Array | NpgsqlDbType.Text)
            {
                Value = (object?)stop?.Purposes?.Select(purpose => purpose.Name).ToArray() ?? DBNull.Value,
            }
        );
        parameters.Add(new("version", NpgsqlDbType.Bigint) { Value = (object?)stop?.Stamp.Version ?? DBNull.Value });
        parameters.Add(
            new("at", NpgsqlDbType.TimestampTz) { Value = (object?)stop?.Stamp.At.ToDateTime() ?? DBNull.Value }
        );
    }
}

/// <summary>Moments as an array, some of which may be missing.</summary>
internal static class TimestampArray
{
    // The type is said, for it would be guessed from the first element, and wrongly if that is missing.
    public static NpgsqlParameter Parameter(string name, IEnumerable<Instant?> moments) =>
        new(name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
        {
            Value = moments.Select(moment => moment?.ToDateTime()).ToArray(),
        };
}
