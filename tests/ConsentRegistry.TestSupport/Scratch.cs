using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.DevelopmentServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.TestSupport;

/// <summary>A PostgreSQL server and a data folder for one run, gone after it.</summary>
internal sealed class Scratch : IAsyncDisposable
{
    private readonly DirectoryInfo folder;

    private Scratch(PrivatePostgres postgres, DirectoryInfo folder) => (Postgres, this.folder) = (postgres, folder);

    public PrivatePostgres Postgres { get; }

    /// <summary>The key file that all hosts of the run share.</summary>
    public string KeyFile => Hosts.KeyFile;

    /// <summary>What the hosts keep outside the database.</summary>
    public HostFolders Hosts => new(folder.FullName);

    /// <summary>Whether PostgreSQL's programs are installed.</summary>
    public static async Task<bool> CanBeMadeAsync()
    {
        try
        {
            await PostgresBinaries.FindAsync(PostgresBinaries.CandidateFolders(), major: null, CancellationToken.None);
            return true;
        }
        catch (PrivatePostgresException)
        {
            return false;
        }
    }

    public static async Task<Scratch> CreateAsync()
    {
        var root = Directory.CreateTempSubdirectory("consent-bench-");
        var postgres = await PrivatePostgres.StartAsync(
            Path.Combine(root.FullName, "postgres"),
            NullLogger.Instance,
            CancellationToken.None
        );
        return new Scratch(postgres, root);
    }

    /// <summary>A folder of its own for a host; the tokens of all of them are the same.</summary>
    public string HostFolder(string name) => Hosts.Of(name);

    /// <summary>A token that may do everything in Development.</summary>
    public string AdminToken() => Hosts.Token("admin");

    /// <summary>A token that every host accepts, of a kind that <see cref="DevelopmentTokens.Make"/> knows.</summary>
    public string Token(params string[] words) => Hosts.Token(words);

    /// <summary>Where to put what outlives the hosts.</summary>
    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        if (Directory.Exists(Postgres.HomeFolder))
            Directory.Delete(Postgres.HomeFolder, recursive: true);
        folder.Delete(recursive: true);
    }
}
