using System.Runtime.Versioning;
using ConsentRegistry.Api.Tests.Servers;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>A primary, standbys of it, and a proxy through which nodes reach whichever of them counts.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ReplicatedServers : IAsyncDisposable
{
    private readonly OwnServer primary;

    private ReplicatedServers(OwnServer primary, IReadOnlyList<CopiedServer> standbys)
    {
        (this.primary, Standbys) = (primary, standbys);
        Router = new(PrimarySockets);
        ConnectionString = Through(Router);
    }

    /// <summary>The first of them is the synchronous one.</summary>
    public IReadOnlyList<CopiedServer> Standbys { get; }

    /// <summary>The synchronous standby.</summary>
    public CopiedServer Standby => Standbys[0];

    /// <summary>What nodes connect through.</summary>
    public PoolRouter Router { get; }

    /// <summary>How nodes connect.</summary>
    public string ConnectionString { get; }

    /// <summary>The folder of the first primary's socket.</summary>
    public string PrimarySockets => new NpgsqlConnectionStringBuilder(primary.Administrator).Host!;

    /// <summary>Starts all of them; the primary's commits wait for the first standby.</summary>
    public static async Task<ReplicatedServers> StartAsync(int standbys = 1)
    {
        await OwnServer.SkipUnlessInstalledAsync();
        var first = await OwnServer.StartAsync(TestContext.Current.CancellationToken);
        var made = new List<CopiedServer>();
        for (var i = 0; i < standbys; i++)
            made.Add(await CopiedServer.FollowAsync(first, $"standby{i}"));
        var servers = new ReplicatedServers(first, made);
        await servers.WaitForAsync("standby0");
        return servers;
    }

    /// <summary>Has the primary's commits wait for these standbys; nobody with an empty name.</summary>
    public async Task WaitForAsync(string names)
    {
        await Sql.RunAsync(primary.Administrator, $"ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        await Sql.RunAsync(primary.Administrator, "SELECT pg_reload_conf()");
        await Eventually.HoldsAsync(
            "the setting is in force",
            async () => await ScalarAsync<string>("SHOW synchronous_standby_names") == names
        );
        if (names.Length > 0)
            await Eventually.HoldsAsync(
                "the standby is synchronous",
                () => ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
            );
    }

    /// <summary>How nodes connect through another proxy.</summary>
    public string Through(PoolRouter router) =>
        new NpgsqlConnectionStringBuilder(primary.Postgres.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = router.Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;

    /// <summary>The one value of a statement on the first primary.</summary>
    public Task<T> ScalarAsync<T>(string sql) => Sql.ScalarAsync<T>(primary.Administrator, sql);

    /// <summary>Waits until so many commits of a pool wait for the standby.</summary>
    public Task WaitingAsync(string pool, int commits = 1) =>
        Eventually.HoldsAsync(
            $"{commits} commits of the pool {pool} wait for the standby",
            () => ScalarAsync<bool>($"SELECT count(*) >= {commits} {Waiting(pool)}")
        );

    /// <summary>Ends all waits of a pool for the standby, as soon as there is one.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="end">The server's function that ends them.</param>
    public async Task EndWaitsAsync(string pool, string end = "pg_cancel_backend")
    {
        await WaitingAsync(pool);
        await ScalarAsync<bool>($"SELECT coalesce(bool_and({end}(pid)), true) {Waiting(pool)}");
    }

    private static string Waiting(string pool) =>
        $"FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE '%{pool}'";

    /// <summary>Keeps statements from writing to a table of the first primary until it is disposed.</summary>
    public async Task<NpgsqlConnection> BlockAsync(string table)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(primary.Administrator)
            {
                Database = new NpgsqlConnectionStringBuilder(ConnectionString).Database,
            }.ConnectionString
        );
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var block = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN SHARE MODE", connection);
        await block.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Waits until a statement of a pool waits for a lock.</summary>
    public Task BlockedAsync(string pool) =>
        Eventually.HoldsAsync(
            $"the pool {pool} waits for a lock",
            () =>
                ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                        + $"application_name LIKE '%{pool}')"
                )
        );

    /// <summary>Kills the first primary, as a power failure would.</summary>
    public Task KillPrimaryAsync() => primary.Postgres.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        foreach (var standby in Standbys)
            await standby.DisposeAsync();
        await primary.DisposeAsync();
    }
}
