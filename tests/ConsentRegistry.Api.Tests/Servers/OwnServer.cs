using ConsentRegistry.Api.DevelopmentServer;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Servers;

/// <summary>A private server from installed programs, with its data in a folder that goes with it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly string folder;

    private OwnServer(PrivatePostgres postgres, string folder) => (Postgres, this.folder) = (postgres, folder);

    public PrivatePostgres Postgres { get; }

    /// <summary>How its superuser connects.</summary>
    public string Administrator =>
        new NpgsqlConnectionStringBuilder(Postgres.ConnectionString)
        {
            Database = PrivatePostgres.Administrator,
            Username = PrivatePostgres.Administrator,
            Pooling = false,
        }.ConnectionString;

    /// <summary>Starts one.</summary>
    /// <exception cref="PrivatePostgresException">The programs are missing, or it does not start.</exception>
    public static async Task<OwnServer> StartAsync(CancellationToken cancellation)
    {
        var home = Path.Combine(Path.GetTempPath(), $"consent-tests-{Guid.NewGuid():N}");
        return new(await PrivatePostgres.StartAsync(home, NullLogger.Instance, cancellation), home);
    }

    /// <summary>
    /// Skips the test where the programs are missing: it needs a server that it may kill, pause, restart or configure.
    /// </summary>
    public static async Task SkipUnlessInstalledAsync() =>
        Assert.SkipUnless(
            await AreInstalledAsync(),
            "POSTGRESQL'S PROGRAMS ARE MISSING: what needs a server of its own is not tested. On Debian: apt-get "
                + "install postgresql"
        );

    /// <summary>Whether programs are installed that the registry can use.</summary>
    public static async Task<bool> AreInstalledAsync()
    {
        try
        {
            await PostgresBinaries.FindAsync(
                PostgresBinaries.CandidateFolders(),
                major: null,
                TestContext.Current.CancellationToken
            );
            return true;
        }
        catch (PrivatePostgresException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        // As root, its home may be elsewhere.
        foreach (var place in new[] { Postgres.HomeFolder, folder }.Where(Directory.Exists))
            Directory.Delete(place, recursive: true);
    }
}
