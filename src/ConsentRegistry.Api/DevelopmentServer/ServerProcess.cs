using System.Diagnostics;
using System.Globalization;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// One PostgreSQL server and the watchdog that starts it. The watchdog is a shell in a session of its own, whose
/// standard input is a pipe that only the host holds: however the host ends, the pipe closes and the watchdog shuts the
/// server down.
/// </summary>
internal sealed class ServerProcess(ClusterHome home, PostgresBinaries binaries, string socketFolder, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>With no TCP listener the number only names the socket's file.</summary>
    public const int Port = 5432;

    /// <summary>
    /// A fast shutdown ends sessions and writes one checkpoint. Past this, a crash and its recovery are the lesser
    /// evil.
    /// </summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>Recovery replays at most max_wal_size (1 GB by default), which takes minutes on a slow disk.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    /// <summary>How long the backends of a killed server may take to notice it and let go of its memory.</summary>
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Arguments: the log, the socket's folder, the server's command line. Signals of the terminal are left to the
    /// host, which decides when the server stops; SIGINT asks PostgreSQL for a fast shutdown. After an ordered shutdown
    /// the socket's folder goes too, since the host may be gone.
    /// </summary>
    private const string Watchdog = """
        trap '' INT QUIT HUP TERM
        exec 3<&0 </dev/null >>"$1" 2>&1
        sockets=$2
        shift 2
        "$@" 3<&- &
        server=$!
        { while read -r _; do :; done; kill -INT "$server"; } <&3 &
        host=$!
        exec 3<&-
        wait "$server"
        status=$?
        kill -KILL "$host" 2>/dev/null
        if wait "$host"; then
          rm -f "$sockets"/.s.PGSQL.*
          rmdir "$sockets"
        fi
        exit "$status"
        """;

    private Process? watchdog;

    public bool IsRunning => watchdog is { HasExited: false };

    private string PidFile => Path.Combine(home.Data, "postmaster.pid");

    /// <summary>
    /// Starts the server and waits until it answers, through crash recovery when there is need of it.
    /// </summary>
    /// <param name="answers">Whether the server answers now.</param>
    /// <param name="cancellation">Ends the wait and the server.</param>
    public async Task StartAsync(Func<CancellationToken, Task<bool>> answers, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        await EndLeftoverAsync(cancellation);
        home.RotateLog();
        Launch();
        while (!await answers(cancellation))
        {
            if (!IsRunning)
            {
                var log = home.LogTail();
                if (
                    !log.Contains("pre-existing shared memory block", StringComparison.Ordinal)
                    || waited.Elapsed > LeftoverLimit
                )
                    throw new PrivatePostgresException(
                        $"The private PostgreSQL in {home.Path} does not start. Its log ends:\n{log}"
                    );
                Launch();
            }

            if (waited.Elapsed > StartLimit)
                throw new PrivatePostgresException(
                    $"The private PostgreSQL in {home.Path} did not answer within {StartLimit.TotalMinutes:0} minutes; "
                        + $"see {home.ServerLog}."
                );
            await Task.Delay(PollInterval, cancellation);
        }
    }

    /// <summary>Returns when the server has ended, for whatever reason.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation) =>
        watchdog?.WaitForExitAsync(cancellation) ?? Task.CompletedTask;

    /// <summary>
    /// Kills the server and every process of it at once, as a power failure would, and waits until they are gone.
    /// </summary>
    public async Task KillAsync()
    {
        if (watchdog is null || !IsRunning)
            return;
        if (ReadPidFile() is { } pidFile)
            KillTree(pidFile.Pid);
        else
            watchdog.Kill(entireProcessTree: true);
        await watchdog.WaitForExitAsync().WaitAsync(StopLimit);
    }

    /// <summary>
    /// Shuts the server down: sessions are ended, everything is written. Killed when it takes too long; the data
    /// survive either.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (watchdog is null)
            return;
        if (IsRunning)
        {
            try
            {
                watchdog.StandardInput.Close();
                await watchdog.WaitForExitAsync().WaitAsync(StopLimit);
            }
            catch (TimeoutException)
            {
                PrivatePostgresLog.StopTookTooLong(logger, home.Path);
                await KillAsync();
            }
        }

        watchdog.Dispose();
        watchdog = null;
    }

    private void Launch()
    {
        watchdog?.Dispose();
        foreach (var stale in Directory.EnumerateFiles(socketFolder, ".s.PGSQL.*"))
            File.Delete(stale);
        var start = Command.Prepare([
            .. OwnSession(),
            .. home.Account.Prefix,
            "/bin/sh",
            "-c",
            Watchdog,
            "consent-postgres",
            home.ServerLog,
            socketFolder,
            binaries.Postgres,
            "-D",
            home.Data,
            .. Settings().SelectMany(setting => new[] { "-c", setting }),
        ]);
        start.RedirectStandardInput = true;
        watchdog = Process.Start(start) ?? throw new PrivatePostgresException($"'{start.FileName}' did not start.");
    }

    private IEnumerable<string> Settings() =>
        [
            "listen_addresses=",
            $"unix_socket_directories={socketFolder}",
            $"port={Port}",
            // What an acknowledged change rests on; the command line outranks any edited configuration file.
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            // Tests share the server, each with a pool of its own.
            "max_connections=200",
            // The log is a plain file until the next start: it stays short, and holds neither statements nor values,
            // which may name people.
            "logging_collector=off",
            "log_destination=stderr",
            "log_checkpoints=off",
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
            "lc_messages=C",
            "timezone=UTC",
            "log_timezone=UTC",
        ];

    // Ctrl+C reaches every process of the terminal's foreground group, and PostgreSQL would take it for its own order
    // to stop.
    private static IReadOnlyList<string> OwnSession()
    {
        if (Command.Find("setsid") is { } setsid)
            return [setsid];
        if (Command.Find("perl") is { } perl)
            return [perl, "-e", "use POSIX 'setsid'; setsid(); exec @ARGV or die $!;", "--"];
        throw new PrivatePostgresException(
            "Neither setsid (package util-linux) nor perl was found, one of which is needed to start PostgreSQL."
        );
    }

    /// <summary>
    /// Ends a server that an earlier host left running on these data, and clears the way where only its pid file is
    /// left.
    /// </summary>
    private async Task EndLeftoverAsync(CancellationToken cancellation)
    {
        if (!File.Exists(PidFile))
            return;
        var leftover = ReadPidFile();
        var commandLine = leftover is null ? "" : await CommandLineOfAsync(leftover.Value.Pid, cancellation);

        // PostgreSQL itself clears the pid file of a process that is gone, but not that of one whose number has been
        // given to another program.
        var parts = commandLine.Split(" -D ", 2);
        var isPostgres =
            parts[0].EndsWith("/postgres", StringComparison.Ordinal)
            || parts[0].EndsWith("/postmaster", StringComparison.Ordinal);
        var folder = parts.Length == 2 ? parts[1] : "";
        var isOurs =
            isPostgres
            && leftover is not null
            && (folder + " ").StartsWith(leftover.Value.Data + " ", StringComparison.Ordinal);
        if (!isPostgres || (!isOurs && Path.IsPathRooted(folder)))
        {
            File.Delete(PidFile);
            return;
        }

        var pid = leftover!.Value.Pid;
        if (!isOurs)
        {
            throw new PrivatePostgresException(
                $"Process {pid} may be a PostgreSQL server on {home.Data} that this host did not start. Stop it; if it "
                    + $"serves other data, delete {PidFile}."
            );
        }

        PrivatePostgresLog.StoppingLeftover(logger, pid, home.Path);
        var seconds = StopLimit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var stopped = await home.Account.RunAsync(
            [binaries.PgCtl, "stop", "-D", home.Data, "-m", "fast", "-w", "-t", seconds],
            cancellation
        );
        if (!stopped.Succeeded && File.Exists(PidFile))
            KillTree(pid);
    }

    private (int Pid, string Data)? ReadPidFile()
    {
        try
        {
            // The first two lines: the postmaster's process id and its data folder as it was told.
            var lines = File.ReadAllLines(PidFile);
            return
                lines.Length >= 2
                && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                ? (pid, lines[1])
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// The command line of a process, its arguments parted by spaces; empty when there is no such process, or only its
    /// remains.
    /// </summary>
    private static async Task<string> CommandLineOfAsync(int pid, CancellationToken cancellation)
    {
        var number = pid.ToString(CultureInfo.InvariantCulture);
        try
        {
            if (OperatingSystem.IsLinux())
                return (await File.ReadAllTextAsync($"/proc/{number}/cmdline", cancellation)).Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return "";
        }

        var ps =
            Command.Find("ps") ?? throw new PrivatePostgresException("The tool 'ps' was not found on this machine.");
        return (await Command.RunAsync([ps, "-p", number, "-o", "args="], cancellation)).Output;
    }

    private static void KillTree(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // It ended by itself in the meantime.
        }
    }
}
