using System.Runtime.Versioning;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Tests.Servers;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>A server that is made from a base backup of another: its standby, or a copy of an earlier moment.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class CopiedServer : IAsyncDisposable
{
    private readonly ClusterHome home;
    private readonly ServerProcess server;
    private readonly string folder;
    private readonly string administrator;
    private int receiver;

    private CopiedServer(ClusterHome home, ServerProcess server, string folder, string sockets, string administrator) =>
        (this.home, this.server, this.folder, SocketFolder, this.administrator) = (
            home,
            server,
            folder,
            sockets,
            administrator
        );

    /// <summary>Where it listens.</summary>
    public string SocketFolder { get; }

    /// <summary>Where its data are.</summary>
    public string DataFolder => home.Data;

    /// <summary>Copies a server, and follows it from there on.</summary>
    /// <param name="primary">The server.</param>
    /// <param name="name">What the primary knows it by.</param>
    public static async Task<CopiedServer> FollowAsync(OwnServer primary, string name)
    {
        var standby = await BackUpAsync(primary, name, "--write-recovery-conf");
        await standby.StartAsync();
        return standby;
    }

    /// <summary>Copies a server, and starts nothing yet.</summary>
    /// <param name="primary">The server.</param>
    /// <param name="name">What the primary knows it by.</param>
    /// <param name="options">Further options of <c>pg_basebackup</c>.</param>
    public static async Task<CopiedServer> BackUpAsync(OwnServer primary, string name, params string[] options)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Path.Combine(Path.GetTempPath(), $"consent-copy-{Guid.NewGuid():N}");
        var place = await ClusterHome.OpenAsync(data, NullLogger.Instance, cancellation);
        var binaries = await PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: null, cancellation);
        var source = new NpgsqlConnectionStringBuilder(primary.Administrator);
        var copied = await place.Account.RunAsync(
            [
                await PostgresPrograms.PathOfAsync("pg_basebackup", cancellation),
                "--pgdata",
                place.Data,
                "--checkpoint=fast",
                .. options,
                "--dbname",
                $"host={source.Host} port={source.Port} user={source.Username} password={source.Password} "
                    + $"application_name={name}",
            ],
            cancellation
        );
        Assert.True(copied.Succeeded, copied.Error);
        // The path of a socket is short.
        var sockets = Directory.CreateDirectory(Path.Combine("/tmp", $"consent-sb-{Path.GetRandomFileName()[..8]}"));
        await place.Account.OwnAsync(sockets.FullName, cancellation);
        var login = new NpgsqlConnectionStringBuilder(primary.Administrator)
        {
            Host = sockets.FullName,
        }.ConnectionString;
        return new(place, new(place, binaries, sockets.FullName, NullLogger.Instance), data, sockets.FullName, login);
    }

    /// <summary>Starts it, and waits until it takes connections.</summary>
    public Task StartAsync() => server.StartAsync(AnswersAsync, TestContext.Current.CancellationToken);

    /// <summary>Gives what a test wrote into the data folder to the server's user.</summary>
    public Task OwnAsync(string file) =>
        home.Account.OwnAsync(Path.Combine(home.Data, file), TestContext.Current.CancellationToken);

    /// <summary>Makes it a primary of its own, and waits until it is one.</summary>
    public async Task PromoteAsync() =>
        Assert.True(await ScalarAsync<bool>("SELECT pg_promote(wait => true, wait_seconds => 60)"));

    /// <summary>Stops what receives from the primary where it is: the primary's commits wait.</summary>
    public Task PauseReceiverAsync() => SignalReceiverAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ResumeReceiverAsync() => SignalReceiverAsync("CONT");

    /// <summary>The one value of a statement.</summary>
    public Task<T> ScalarAsync<T>(string sql) => Sql.ScalarAsync<T>(administrator, sql);

    public async ValueTask DisposeAsync()
    {
        // What is stopped does not end by itself.
        await server.KillAsync();
        await server.DisposeAsync();
        home.Dispose();
        foreach (var place in new[] { home.Path, folder, SocketFolder }.Where(Directory.Exists))
            Directory.Delete(place, recursive: true);
    }

    private async Task SignalReceiverAsync(string signal)
    {
        if (receiver == 0)
            await Eventually.HoldsAsync(
                "the standby receives",
                async () =>
                    (receiver = await ScalarAsync<int>("SELECT coalesce(max(pid), 0) FROM pg_stat_wal_receiver")) != 0
            );
        using var kill = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"kill -{signal} {receiver}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(administrator);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}

/// <summary>Statements on connections that are closed at once.</summary>
internal static class Sql
{
    /// <summary>The one value of a statement.</summary>
    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Runs a statement, which may be one that no transaction may have.</summary>
    public static async Task RunAsync(string connectionString, string sql)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
