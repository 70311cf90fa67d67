using System.Diagnostics;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// What confirms commits as a synchronous standby does, on the same disk: <c>pg_receivewal --synchronous</c>, which
/// flushes what it gets at once, and says so.
/// </summary>
internal sealed class SynchronousReceiver : IAsyncDisposable
{
    private const string Name = "receiver";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly NpgsqlDataSource administrator;

    private SynchronousReceiver(Process process, DirectoryInfo folder, NpgsqlDataSource administrator) =>
        (this.process, this.folder, this.administrator) = (process, folder, administrator);

    /// <summary>Starts it; nobody waits for it yet.</summary>
    /// <param name="connectionString">How the server's superuser connects.</param>
    public static async Task<SynchronousReceiver> StartAsync(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var archive = Directory.CreateTempSubdirectory("consent-wal-");
        var start = new ProcessStartInfo(await PostgresPrograms.PathOfAsync("pg_receivewal", CancellationToken.None))
        {
            ArgumentList = { "--directory", archive.FullName, "--synchronous", "--no-loop", "--dbname" },
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add($"host={server.Host} port={server.Port} user={server.Username} application_name={Name}");
        start.Environment["PGPASSWORD"] = server.Password;
        var receiver = new SynchronousReceiver(
            Process.Start(start)!,
            archive,
            NpgsqlDataSource.Create(connectionString)
        );
        receiver.process.ErrorDataReceived += (_, _) => { };
        receiver.process.BeginErrorReadLine();
        return receiver;
    }

    /// <summary>Has commits wait for it, or not.</summary>
    public async Task ConfirmAsync(bool isWanted)
    {
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{(isWanted ? Name : "")}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        var started = Stopwatch.GetTimestamp();
        while (!await IsAsync(isWanted))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
                throw new BenchmarkException("PostgreSQL does not wait for pg_receivewal as it was told");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever waits for it would wait for ever.
        await ConfirmAsync(isWanted: false);
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        await administrator.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task<bool> IsAsync(bool isWanted)
    {
        await using var ask = administrator.CreateCommand(
            "SELECT (SELECT coalesce(max(sync_state), '') FROM pg_stat_replication) = 'sync'"
        );
        return await ask.ExecuteScalarAsync() is bool isSynchronous && isSynchronous == isWanted;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var command = administrator.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
