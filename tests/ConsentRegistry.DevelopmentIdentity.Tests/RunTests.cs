using System.Diagnostics;
using System.Net;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>
/// `./dev run`: which programs it starts, in which order, and how they end. The script is the repository's. Its programs
/// are stand-ins that write down how they were started, so that a run takes no more than a shell does.
/// </summary>
public sealed class RunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("consent-run-").FullName;
    private readonly int port = LoopbackPort.Free();
    private Process? process;

    public RunTests()
    {
        string[] parts =
        [
            "ConsentRegistry.Api",
            "ConsentRegistry.Cli",
            "ConsentRegistry.Console",
            "ConsentRegistry.DevelopmentIdentity",
            "ConsentRegistry.Domain",
            "ConsentRegistry.Cryptography",
            "ConsentRegistry.Client",
        ];
        foreach (var part in parts)
            Directory.CreateDirectory(Path.Combine(folder, "src", part, "bin", "Release", "net10.0"));
        foreach (var file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json" })
            File.WriteAllText(Path.Combine(folder, file), "");
        File.Copy(Path.Combine(Repository.Folder, "dev"), Path.Combine(folder, "dev"));
        foreach (var name in new[] { "initdb", "pg_ctl", "postgres" })
            WriteScript(name, "echo 'postgres (PostgreSQL) 17.0'");
        // Programs that go on until they are told to stop, and say so. A file tells them to end by themselves.
        WriteScript(
            "dotnet",
            $$"""
            case $1 in
              --list-sdks) echo '10.0.401 [/sdk]'; exit ;;
              build) exit ;;
              */ConsentRegistry.DevelopmentIdentity.dll) name=identity ;;
              */ConsentRegistry.Api.dll) name=registry ;;
            esac
            shift
            trap 'echo > "{{folder}}/$name.stopped"; exit 0' TERM
            printf '%s\n' "${Tokens__Authority:-}" "${Tokens__Claims__Client:-}" "$*" > "{{folder}}/$name.new"
            mv "{{folder}}/$name.new" "{{folder}}/$name.started"
            while true; do
              if [[ -f {{folder}}/$name.end ]]; then exit "$(cat "{{folder}}/$name.end")"; fi
              sleep 0.05
            done
            """
        );
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Issuer => $"http://127.0.0.1:{port}";

    public void Dispose()
    {
        // The stand-ins end by these, whatever has become of the script.
        File.WriteAllText(Path.Combine(folder, "identity.end"), "9");
        File.WriteAllText(Path.Combine(folder, "registry.end"), "9");
        process?.WaitForExit(Patience);
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task The_provider_starts_first_and_both_stop_with_the_command(string signal)
    {
        Start("--urls http://127.0.0.1:1 --Shutdown:DrainSeconds=0");
        await AppearsAsync("identity.started");
        Assert.False(File.Exists(Path.Combine(folder, "registry.started")));
        using var provider = Answer();
        Assert.Equal(
            [Issuer, "requester client_id", "--urls http://127.0.0.1:1 --Shutdown:DrainSeconds=0"],
            await AppearsAsync("registry.started")
        );

        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process!.Id}"]);

        Assert.Equal(0, (await EndAsync()).Code);
        await AppearsAsync("identity.stopped");
        await AppearsAsync("registry.stopped");
    }

    [Theory]
    [InlineData("registry", "identity", "3", 3)]
    [InlineData("identity", "registry", "4", 4)]
    // Nobody has told it to stop.
    [InlineData("identity", "registry", "0", 1)]
    public async Task When_one_ends_the_other_is_stopped_and_the_exit_code_says_so(
        string ended,
        string stopped,
        string code,
        int exitCode
    )
    {
        Start("");
        await AppearsAsync("identity.started");
        using var provider = Answer();
        await AppearsAsync("registry.started");

        await File.WriteAllTextAsync(Path.Combine(folder, $"{ended}.end"), code, Cancellation);

        var (actual, error) = await EndAsync();
        Assert.Equal(exitCode, actual);
        Assert.Contains($"has ended with exit code {code}.", error, StringComparison.Ordinal);
        await AppearsAsync($"{stopped}.stopped");
        Assert.False(File.Exists(Path.Combine(folder, $"{ended}.stopped")));
    }

    [Fact]
    public async Task A_provider_that_does_not_start_ends_the_command_before_the_registry_starts()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "identity.end"), "1", Cancellation);
        Start("");

        var (code, error) = await EndAsync();
        Assert.Equal(1, code);
        Assert.Contains("The identity provider has ended with exit code 1.", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "registry.started")));
    }

    [Fact]
    public async Task A_provider_that_is_up_is_used_and_not_stopped()
    {
        using var provider = Answer();
        Start("");
        Assert.Equal(Issuer, (await AppearsAsync("registry.started"))[0]);

        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process!.Id}"]);

        Assert.Equal(0, (await EndAsync()).Code);
        Assert.False(File.Exists(Path.Combine(folder, "identity.started")));
    }

    [Theory]
    [InlineData("", "Tokens__Authority", "https://issuer.example")]
    [InlineData("", "TOKENS__AUTHORITY", "https://issuer.example")]
    [InlineData("--tokens:authority=https://issuer.example", "", "")]
    [InlineData("--help", "", "")]
    [InlineData("migrate --roles", "", "")]
    [InlineData("--urls http://127.0.0.1:1 --environment=Staging", "", "")]
    [InlineData("", "ASPNETCORE_ENVIRONMENT", "Production")]
    public async Task Where_no_provider_is_wanted_the_registry_runs_alone(
        string arguments,
        string variable,
        string value
    )
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "registry.end"), "5", Cancellation);
        Start(arguments, (variable, value));

        Assert.Equal(5, (await EndAsync()).Code);
        var started = await AppearsAsync("registry.started");
        Assert.Equal(variable == "Tokens__Authority" ? value : "", started[0]);
        Assert.Equal(arguments, started[2]);
        Assert.False(File.Exists(Path.Combine(folder, "identity.started")));
    }

    private void WriteScript(string name, string text)
    {
        var bin = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        var file = Path.Combine(bin, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{text}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private void Start(string arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"exec {folder}/dev run {arguments}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var programs = Path.Combine(folder, "programs");
        start.Environment["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CONSENT_POSTGRES_BIN"] = programs;
        start.Environment["Identity__Address"] = Issuer;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = null;
        foreach (var (name, value) in environment.Where(variable => variable.Name.Length > 0))
            start.Environment[name] = value;
        process = Process.Start(start)!;
    }

    /// <summary>Answers as a provider does that is up.</summary>
    private HttpListener Answer()
    {
        var listener = new HttpListener { Prefixes = { $"{Issuer}/" } };
        listener.Start();
        _ = Task.Run(
            async () =>
            {
                while (listener.IsListening)
                {
                    var asked = await listener.GetContextAsync();
                    asked.Response.StatusCode =
                        asked.Request.Url!.AbsolutePath == "/.well-known/openid-configuration" ? 200 : 404;
                    asked.Response.Close();
                }
            },
            Cancellation
        );
        return listener;
    }

    /// <summary>Waits for a file, and reads it.</summary>
    private async Task<string[]> AppearsAsync(string name)
    {
        var file = Path.Combine(folder, name);
        var begun = Stopwatch.GetTimestamp();
        while (!File.Exists(file))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"Waited in vain for {name}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }
        return await File.ReadAllLinesAsync(file, Cancellation);
    }

    private async Task<(int Code, string Error)> EndAsync()
    {
        var output = process!.StandardOutput.ReadToEndAsync(Cancellation);
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation).WaitAsync(Patience, Cancellation);
        await output;
        return (process.ExitCode, await error);
    }
}
