using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Compares memory with the tables, some creators at a time and round again: what events have made of memory has to be what the same changes
/// have made of the tables. A difference is an alarm, and the creator is read anew.
/// </summary>
/// <remarks>Compared record by record, and only where both are of the same version; it costs one read of what is compared, and finds out what a sum over it would.</remarks>
internal sealed partial class Comparison(Database database, ConsentReplica replica, Applier applier, TimeProvider clock, ILogger<Comparison> logger) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>Creators of one look.</summary>
    private const int CreatorsPerLook = 100;

    /// <summary>A creator with more overrides and videos is passed over: to read them all would keep a snapshot open for too long.</summary>
    private const int MostRecords = 20_000;

    private string after = "";

    /// <summary>Compares the next creators, and has those read anew in whom there is a difference.</summary>
    /// <returns>How many differ.</returns>
    public async Task<int> LookAsync(CancellationToken cancellation)
    {
        if (!replica.TryBegin(out var permit))
            return 0;
        var memory = permit.Memory;
        await using var connection = await database.Replica.OpenConnectionAsync(cancellation);
        var creators = await NextAsync(connection, memory, cancellation);
        if (creators.Length == 0)
            return 0;
        var different = 0;
        foreach (var records in await ReadAsync(connection, creators, cancellation))
        {
            if (!Differs(memory, records))
                continue;
            different++;
            LogDifference(records.Version);
            applier.Doubt(records.Creator);
        }
        return different;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            // A purpose that memory has yet to learn of.
            catch (KeyNotFoundException)
            {
                LogUnread(nameof(KeyNotFoundException));
            }
            catch (Exception e) when (Unexpected.MeansUnavailable(e))
            {
                LogUnread(e.GetType().Name);
            }
        }
    }

    private static bool Differs(FactMemory memory, CreatorRecords records)
    {
        var expected = new FactMemory(memory.Hasher);
        expected.Load(memory.Vocabulary);
        records.PutInto(new(memory.Hasher, expected.Names, expected.Extras, new Loading(expected), expected.Vocabulary));
        var (creator, places) = (memory.Hasher.Of(records.Creator.Value), records.Places(memory.Hasher).ToList());
        return memory.Read(state => state.HasOther(expected, creator, places));
    }

    // After the last ones, by id; from the beginning after all.
    private async Task<string[]> NextAsync(NpgsqlConnection connection, FactMemory memory, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM consent.creator WHERE id > $1 AND NOT starts_with(id, '$') ORDER BY id LIMIT $2", connection)
        {
            Parameters = { new() { Value = after }, new() { Value = CreatorsPerLook } },
        };
        var creators = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            creators.Add(reader.GetString(0));
        after = creators.Count < CreatorsPerLook ? "" : creators[^1];
        return [.. creators.Where(creator => RecordsOf(memory, creator) <= MostRecords)];
    }

    private static long RecordsOf(FactMemory memory, string creator)
    {
        ref readonly var slot = ref memory.FindCreator(memory.Hasher.Of(creator));
        return Unsafe.IsNullRef(in slot) ? 0 : (long)slot.Overrides + slot.Videos;
    }

    private static async Task<IReadOnlyList<CreatorRecords>> ReadAsync(NpgsqlConnection connection, string[] creators, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") } };
        CreatorRecords.AddTo(batch, creators);
        batch.BatchCommands.Add(new("COMMIT"));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await CreatorRecords.ReadAsync(reader, cancellation, isFirst: true);
    }

    [LoggerMessage(80, LogLevel.Critical, "Memory of a creator's version {Version} is not what the tables hold: everything of theirs is read again")]
    private partial void LogDifference(long version);

    [LoggerMessage(81, LogLevel.Warning, "Memory could not be compared: {Kind}")]
    private partial void LogUnread(string kind);
}
