using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Serilog.Events;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>How a host starts, and what it says when it does not.</summary>
public sealed partial class StartTests(PostgresFixture postgres) : IDisposable
{
    // How keys begin that libraries read by themselves.
    private static readonly string[] OfLibraries = ["Serilog__", "OTEL_"];

    private readonly string folder = Directory.CreateTempSubdirectory("consent-host-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_host_whose_address_is_taken_says_so_in_one_line_and_has_joined_nothing()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        var output = await HostProcess.RunAsync($"--urls={address}", HostProcess.Development(database, folder));

        Assert.Equal(1, output.ExitCode);
        Assert.Equal(
            $"Failed to bind to address {address}: address already in use. Stop the program that listens there, or "
                + "choose another address with --urls.",
            Assert.Single(output.ErrorLines)
        );
        await using var source = NpgsqlDataSource.Create(database);
        // No node has joined, none has taken the log over, and nothing was moved into it.
        await using var command = source.CreateCommand(
            "SELECT (SELECT count(*) FROM consent.node) + (SELECT epoch FROM consent.sequencer) + (SELECT count(*) "
                + "FROM consent.history)"
        );
        Assert.Equal(
            0L,
            Convert.ToInt64(
                await command.ExecuteScalarAsync(Cancellation),
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
    }

    [Fact]
    public async Task A_host_whose_development_key_is_damaged_says_so_in_one_line_and_does_not_start()
    {
        var key = Path.Combine(folder, "development-token.key");
        await File.WriteAllBytesAsync(key, [1, 2, 3], Cancellation);

        var output = await HostProcess.RunAsync(
            "--urls=http://127.0.0.1:0",
            HostProcess.Development(await postgres.CreateEmptyDatabaseAsync(), folder)
        );

        Assert.Equal(1, output.ExitCode);
        Assert.Equal(
            $"The development key '{key}' is damaged; delete it to have a new one made.",
            Assert.Single(output.ErrorLines)
        );
    }

    [Theory]
    [InlineData("http://192.0.2.1:5080")]
    [InlineData("nonsense")]
    public async Task An_address_that_the_host_cannot_listen_at_is_named_in_one_line(string address)
    {
        var output = await HostProcess.RunHereAsync(
            "",
            [.. HostProcess.Development(await postgres.CreateEmptyDatabaseAsync(), folder), ("urls", address)]
        );

        Assert.Equal(1, output.ExitCode);
        Assert.Contains(address, Assert.Single(output.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_runs_in_the_background_before_the_server_listens()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var builder = Commands.CreateBuilder([
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Registry={database}",
            $"--{RegistryOptions.DataVariable}={folder}",
            "--Serilog:MinimumLevel:Default=Fatal",
        ]);
        builder.Services.AddSingleton<Probe>();
        builder.Services.AddHostedService<Probe>();
        await using var app = await Commands.BuildAsync(
            builder,
            RegistryOptions.From(builder.Configuration, builder.Environment),
            database
        );
        var probe = app.Services.GetRequiredService<Probe>();
        probe.Addresses = () => [.. app.Urls];
        await app.StartAsync(Cancellation);

        Assert.DoesNotContain(
            ":0",
            Assert.Single(await probe.Seen.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation)),
            StringComparison.Ordinal
        );
        Assert.All(
            app.Services.GetServices<IHostedService>().OfType<BackgroundService>(),
            service => Assert.IsType<StartsOnceListening>(service)
        );
        await app.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_background_service_that_fails_still_ends_the_host()
    {
        var builder = Commands.CreateBuilder([
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Registry={await postgres.CreateEmptyDatabaseAsync()}",
            $"--{RegistryOptions.DataVariable}={folder}",
            "--Serilog:MinimumLevel:Default=Fatal",
        ]);
        builder.Services.AddHostedService<Failing>();
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        await using var app = await Commands.BuildAsync(builder, options, options.ConnectionString!);
        await app.StartAsync(Cancellation);

        await app.WaitForShutdownAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("migrate --help")]
    [InlineData("token --help")]
    public async Task Help_lists_commands_and_settings_and_needs_no_configuration(string arguments)
    {
        var help = (await HostProcess.RunHereAsync(arguments, [])).Succeeded();

        Assert.Empty(help.Error);
        foreach (
            var word in new[]
            {
                "migrate --roles",
                "declare-copy",
                "new-keys",
                "openapi",
                "token",
                "Tokens__Audience",
                "Log__KeyFile",
                RegistryOptions.DataVariable,
            }
        )
            Assert.Contains(word, help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrate --role")]
    [InlineData("migrate --roles --force")]
    [InlineData("migrate now")]
    [InlineData("declare-copy --yes")]
    [InlineData("audit ana")]
    [InlineData("audit --yaml")]
    [InlineData("reseal ana not/an/id")]
    public async Task A_word_that_a_command_does_not_take_is_refused_before_anything_is_done(string words)
    {
        var output = await HostProcess.RunHereAsync(words, HostProcess.Development("Host=127.0.0.1;Port=1", folder));

        Assert.Equal(2, output.ExitCode);
        Assert.Contains("takes no '", Assert.Single(output.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reseal_of_nobody_is_refused()
    {
        var output = await HostProcess.RunHereAsync("reseal", HostProcess.Development("Host=127.0.0.1;Port=1", folder));

        Assert.Equal(2, output.ExitCode);
        Assert.Contains("name the creators", Assert.Single(output.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_not_made_for_a_service_that_there_is_not()
    {
        var refusal = Assert.Throws<StartupException>(() => DevelopmentTokens.OpenExisting(folder)).Message;

        Assert.Contains(folder, refusal, StringComparison.Ordinal);
        Assert.Contains("CONSENT_DATA=<folder> ./dev token", refusal, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        DevelopmentTokens.Open(folder);
        Assert.NotNull(DevelopmentTokens.OpenExisting(folder).Make(["admin"], TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public void Whoever_opens_the_keys_of_a_data_folder_at_once_finds_the_same_keys()
    {
        for (var round = 0; round < 100; round++)
        {
            var data = Path.Combine(folder, $"{round}");
            var tokens = new string[8];
            Parallel.For(
                0,
                tokens.Length,
                i => tokens[i] = DevelopmentTokens.Open(data).Make(["auditor"], DateTimeOffset.UnixEpoch)!
            );
            Assert.Single(tokens.Distinct());
            Assert.Equal("development-token.key", Path.GetFileName(Assert.Single(Directory.EnumerateFiles(data))));
        }
    }

    [Fact]
    public async Task A_command_that_waits_in_vain_for_a_lock_does_not_say_that_PostgreSQL_cannot_be_reached()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var options = $"{database};Options=-c lock_timeout=200ms";
        await using var source = NpgsqlDataSource.Create(database);
        Assert.Equal(
            0,
            (await HostProcess.RunHereAsync("migrate", HostProcess.Development(database, folder))).ExitCode
        );
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("LOCK TABLE consent.creator", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);

        var output = await HostProcess.RunHereAsync("migrate", HostProcess.Development(options, folder));

        Assert.Equal(1, output.ExitCode);
        Assert.StartsWith(
            "Other changes hold what this one needs",
            Assert.Single(output.ErrorLines),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("reseal ana")]
    public async Task A_command_for_a_database_that_was_never_migrated_says_so_in_one_line(string words)
    {
        var database = await postgres.CreateEmptyDatabaseAsync();

        var output = await HostProcess.RunHereAsync(words, HostProcess.Development(database, folder));

        Assert.Equal(1, output.ExitCode);
        Assert.Contains("does not exist", Assert.Single(output.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_said_to_be_so_in_one_line()
    {
        var output = await HostProcess.RunHereAsync(
            "",
            HostProcess.Development("Host=127.0.0.1;Port=1;Username=nobody;Database=nothing", folder)
        );

        Assert.Equal(1, output.ExitCode);
        Assert.StartsWith(
            "The registry's database cannot be reached now.",
            Assert.Single(output.ErrorLines),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Documents_call_levels_as_the_log_does()
    {
        var written = Enum.GetNames<LogEventLevel>();
        foreach (
            var document in Directory
                .EnumerateFiles(Path.Combine(Repository.Folder, "docs"), "*.md", SearchOption.AllDirectories)
                .Append(Path.Combine(Repository.Folder, "README.md"))
        )
        {
            var named = LevelWord().Matches(File.ReadAllText(document)).Select(word => word.Groups["level"].Value);
            Assert.All(named, level => Assert.Contains(level, written));
        }
    }

    [Fact]
    public void The_documents_list_every_setting_and_no_other()
    {
        var read = RegistrySettings.Keys.Select(key => key.Replace(":", "__", StringComparison.Ordinal)).ToList();
        var (operations, readme) = (Rows("docs/reference/configuration.md"), Rows("README.md"));

        foreach (var key in read)
            Assert.Contains(key, operations);
        // What other parts read: the framework, the logger, OpenTelemetry, and the search for PostgreSQL's programs.
        string[] others =
        [
            "ASPNETCORE_ENVIRONMENT",
            "ASPNETCORE_URLS",
            "ASPNETCORE_HTTP_PORTS",
            PostgresBinaries.FolderVariable,
        ];
        foreach (var key in operations.Concat(readme))
        {
            Assert.True(
                read.Contains(key)
                    || others.Contains(key)
                    || OfLibraries.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)),
                $"Nothing reads {key}."
            );
        }

        static List<string> Rows(string path) =>
            [
                .. Documented
                    .Text(path)
                    .Split('\n')
                    .SkipWhile(line => line != "## Configuration")
                    .Skip(1)
                    .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
                    .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                    .SelectMany(line => KeyWord().Matches(line.Split('|')[1]))
                    .Select(key => key.Groups["key"].Value),
            ];
    }

    [GeneratedRegex(
        "(`|A |a )(?<level>Critical|Fatal|Trace|Verbose|Debug|Information|Warning|Error)(`| line)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex LevelWord();

    [GeneratedRegex(
        "`(?<key>[A-Za-z]+_*[A-Za-z_]*)[^`]*`",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex KeyWord();

    private sealed class Probe : BackgroundService
    {
        public Func<string[]> Addresses { get; set; } = () => [];

        public TaskCompletionSource<string[]> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Seen.TrySetResult(Addresses());
            return Task.CompletedTask;
        }
    }

    private sealed class Failing : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            Task.FromException(new InvalidOperationException("A bug."));
    }
}
