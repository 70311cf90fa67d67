using System.Diagnostics;

namespace ConsentRegistry.Benchmarks;

/// <summary>Two hosts over one database, each a process of its own that can be killed.</summary>
internal sealed class Hosts(Scratch scratch) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(3);

    private readonly int[] ports = [HostCommand.FreePort(), HostCommand.FreePort()];
    private readonly Process?[] processes = new Process?[2];

    /// <summary>The address of a host; which, does not matter.</summary>
    public string UrlOf(int number) => $"http://127.0.0.1:{ports[number % ports.Length]}";

    public async Task StartAsync()
    {
        for (var host = 0; host < ports.Length; host++)
        {
            await StartAsync(host);
        }
    }

    /// <summary>Starts what does not run, and waits until it is ready.</summary>
    public async Task EnsureRunningAsync()
    {
        for (var host = 0; host < ports.Length; host++)
        {
            if (processes[host] is not { HasExited: false })
                await StartAsync(host);
        }
    }

    /// <summary>Kills one host, the other, and the database in turns, until it is told to stop; each is started again.</summary>
    /// <returns>What was killed how often.</returns>
    public async Task<string> KillAgainAndAgainAsync(Func<int> progress, CancellationToken cancellation)
    {
        var (hosts, databases) = (0, 0);
        while (!cancellation.IsCancellationRequested)
        {
            var before = progress();
            await Task.Delay(BetweenKills, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            // Something has to happen between two kills, or they are all there is.
            if (cancellation.IsCancellationRequested || progress() == before)
                continue;
            if ((hosts + databases) % 3 == 2)
            {
                databases++;
                await scratch.Postgres.KillAsync();
                await scratch.Postgres.RestartAsync(CancellationToken.None);
            }
            else
            {
                var host = hosts++ % ports.Length;
                processes[host]!.Kill();
                await processes[host]!.WaitForExitAsync(CancellationToken.None);
                await StartAsync(host);
            }
        }
        return $"{hosts} hosts and {databases} databases killed";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.OfType<Process>().Where(process => !process.HasExited))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private async Task StartAsync(int host)
    {
        var start = HostCommand.Of(scratch.Postgres.ConnectionString, scratch.HostFolder($"host-{host}"), scratch.KeyFile, ports[host]);
        while (true)
        {
            var process = processes[host] = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            if (await IsReadyAsync(host, process))
                return;
        }
    }

    private async Task<bool> IsReadyAsync(int host, Process process)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        // A host that finds no database ends, and is started again.
        while (!process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync($"{UrlOf(host)}/health/ready");
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
}
