using System.Diagnostics;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Startup;

public sealed class PrivatePostgresTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"consent-tests-{Guid.NewGuid():N}");
    private string? home;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (home is not null)
            Directory.Delete(home, recursive: true);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_first_start_makes_a_durable_cluster_with_checksums_and_an_ordinary_user()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("consent", await ScalarAsync(postgres, "SELECT current_database()"));
        Assert.Equal("off", await ScalarAsync(postgres, "SELECT current_setting('is_superuser')"));
        Assert.Equal("UTF8", await ScalarAsync(postgres, "SELECT current_setting('server_encoding')"));
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit", "data_checksums" })
            Assert.Equal("on", await ScalarAsync(postgres, $"SELECT current_setting('{setting}')"));
    }

    [Fact]
    public async Task Data_are_kept_from_run_to_run_and_nothing_but_data_stays_behind()
    {
        string sockets;
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 'from the first run' AS word");
            sockets = new NpgsqlConnectionStringBuilder(first.ConnectionString).Host!;
        }

        Assert.False(Directory.Exists(sockets));
        await using var second = await StartAsync();
        Assert.Equal("from the first run", await ScalarAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task A_killed_server_is_gone_and_starts_again_at_the_same_address_with_what_was_committed()
    {
        await using var postgres = await StartAsync();
        await ExecuteAsync(postgres, "CREATE TABLE kept AS SELECT 'committed' AS word");
        var address = postgres.ConnectionString;

        await postgres.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(postgres, "SELECT 1"));
        await postgres.RestartAsync(Cancellation);

        Assert.Equal(address, postgres.ConnectionString);
        Assert.Equal("committed", await ScalarAsync(postgres, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task A_running_server_is_not_started_again()
    {
        await using var postgres = await StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => postgres.RestartAsync(Cancellation));
    }

    [Fact]
    public async Task A_server_that_a_dead_host_left_running_is_stopped_and_its_data_served_again()
    {
        await using (var first = await StartAsync())
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 'before' AS word");

        using var orphan = await StartOrphanAsync();
        await using var second = await StartAsync();
        await orphan.WaitForExitAsync(Cancellation).WaitAsync(Limit, Cancellation);

        Assert.Equal("before", await ScalarAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task A_pid_file_whose_number_now_belongs_to_another_program_is_no_obstacle_and_that_program_lives_on()
    {
        await using (var first = await StartAsync())
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 'before' AS word");
        using var bystander = Process.Start("sleep", "600");
        try
        {
            var data = Path.Combine(home!, "data");
            await File.WriteAllLinesAsync(
                Path.Combine(data, "postmaster.pid"),
                [$"{bystander.Id}", data, "1", "5432", "/tmp", ""],
                Cancellation
            );

            await using var second = await StartAsync();

            Assert.Equal("before", await ScalarAsync(second, "SELECT word FROM kept"));
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task A_second_host_on_the_same_folder_is_refused_and_the_first_goes_on()
    {
        await using var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(StartAsync);

        Assert.Contains("in use by another host", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("1", await ScalarAsync(first, "SELECT '1'"));
    }

    [Fact]
    public async Task An_interrupted_first_start_is_begun_anew()
    {
        Directory.CreateDirectory(Path.Combine(folder, "postgres", "data.new", "base"));
        await using var postgres = await StartAsync();
        Assert.Equal("consent", await ScalarAsync(postgres, "SELECT current_database()"));
    }

    [Fact]
    public async Task Missing_programs_are_explained_with_what_to_install()
    {
        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(() =>
            PostgresBinaries.FindAsync([folder], major: null, Cancellation)
        );

        foreach (
            var hint in new[]
            {
                "apt-get install postgresql",
                "dnf install postgresql-server",
                "brew install",
                "CONSENT_POSTGRES_BIN",
                "connection string",
            }
        )
            Assert.Contains(hint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_whose_programs_do_not_start_is_passed_over()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        Directory.CreateDirectory(folder);
        foreach (var program in new[] { "initdb", "postgres", "pg_ctl" })
            File.CreateSymbolicLink(Path.Combine(folder, program), "/uninstalled");

        var found = await PostgresBinaries.FindAsync(
            [folder, .. PostgresBinaries.CandidateFolders()],
            major: null,
            Cancellation
        );

        Assert.NotEqual(folder, found.Folder);
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_are_left_alone_and_explained()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        var refusal = await Assert.ThrowsAsync<PrivatePostgresException>(() =>
            PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: 9, Cancellation)
        );

        Assert.Contains("written by PostgreSQL 9", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<PrivatePostgres> StartAsync()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        var postgres = await PrivatePostgres.StartAsync(folder, NullLogger.Instance, Cancellation);
        home = postgres.HomeFolder;
        return postgres;
    }

    /// <summary>
    /// Starts a server on the data with no host and no watchdog, which is what is left when both of them are killed.
    /// </summary>
    private async Task<Process> StartOrphanAsync()
    {
        var binaries = await PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: null, Cancellation);
        var data = Path.Combine(home!, "data");
        string[] server =
        [
            binaries.Postgres,
            "-D",
            data,
            "-c",
            "listen_addresses=",
            "-c",
            $"unix_socket_directories={home}",
        ];
        string[] commandLine = Environment.IsPrivilegedProcess
            ? ["runuser", "-u", "postgres", "--", .. server]
            : server;
        var orphan = Process.Start(new ProcessStartInfo(commandLine[0], commandLine[1..]) { WorkingDirectory = "/" })!;

        // The eighth line of the pid file says whether the server has finished starting.
        var status = Path.Combine(data, "postmaster.pid");
        var waited = Stopwatch.StartNew();
        while (
            !File.Exists(status)
            || !(await File.ReadAllTextAsync(status, Cancellation)).Contains("ready", StringComparison.Ordinal)
        )
        {
            Assert.True(waited.Elapsed < Limit, "The orphan did not start.");
            await Task.Delay(PollInterval, Cancellation);
        }

        return orphan;
    }

    private static async Task ExecuteAsync(PrivatePostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<string?> ScalarAsync(PrivatePostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync(Cancellation);
    }
}
