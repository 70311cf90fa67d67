using System.Diagnostics;

namespace ConsentRegistry.TestSupport;

/// <summary>
/// Several nodes over one database, each a process of its own that can be killed, paused and started again.
/// </summary>
/// <param name="connectionString">The database.</param>
/// <param name="hosts">Where they keep what is theirs.</param>
/// <param name="count">How many.</param>
/// <param name="settings">Further arguments of a node, by its number; none without it.</param>
/// <param name="program">Which host a node is when it is started next, by its number; that of this build without it.</param>
internal sealed class Nodes(
    string connectionString,
    HostFolders hosts,
    int count,
    Func<int, IEnumerable<string>>? settings = null,
    Func<int, string?>? program = null
) : IAsyncDisposable
{
    /// <summary>Nodes over the database of a run.</summary>
    public Nodes(Scratch scratch, int count, Func<int, IEnumerable<string>>? settings = null)
        : this(scratch.Postgres.ConnectionString, scratch.Hosts, count, settings) { }

    private readonly int[] ports = [.. Enumerable.Range(0, count).Select(_ => LoopbackPort.Free())];
    private readonly Process?[] processes = new Process?[count];

    public int Count => count;

    /// <summary>The addresses of all nodes.</summary>
    public IReadOnlyList<string> Urls => [.. Enumerable.Range(0, count).Select(UrlOf)];

    /// <summary>The address of a node; any number means one.</summary>
    public string UrlOf(int number) => $"http://127.0.0.1:{ports[number % ports.Length]}";

    /// <summary>Starts all of them, and waits until they are ready.</summary>
    public async Task StartAsync()
    {
        // The first migrates the database.
        await StartAsync(0);
        await Task.WhenAll(Enumerable.Range(1, count - 1).Select(StartAsync));
    }

    /// <summary>Starts what does not run, and waits until it is ready.</summary>
    public async Task EnsureRunningAsync()
    {
        for (var node = 0; node < count; node++)
        {
            if (processes[node] is not { HasExited: false })
                await StartAsync(node);
        }
    }

    /// <summary>Kills a node at once, as a power failure would.</summary>
    public async Task KillAsync(int node)
    {
        processes[node]!.Kill();
        await processes[node]!.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Tells a node to stop, as an operator does, and waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(int node)
    {
        await SignalAsync(node, "TERM");
        await processes[node]!.WaitForExitAsync(CancellationToken.None);
        return processes[node]!.ExitCode;
    }

    /// <summary>Stops a node where it stands, in the middle of whatever it does; its connections stay open.</summary>
    public Task PauseAsync(int node) => SignalAsync(node, "STOP");

    /// <summary>Lets a paused node go on.</summary>
    public Task ContinueAsync(int node) => SignalAsync(node, "CONT");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.OfType<Process>().Where(process => !process.HasExited))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Starts a node, and waits until it is ready.</summary>
    public async Task StartAsync(int node)
    {
        var start = HostCommand.Of(
            connectionString,
            hosts.Of($"host-{node}"),
            hosts.KeyFile,
            ports[node],
            program?.Invoke(node)
        );
        foreach (var setting in settings?.Invoke(node) ?? [])
            start.ArgumentList.Add(setting);
        while (true)
        {
            var process = processes[node] = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            if (await IsReadyAsync(node, process))
                return;
        }
    }

    private async Task<bool> IsReadyAsync(int node, Process process)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        // A node that finds no database ends, and is started again.
        while (!process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync($"{UrlOf(node)}/health/ready");
                if (answer.IsSuccessStatusCode)
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }
            await Task.Delay(100);
        }
        return false;
    }

    // Not every machine has the program `kill`; every shell has the command.
    private async Task SignalAsync(int node, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {processes[node]!.Id}"]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"Node {node} could not be sent {signal}.");
    }
}
