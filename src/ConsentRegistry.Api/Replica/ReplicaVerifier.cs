using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Integrity;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Compares memory with the tables, some creators at a time and round again: what events have made of memory has to be
/// what the same changes have made of the tables. A difference is an alarm, and the creator is read anew.
/// </summary>
/// <remarks>
/// Compared record by record, and only where both are of the same version; it costs one read of what is compared, and
/// finds out what a sum over it would. A stream whose version is less than memory had before the read was set back.
/// </remarks>
internal sealed partial class ReplicaVerifier(
    Database database,
    ConsentReplica replica,
    CommitSignal commits,
    Applier applier,
    IntegrityKeys keys,
    ReplicaMetrics metrics,
    TimeProvider clock,
    ILogger<ReplicaVerifier> logger
) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Between two looks while there are neither commits nor checks: one takes some hundred milliseconds of a processor.
    /// </summary>
    private static readonly TimeSpan BetweenQuietLooks = TimeSpan.FromMinutes(5);

    /// <summary>Creators of one look, at most.</summary>
    private const int CreatorsPerLook = 1_000;

    /// <summary>
    /// Overrides and videos of one look: to read more would keep a snapshot open for too long. Of a creator with more a
    /// look reads some.
    /// </summary>
    private const int RecordsPerLook = 20_000;

    /// <summary>Videos of one look at a creator who has too many: what is said about one is a few records.</summary>
    private const int VideosPerPart = 10_000;

    /// <summary>
    /// Grants that end so soon are passed over: whether memory has let go of them already is no difference.
    /// </summary>
    private static readonly TimeSpan Ending = TimeSpan.FromMinutes(1);

    /// <summary>How long reading memory may take.</summary>
    private static readonly TimeSpan ReadingTime = TimeSpan.FromSeconds(1);

    /// <summary>The version of rows that are not all of one.</summary>
    private const long MixedVersions = -1;

    private string after = "";

    // The creator with too many records of whom some were compared, and are to be gone on with.
    private Part? part;

    /// <summary>Compares the next creators, and has those read anew in whom there is a difference.</summary>
    /// <returns>How many differ.</returns>
    public async Task<int> LookAsync(CancellationToken cancellation)
    {
        if (!replica.TryRead(out var permit))
            return 0;
        await using var connection = await database.Replica.OpenConnectionAsync(cancellation);
        if (part is { } begun)
            return await LookAsync(begun, connection, permit.State, cancellation);
        var creators = await NextAsync(connection, permit.Memory, cancellation);
        if (part is { } large)
            return await LookAsync(large, connection, permit.State, cancellation);
        if (creators.Length == 0)
            return 0;
        var different = 0;
        var known = creators.ToDictionary(creator => creator, permit.Memory.VersionOf, StringComparer.Ordinal);
        var all = await ReadAsync(connection, creators, null, cancellation);
        var expected = Expect(permit.Memory, all);
        foreach (var records in all)
        {
            if (
                !records.Verify(keys).IsSealed
                || records.Version < known[records.Creator.Value]
                || (
                    Compare(permit.State, expected, records, cancellation) is { } found
                    && (found.IsOther || found.Found != found.Held)
                )
            )
                different += Alarm(records);
        }
        return different;
    }

    private async Task<int> LookAsync(
        Part begun,
        NpgsqlConnection connection,
        ReplicaState state,
        CancellationToken cancellation
    )
    {
        // Whatever comes of it: the next look begins with the next creator, or goes on.
        part = null;
        var known = state.Memory.VersionOf(begun.Creator);
        var last = await EndOfPartAsync(connection, begun, cancellation);
        var records = (await ReadAsync(connection, [begun.Creator], new(begun.After, last), cancellation))[0];
        if (records.Version < known)
            return Alarm(records);
        var found = Compare(state, Expect(state.Memory, [records]), records, cancellation);
        // Parts make a whole where all are of one version.
        var sum =
            found is not null && begun.Found is { } before && (begun.Version ?? found.Version) == found.Version
                ? before + found.Found
                : (Tally?)null;
        var isLast = last == VideoRange.End;
        var opened = records.Open(keys);
        // Parts of one version have one seal, and of two nothing can be said.
        var isOne = begun.RowVersion is null || begun.RowVersion == records.Version;
        var codes = opened is null ? default : begun.Codes + records.SumOfVideos(opened.Key);
        if (opened is null || (isLast && isOne && codes + records.SumOfOthers(opened.Key) != opened.Sum))
            return Alarm(records);
        if (found is not null && (found.IsOther || (isLast && sum is { } all && all != found.Held)))
            return Alarm(records);
        if (!isLast)
            part = new(begun.Creator, last, found?.Version, sum, isOne ? records.Version : MixedVersions, codes);
        return 0;
    }

    private int Alarm(CreatorRecords records)
    {
        LogDifference(records.Version);
        metrics.Differed();
        applier.Doubt(records.Creator);
        return 1;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        var lookedAt = clock.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (replica.IsQuiet(commits) && clock.GetElapsedTime(lookedAt) < BetweenQuietLooks)
                continue;
            lookedAt = clock.GetTimestamp();
            try
            {
                await LookAsync(stoppingToken);
            }
            // A purpose that memory has yet to learn of.
            catch (KeyNotFoundException)
            {
                LogUnread(nameof(KeyNotFoundException));
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                LogUnread(ExceptionSummary.Summarize(e));
            }
        }
    }

    private static FactMemory Expect(FactMemory memory, IReadOnlyList<CreatorRecords> all)
    {
        var expected = new FactMemory(memory.Hasher);
        expected.Load(memory.Vocabulary);
        var editor = new FactEditor(
            memory.Hasher,
            expected.Names,
            expected.Overflow,
            new LoadingStore(expected),
            expected.Vocabulary,
            Instant.Beginning
        );
        foreach (var records in all)
            records.PutInto(editor);
        return expected;
    }

    private static Finding? Compare(
        ReplicaState state,
        FactMemory expected,
        CreatorRecords records,
        CancellationToken cancellation
    )
    {
        var memory = state.Memory;
        var (creator, places) = (memory.Hasher.Of(records.Creator.Value), records.Places(memory.Hasher).ToList());
        // By a time that is later than what memory has let go of grants by.
        var until = state.At(BootClock.Now).Plus(Ending);
        var carried = records.Carried(memory.Hasher).ToList();
        return memory.Read(
            (now, _) =>
                now.Compare(expected, creator, places, carried, until) is { } found
                    ? found with
                    {
                        IsOther = found.IsOther || !records.ErasedIdentifiers.TrueForAll(now.ErasedIdentifiers.Has),
                    }
                    : null,
            Deadline.In(ReadingTime, cancellation)
        );
    }

    // After the last ones, by id, as many as have few enough records together; from the beginning after all. Whoever has
    // events has a row: the log names those whose row is gone.
    private async Task<string[]> NextAsync(
        NpgsqlConnection connection,
        FactMemory memory,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            (SELECT id FROM consent.creator WHERE id > $1 AND NOT starts_with(id, '$') ORDER BY id LIMIT $2)
            UNION (SELECT creator FROM consent.history WHERE creator > $1 AND NOT starts_with(creator, '$')
                AND version = 1 AND ordinal = 1 ORDER BY creator LIMIT $2)
            ORDER BY 1 LIMIT $2
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = CreatorsPerLook },
            },
        };
        var (creators, seen, records) = (new List<string>(), 0, 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var isFull = false;
        while (!isFull && await reader.ReadAsync(cancellation))
        {
            var creator = reader.GetString(0);
            // No node wrote it, and no check asks about it.
            if (!CreatorId.TryParse(creator, out _))
            {
                (seen, after) = (seen + 1, creator);
                continue;
            }
            records += RecordsOf(memory, creator);
            isFull = records > RecordsPerLook && seen > 0;
            if (isFull)
                break;
            seen++;
            after = creator;
            if (records > RecordsPerLook)
                part = new(creator, VideoRange.Beginning, null, default(Tally), RowVersion: null, default);
            else
                creators.Add(creator);
        }
        if (!isFull && seen < CreatorsPerLook && part is null)
            after = "";
        return [.. creators];
    }

    // The last video of the part; the end if there are no more than belong to it.
    private static async Task<(string Owner, string Video)> EndOfPartAsync(
        NpgsqlConnection connection,
        Part begun,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT owner, video FROM (
                (SELECT owner, video FROM consent.video WHERE owner = $1 AND (owner, video) > ($2, $3)
                    ORDER BY owner, video LIMIT $4)
                UNION (SELECT DISTINCT owner, video FROM consent.video_override WHERE creator = $1
                    AND (owner, video) > ($2, $3) ORDER BY owner, video LIMIT $4)
                UNION (SELECT DISTINCT owner, video FROM consent.consent_grant
                    WHERE creator = $1 AND state = 'standing' AND (owner, video) > ($2, $3) ORDER BY owner, video
                        LIMIT $4)) AS said
            ORDER BY owner, video OFFSET $4 - 1 LIMIT 1
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = begun.Creator },
                new() { Value = begun.After.Owner },
                new() { Value = begun.After.Video },
                new() { Value = VideosPerPart },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetString(1)) : VideoRange.End;
    }

    private static long RecordsOf(FactMemory memory, string creator)
    {
        ref readonly var slot = ref memory.FindCreator(memory.Hasher.Of(creator));
        return Unsafe.IsNullRef(in slot) ? 0 : (long)slot.Overrides + slot.Videos;
    }

    private static async Task<IReadOnlyList<CreatorRecords>> ReadAsync(
        NpgsqlConnection connection,
        string[] creators,
        VideoRange? range,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") },
        };
        CreatorRecords.AddTo(batch, creators, range);
        batch.BatchCommands.Add(new("COMMIT"));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await CreatorRecords.ReadAsync(reader, cancellation, isFirst: true);
    }

    [LoggerMessage(
        LogEvents.MemoryDiffers,
        LogLevel.Critical,
        "Memory of a creator's version {Version} is not what the tables hold: everything of theirs is "
            + "read again; find out who altered tables by hand, or report it",
        EventName = nameof(LogEvents.MemoryDiffers)
    )]
    private partial void LogDifference(long version);

    [LoggerMessage(
        LogEvents.MemoryNotCompared,
        LogLevel.Warning,
        "Memory could not be compared: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.MemoryNotCompared)
    )]
    private partial void LogUnread(string kind);

    /// <summary>How far a creator has been compared who has too many records for one look.</summary>
    /// <param name="Creator">The creator.</param>
    /// <param name="After">The last video that was.</param>
    /// <param name="Version">The version of the part before; null before the first.</param>
    /// <param name="Found">What was found up to there; null if that was not of one version.</param>
    /// <param name="RowVersion">The version of the rows up to there; <see cref="MixedVersions"/> if it changed.</param>
    /// <param name="Codes">The sum of their codes.</param>
    private sealed record Part(
        string Creator,
        (string Owner, string Video) After,
        long? Version,
        Tally? Found,
        long? RowVersion,
        Sum256 Codes
    );
}
