using System.Diagnostics;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// The host of the release before this version, built from the repository's own history: the newest tag of a release
/// before this commit, or, while there is none, the last commit that did not have the newest migration.
/// </summary>
internal sealed class PreviousRelease : IAsyncDisposable
{
    private const string Migrations = "src/ConsentRegistry.Api/Persistence/Migrations";

    /// <summary>How long a build may take on a busy machine.</summary>
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(8);

    private readonly string folder;

    private PreviousRelease(string folder, string commit) => (this.folder, Commit) = (folder, commit);

    /// <summary>What it was built from.</summary>
    public string Commit { get; }

    /// <summary>The program.</summary>
    public string Host =>
        Path.Combine(folder, "src", "ConsentRegistry.Api", "bin", "Release", "net10.0", "ConsentRegistry.Api.dll");

    /// <summary>Builds it, or skips the test where the history is not there: in a shallow clone, or without git.</summary>
    public static async Task<PreviousRelease> BuildAsync()
    {
        var commit = await FindAsync();
        Assert.SkipWhen(
            commit is null,
            "THE HISTORY OF THE REPOSITORY IS MISSING: no earlier version is tried beside this one. git fetch --unshallow"
        );
        var release = new PreviousRelease(Directory.CreateTempSubdirectory("consent-previous-").FullName, commit);
        try
        {
            await MustAsync(
                "git",
                "-C",
                Repository.Folder,
                "worktree",
                "add",
                "--force",
                "--detach",
                release.folder,
                commit
            );
            await MustAsync(
                "dotnet",
                "build",
                Path.Combine(release.folder, "src", "ConsentRegistry.Api"),
                "-c",
                "Release",
                "-v",
                "quiet",
                "--nologo",
                "-p:RunAnalyzers=false"
            );
            return release;
        }
        catch
        {
            await release.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ = await RunAsync("git", "-C", Repository.Folder, "worktree", "remove", "--force", folder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <returns>The commit; null where it cannot be known or is not here.</returns>
    private static async Task<string?> FindAsync()
    {
        var tag = await GitAsync("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^");
        if (tag is not null)
            return await GitAsync("rev-list", "-n", "1", tag);
        var newest = Directory
            .GetFiles(Path.Combine(Repository.Folder, Migrations), "*.sql")
            .Select(Path.GetFileName)
            .Max(StringComparer.Ordinal);
        return
            await GitAsync("log", "-1", "--diff-filter=A", "--format=%H", "--", $"{Migrations}/{newest}") is { } added
            ? await GitAsync("rev-parse", "--verify", "--quiet", $"{added}^")
            : null;
    }

    /// <returns>What git says; null where it fails, or says nothing.</returns>
    private static async Task<string?> GitAsync(params string[] arguments)
    {
        try
        {
            var (code, output) = await RunAsync("git", ["-C", Repository.Folder, .. arguments]);
            return code == 0 && output.Trim() is { Length: > 0 } said ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no git.
            return null;
        }
    }

    private static async Task MustAsync(string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}\n{output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(BuildTimeout);
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
