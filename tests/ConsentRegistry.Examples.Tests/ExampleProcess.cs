using System.Diagnostics;
using System.Text;

namespace ConsentRegistry.Examples.Tests;

/// <summary>An example as it is run: a process of its own.</summary>
internal sealed class ExampleProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder written = new();

    private ExampleProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (written)
                return written.ToString();
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>Starts a program that was built with these tests.</summary>
    public static ExampleProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, $"{program}.dll") },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        RunningRegistry registry,
        string token,
        params string[] arguments
    )
    {
        await using var running = Start(program, arguments, Environment(registry, token));
        await running.process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (running.process.ExitCode, running.Output);
    }

    /// <summary>What the console programs are told.</summary>
    public static Dictionary<string, string> Environment(RunningRegistry registry, string token) =>
        new(StringComparer.Ordinal) { ["CONSENT_REGISTRY"] = registry.Url, ["CONSENT_TOKEN"] = token };

    /// <summary>Kills it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (written)
            written.AppendLine(line);
    }
}
