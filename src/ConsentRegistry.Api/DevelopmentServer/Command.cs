using System.ComponentModel;
using System.Diagnostics;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>What a finished command said.</summary>
/// <param name="ExitCode">Zero means success.</param>
/// <param name="Output">Standard output, trimmed.</param>
/// <param name="Error">Standard error, trimmed.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>
/// Runs short commands of the operating system. Arguments are passed one by one and never read by a shell.
/// </summary>
internal static class Command
{
    /// <summary>
    /// The slowest command, <c>initdb</c>, takes seconds; on a busy disk its final flush may take a minute.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Where administrators' tools live although an ordinary user's PATH may not name it.</summary>
    private static readonly string[] SystemFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>The full path of an installed tool, or null when there is none.</summary>
    public static string? Find(string tool) =>
        SearchPath().Concat(SystemFolders).Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);

    /// <summary>The absolute folders of PATH, in order.</summary>
    public static IEnumerable<string> SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathRooted);

    /// <summary>How the given command line is started: from the root folder, in a neutral environment.</summary>
    public static ProcessStartInfo Prepare(IEnumerable<string> commandLine)
    {
        // The server's user may be barred from the host's working directory, and PostgreSQL's tools fail in a directory
        // they cannot read.
        var start = new ProcessStartInfo { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var part in commandLine)
        {
            if (start.FileName.Length == 0)
                start.FileName = part;
            else
                start.ArgumentList.Add(part);
        }

        // PGDATA, PGPORT and their like would redirect the tools to a cluster that is not the host's.
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList()
        )
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="PrivatePostgresException">
    /// It cannot be started, or did not end within the limit and was killed.
    /// </exception>
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellation)
    {
        var start = Prepare(commandLine);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception cause)
        {
            throw new PrivatePostgresException($"'{start.FileName}' cannot be started: {cause.Message}", cause);
        }

        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new PrivatePostgresException(
                $"'{start.FileName}' did not end within {Limit.TotalMinutes:0} minutes and was stopped."
            );
        }
    }
}
