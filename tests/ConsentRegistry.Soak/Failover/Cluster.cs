using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Failover;

/// <summary>
/// The cluster of <c>deploy/ha/ha.sh</c>, in a folder of its own. It stops with the run, and when that is told to end
/// before.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>The size of a server's disk, in MiB, where it is limited: many times what a run writes.</summary>
    private const int DiskMiB = 1_500;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-ha-");
    private readonly FailoverMode mode;
    private readonly PosixSignalRegistration[] signals;

    private Cluster(FailoverMode mode)
    {
        this.mode = mode;
        signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, EndEarly),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndEarly),
        ];
    }

    /// <summary>The addresses of the nodes.</summary>
    public IReadOnlyList<string> Nodes { get; private set; } = [];

    /// <summary>After how long without news of the primary Patroni makes another server the primary.</summary>
    public TimeSpan Ttl { get; private set; }

    /// <summary>A connection string that names every server.</summary>
    public string Database { get; private set; } = "";

    /// <summary>Where to put what belongs to the run.</summary>
    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A token that every node accepts.</summary>
    public string AdminToken() => new HostFolders(PathOf("keys")).Token("admin");

    public static async Task<Cluster> StartAsync(FailoverMode mode)
    {
        var cluster = new Cluster(mode);
        try
        {
            foreach (var line in (await cluster.CallAsync("up")).Split('\n'))
                cluster.Take(line.Split('=', 2));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <returns>The number of the server that the fault happened to.</returns>
    public async Task<string> BreakAsync(ClusterFaultKind kind) =>
        (await CallAsync("break", kind.Name, kind.Server)).Trim();

    /// <summary>Ends whatever fault a server has.</summary>
    public Task MendAsync(string server) => CallAsync("mend", "all", server);

    /// <summary>Whether there are a primary and its standbys, one of which confirms.</summary>
    public async Task<bool> IsCompleteAsync() => (await RunAsync("complete")).Code == 0;

    /// <summary>Whether its folder, with all logs, is kept.</summary>
    public bool IsKept { get; set; }

    /// <summary>The folder.</summary>
    public string Folder => folder.FullName;

    /// <summary>Stops everything that was started, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var signal in signals)
            signal.Dispose();
        await CallAsync("down");
        if (!IsKept)
            folder.Delete(recursive: true);
    }

    private void EndEarly(PosixSignalContext signal)
    {
        // What ha.sh started does not end with this process.
        signal.Cancel = true;
        RunAsync("down").GetAwaiter().GetResult();
        folder.Delete(recursive: true);
        Environment.Exit(128 + (signal.Signal == PosixSignal.SIGINT ? 2 : 15));
    }

    private void Take(string[] pair)
    {
        switch (pair)
        {
            case ["NODE", var url]:
                Nodes = [.. Nodes, url];
                break;
            case ["TTL", var seconds]:
                Ttl = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
                break;
            case ["DATABASE", var connection]:
                Database = connection;
                break;
        }
    }

    private async Task<string> CallAsync(params string[] words)
    {
        var (code, told) = await RunAsync(words);
        return code == 0
            ? told
            : throw new InvalidOperationException($"ha.sh {string.Join(' ', words)} ended with exit code {code}.");
    }

    private async Task<(int Code, string Told)> RunAsync(params string[] words)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Folder, "deploy", "ha", "ha.sh"), words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment =
            {
                ["CONSENT_HA_DATA"] = folder.FullName,
                ["CONSENT_HA_SYNCHRONOUS"] = mode == FailoverMode.Asynchronous ? "false" : "true",
                ["CONSENT_HA_CONFIRM_BEATS"] = mode == FailoverMode.UnconfirmedBeats ? "off" : "on",
                ["CONSENT_HA_DISK"] = Environment.IsPrivilegedProcess
                    ? DiskMiB.ToString(CultureInfo.InvariantCulture)
                    : "",
            },
        };
        using var process = Process.Start(start)!;
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, told);
    }
}
