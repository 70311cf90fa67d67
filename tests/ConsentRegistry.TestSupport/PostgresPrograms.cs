using ConsentRegistry.Api.DevelopmentServer;

namespace ConsentRegistry.TestSupport;

/// <summary>Programs of PostgreSQL beside those that the registry needs itself.</summary>
internal static class PostgresPrograms
{
    /// <summary>Where a program is. It may be missing there: some packages leave it out.</summary>
    /// <param name="name">The program, such as <c>pg_basebackup</c>.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="PrivatePostgresException">No server is installed.</exception>
    public static async Task<string> PathOfAsync(string name, CancellationToken cancellation)
    {
        var binaries = await PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: null, cancellation);
        // Only some of the programs may have a link where the others were found.
        var postgres = File.ResolveLinkTarget(binaries.Postgres, returnFinalTarget: true)?.FullName;
        return Path.Combine(Path.GetDirectoryName(postgres) ?? binaries.Folder, name);
    }
}
