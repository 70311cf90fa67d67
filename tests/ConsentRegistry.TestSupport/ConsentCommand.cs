using System.Diagnostics;

namespace ConsentRegistry.TestSupport;

/// <summary>What a run of <c>consent</c> came to.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Told">What it printed, and then its errors.</param>
internal readonly record struct CommandResult(int Code, string Told);

/// <summary>The command line tool <c>consent</c>, as a process.</summary>
internal static class ConsentCommand
{
    /// <summary>Starts it; what it prints can be read.</summary>
    /// <param name="words">The words of the command line.</param>
    /// <param name="token">The token of the environment.</param>
    public static Process Start(IEnumerable<string> words, string token) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "consent.dll"), .. words])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["CONSENT_TOKEN"] = token },
            }
        )!;

    /// <summary>Runs it to its end.</summary>
    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> words,
        string token,
        CancellationToken cancellation = default
    )
    {
        using var process = Start(words, token);
        var (output, errors) = (
            process.StandardOutput.ReadToEndAsync(cancellation),
            process.StandardError.ReadToEndAsync(cancellation)
        );
        await process.WaitForExitAsync(cancellation);
        return new(process.ExitCode, (await output + await errors).Trim());
    }
}
