using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// The programs of one installed PostgreSQL server: <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c> of one folder and
/// version.
/// </summary>
/// <param name="Folder">The absolute folder that holds them.</param>
/// <param name="Major">The major version. A data folder can be opened only by the major version that made it.</param>
public sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>Names the one folder to use, instead of searching.</summary>
    public const string FolderVariable = "CONSENT_POSTGRES_BIN";

    /// <summary>The oldest major version that the registry is tested with.</summary>
    public const int OldestMajor = 15;

    private const string HowToInstall = """
        Install the PostgreSQL server (15 or newer):
          Debian, Ubuntu:  sudo apt-get install postgresql
          Fedora:          sudo dnf install postgresql-server
          Alpine:          sudo apk add postgresql
          macOS:           brew install postgresql@17
        or set CONSENT_POSTGRES_BIN to the folder that holds initdb, postgres and pg_ctl,
        or give the host a connection string to a PostgreSQL server that already runs.
        """;

    private static readonly string[] Programs = ["initdb", "postgres", "pg_ctl"];

    public string InitDb => Path.Combine(Folder, "initdb");
    public string Postgres => Path.Combine(Folder, "postgres");
    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// The folders worth looking into, best first: the one that <see cref="FolderVariable"/> names and no other when it
    /// is set; else those of PATH, then where Debian, PGDG, Alpine, Homebrew and Postgres.app put servers, newest
    /// first.
    /// </summary>
    public static IReadOnlyList<string> CandidateFolders()
    {
        var chosen = Environment.GetEnvironmentVariable(FolderVariable);
        if (!string.IsNullOrWhiteSpace(chosen))
            return [Path.GetFullPath(chosen)];
        return
        [
            .. Command.SearchPath(),
            .. Versions("/usr/lib/postgresql", "*", "bin"),
            .. Versions("/usr", "pgsql-*", "bin"),
            .. Versions("/usr/libexec", "postgresql*", ""),
            .. Versions("/opt/homebrew/opt", "postgresql*", "bin"),
            .. Versions("/usr/local/opt", "postgresql*", "bin"),
            .. Versions("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"),
            .. Versions("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
        ];
    }

    /// <summary>The first complete and recent enough server among the folders.</summary>
    /// <param name="folders">Where to look, best first. Folders that do not exist are passed over.</param>
    /// <param name="major">The version that the data need, or null for any from <see cref="OldestMajor"/> on.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="PrivatePostgresException">None is there. The message says how to install one.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        IReadOnlyList<string> folders,
        int? major,
        CancellationToken cancellation
    )
    {
        var seen = new SortedSet<int>();
        foreach (
            var folder in folders
                .Distinct()
                .Where(folder => Programs.All(program => File.Exists(Path.Combine(folder, program))))
        )
        {
            if (await MajorOfAsync(folder, cancellation) is not { } found)
                continue;
            if (found >= OldestMajor && (major is null || found == major))
                return new PostgresBinaries(folder, found);
            seen.Add(found);
        }

        throw new PrivatePostgresException(Explain(folders, seen, major));
    }

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            var answer = await Command.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancellation);
            return answer.Succeeded && VersionLine().Match(answer.Output).Groups["major"].TryParse(out var major)
                ? major
                : null;
        }
        catch (PrivatePostgresException)
        {
            // A link that an uninstalled package left behind, or a program of another machine: the next folder may do.
            return null;
        }
    }

    private static string Explain(IReadOnlyList<string> folders, SortedSet<int> seen, int? major)
    {
        var where = folders.Count == 1 ? $" in {folders[0]}" : "";
        if (seen.Count == 0)
            return $"No PostgreSQL server programs (initdb, postgres, pg_ctl) were found{where}.\n{HowToInstall}";

        var installed = string.Join(", ", seen);
        return major is null
            ? $"PostgreSQL {installed} was found{where}, which is too old.\n{HowToInstall}"
            : $"The data were written by PostgreSQL {major}, but only version {installed} was found{where}. Install "
                + $"PostgreSQL {major} again "
                + "(only it can open these data; pg_dump and pg_restore carry them to a newer one), or move the data "
                + "folder away to begin anew.";
    }

    private static IEnumerable<string> Versions(string parent, string pattern, string below) =>
        Directory.Exists(parent)
            ? Directory
                .EnumerateDirectories(parent, pattern)
                .OrderByDescending(folder =>
                    Number().Match(Path.GetFileName(folder)).TryParse(out var version) ? version : 0
                )
                .Select(folder => Path.Combine(folder, below))
            : [];

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", and "18beta1" before a release.
    [GeneratedRegex(
        @"\(PostgreSQL\) (?<major>[0-9]{1,4})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VersionLine();

    [GeneratedRegex("[0-9]{1,4}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}

file static class CaptureExtensions
{
    public static bool TryParse(this Group capture, out int number) =>
        int.TryParse(capture.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
