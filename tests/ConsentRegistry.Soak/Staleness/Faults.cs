using System.Diagnostics;
using System.Net.Http.Json;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Drives the faults of a script, one after the other, until it is told to stop; whatever it broke is whole again when
/// it returns.
/// </summary>
internal sealed class Faults(
    Scratch scratch,
    DatabaseClock clock,
    Nodes nodes,
    HttpClient http,
    TimeSpan delta,
    Tally tally
)
{
    /// <summary>More than a node keeps connections for changes.</summary>
    private const int ManyChanges = 60;

    /// <summary>What a clock is corrected by, and more.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(2);

    /// <summary>Longer than anything that the run waits for, and much shorter than idempotency keys are kept.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(5);

    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create(scratch.Postgres.ConnectionString);

    /// <summary>The Δ of a node, each its own: by it a row of <c>consent.node</c> tells whose it is.</summary>
    public static int DeltaMsOf(int node, TimeSpan delta) => (int)delta.TotalMilliseconds + node;

    public async Task DriveAsync(IEnumerable<Fault> script, CancellationToken stop)
    {
        await using var owned = database;
        foreach (var fault in script)
        {
            await Task.Delay(fault.After, CancellationToken.None);
            if (stop.IsCancellationRequested)
                return;
            try
            {
                if (await DriveAsync(fault))
                    tally.Driven(fault.Kind);
            }
            catch (Exception e) when (e is NpgsqlException or HttpRequestException or OperationCanceledException)
            {
                // Neither had a connection to give just now; what the fault needed it for does not happen.
            }
        }
    }

    /// <returns>Whether it came to what the fault is about.</returns>
    private Task<bool> DriveAsync(Fault fault) =>
        fault.Kind switch
        {
            FaultKind.NodeKilled => KillAsync(fault),
            FaultKind.NodePaused => PauseAsync(fault),
            FaultKind.BeatBlocked => BlockBeatAsync(fault),
            FaultKind.PausedBeforeBeat => PauseBeforeBeatAsync(fault),
            FaultKind.NodeEvicted => EvictAsync(fault),
            FaultKind.DatabaseKilled => KillDatabaseAsync(),
            FaultKind.ConnectionsExhausted => ExhaustAsync(fault),
            FaultKind.WakeUpsLost => LoseWakeUpsAsync(fault),
            FaultKind.WakeUpsForged => ForgeWakeUpsAsync(fault),
            FaultKind.ClockStepped => StepClockAsync(fault),
            _ => throw new InvalidOperationException($"Nobody knows how to drive {fault.Kind}."),
        };

    private async Task<bool> KillAsync(Fault fault)
    {
        await nodes.KillAsync(fault.Node);
        await Task.Delay(fault.For);
        await nodes.StartAsync(fault.Node);
        return true;
    }

    private async Task<bool> PauseAsync(Fault fault)
    {
        await nodes.PauseAsync(fault.Node);
        await Task.Delay(fault.For);
        await nodes.ContinueAsync(fault.Node);
        return true;
    }

    private async Task<bool> KillDatabaseAsync()
    {
        await scratch.Postgres.KillAsync();
        await scratch.Postgres.RestartAsync(CancellationToken.None);
        // The pool's connections are of the server that died.
        database.Clear();
        return true;
    }

    private async Task<bool> BlockBeatAsync(Fault fault)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await LockRowAsync(connection, fault.Node);
        var isBlocked = await IsBlockedAsync(connection.ProcessID);
        await Task.Delay(fault.For);
        return isBlocked;
    }

    private async Task<bool> PauseBeforeBeatAsync(Fault fault)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await LockRowAsync(connection, fault.Node);
        if (!await IsBlockedAsync(connection.ProcessID))
            return false;
        await nodes.PauseAsync(fault.Node);
        try
        {
            await Task.Delay(fault.For);
            // Every other time its beat is written while it stands still.
            if (fault.Draw % 2 == 0)
                await transaction.RollbackAsync();
        }
        finally
        {
            await nodes.ContinueAsync(fault.Node);
        }
        await Task.Delay(FaultScript.Shortest);
        return true;
    }

    // Deleting the row of a node that still answers would be an error of whoever does it: a node is evicted only when
    // it has been silent for longer than Δ.
    private async Task<bool> EvictAsync(Fault fault)
    {
        await nodes.PauseAsync(fault.Node);
        try
        {
            await Task.Delay((2 * delta) + fault.For);
            await using var delete = database.CreateCommand("DELETE FROM consent.node WHERE delta_ms = $1");
            delete.Parameters.Add(new() { Value = DeltaMsOf(fault.Node, delta) });
            await delete.ExecuteNonQueryAsync();
        }
        finally
        {
            await nodes.ContinueAsync(fault.Node);
        }
        return true;
    }

    private async Task<bool> ExhaustAsync(Fault fault)
    {
        var hostage = $"hostage-{fault.Draw}";
        await http.PutAsJsonAsync(
            $"{nodes.UrlOf(fault.Node)}/v1/creators/{hostage}/consent/defaults/remix",
            new { effect = "ask" }
        );
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (
            var hold = new NpgsqlCommand("SELECT FROM consent.creator WHERE id = $1 FOR UPDATE", connection)
            {
                Parameters = { new() { Value = hostage } },
            }
        )
            await hold.ExecuteNonQueryAsync();
        var changes = Enumerable
            .Range(0, ManyChanges)
            .Select(i =>
                http.PutAsJsonAsync(
                    $"{nodes.UrlOf(fault.Node)}/v1/creators/{hostage}/videos/v{i}/consent/remix",
                    new { effect = "deny" }
                )
            );
        var waiting = Task.WhenAll(
            changes.Select(change =>
                change.ContinueWith(
                    _ => { },
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default
                )
            )
        );
        await Task.Delay(fault.For);
        await transaction.RollbackAsync();
        await waiting;
        return true;
    }

    private async Task<bool> LoseWakeUpsAsync(Fault fault)
    {
        var cut = 0L;
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < fault.For; )
        {
            await using var kill = database.CreateCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = "
                    + "'consent-registry wake-ups'"
            );
            cut += (long)(await kill.ExecuteScalarAsync())!;
            await Task.Delay(FaultScript.Shortest / 2);
        }
        return cut > 0;
    }

    private async Task<bool> ForgeWakeUpsAsync(Fault fault)
    {
        await using var connection = await database.OpenConnectionAsync();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < fault.For; )
        {
            await using var forge = new NpgsqlCommand(
                "SELECT pg_notify('consent_committed', ''), pg_notify('consent_confirmed', '')",
                connection
            );
            await forge.ExecuteNonQueryAsync();
        }
        return true;
    }

    // Every other time it stays as it is until the next step, so that whatever else happens does so while the clock is
    // wrong.
    private async Task<bool> StepClockAsync(Fault fault)
    {
        var random = new Random(fault.Draw);
        var ahead =
            ShortestStep * Math.Pow(LongestStep / ShortestStep, random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1);
        await clock.StepToAsync(ahead, CancellationToken.None);
        var hasStepped = await HasSteppedAsync(ahead);
        await Task.Delay(fault.For);
        if (random.Next(2) == 0)
            await clock.StepToAsync(TimeSpan.Zero, CancellationToken.None);
        return hasStepped;
    }

    private async Task<bool> HasSteppedAsync(TimeSpan ahead)
    {
        await using var look = database.CreateCommand("SELECT clock_timestamp() - pg_catalog.clock_timestamp()");
        return await look.ExecuteScalarAsync() is TimeSpan seen && (seen - ahead).Duration() < FaultScript.Shortest;
    }

    private async Task LockRowAsync(NpgsqlConnection connection, int node)
    {
        // A row that a killed node left behind may be there too.
        await using var hold = new NpgsqlCommand("SELECT FROM consent.node WHERE delta_ms = $1 FOR UPDATE", connection)
        {
            Parameters = { new() { Value = DeltaMsOf(node, delta) } },
        };
        await hold.ExecuteNonQueryAsync();
    }

    private async Task<bool> IsBlockedAsync(int by)
    {
        // A node beats at least every Δ/4, and so has tried before this ends.
        for (var waited = TimeSpan.Zero; waited < delta; waited += TimeSpan.FromMilliseconds(10))
        {
            await using var look = database.CreateCommand(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'consent-registry replica' "
                    + "AND $1 = ANY (pg_blocking_pids(pid)))"
            );
            look.Parameters.Add(new() { Value = by });
            if (await look.ExecuteScalarAsync() is true)
                return true;
            await Task.Delay(10);
        }
        return false;
    }
}
