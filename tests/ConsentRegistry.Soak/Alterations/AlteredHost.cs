using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>A node over a database that somebody has altered, or is about to: a process of its own.</summary>
internal sealed class AlteredHost : IAsyncDisposable
{
    /// <summary>How long a node may take to do what it has to do, many times what it takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private AlteredHost(Process process, RegistryCaller calls)
    {
        (this.process, Calls) = (process, calls);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Calls it.</summary>
    public RegistryCaller Calls { get; }

    /// <summary>What it has logged: errors, and what is worse.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>Starts a node.</summary>
    /// <param name="scratch">Where it is put.</param>
    /// <param name="connectionString">Its database.</param>
    /// <param name="folder">The name of its data folder: a new one, or one that a node has left.</param>
    public static AlteredHost Start(Scratch scratch, string connectionString, string folder)
    {
        var port = LoopbackPort.Free();
        var start = HostCommand.Of(connectionString, scratch.HostFolder(folder), scratch.KeyFile, port);
        start.RedirectStandardError = true;
        // The audit is run by itself.
        start.ArgumentList.Add("--Audit:EveryHours=0");
        start.ArgumentList.Add("--Shutdown:DrainSeconds=0");
        return new(Process.Start(start)!, new($"http://127.0.0.1:{port}", scratch.Hosts));
    }

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>The first line that has a text; null if there is none.</summary>
    public string? LineWith(string text) => lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until it says something.</summary>
    /// <returns>The line; null if it ends, or does not say so in time.</returns>
    public async Task<string?> SaysAsync(string text, TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (LineWith(text) is null && !process.HasExited && Stopwatch.GetElapsedTime(since) < limit)
            await Task.Delay(BetweenLooks);
        return LineWith(text);
    }

    /// <summary>Waits until it answers a check as it has to.</summary>
    public async Task AnswersAsync(Question question, string effect)
    {
        var (since, last) = (Stopwatch.GetTimestamp(), "");
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            try
            {
                if ((last = await Calls.CheckAsync(question)) == effect)
                    return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // It does not listen yet.
            }
            await Task.Delay(BetweenLooks);
        }
        throw new TimeoutException(
            $"A node answers '{last}', and has to answer '{effect}', to {question}:\n{string.Join('\n', lines)}"
        );
    }

    /// <summary>Waits until it listens, whether it answers checks or not.</summary>
    public async Task ListensAsync()
    {
        using var http = new HttpClient { BaseAddress = new(Calls.Url) };
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Patience && !process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync("/health/live");
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
            await Task.Delay(BetweenLooks);
        }
    }

    /// <summary>Tells it to stop, as an operator does.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Dispose();
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
