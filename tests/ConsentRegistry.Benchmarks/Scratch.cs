using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Domain.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Benchmarks;

/// <summary>A PostgreSQL server and a data folder for one run, gone after it.</summary>
internal sealed class Scratch : IAsyncDisposable
{
    private readonly DirectoryInfo folder;

    private Scratch(PrivatePostgres postgres, DirectoryInfo folder) => (Postgres, this.folder) = (postgres, folder);

    public PrivatePostgres Postgres { get; }

    /// <summary>The key file that all hosts of the run share.</summary>
    public string KeyFile => Path.Combine(folder.FullName, "log-keys.json");

    public static async Task<Scratch> CreateAsync()
    {
        var root = Directory.CreateTempSubdirectory("consent-bench-");
        var postgres = await PrivatePostgres.StartAsync(Path.Combine(root.FullName, "postgres"), NullLogger.Instance, CancellationToken.None);
        var scratch = new Scratch(postgres, root);
        await File.WriteAllTextAsync(scratch.KeyFile, LogKeys.Create(new OpenSslEd25519()).ToJson(includePrivate: true));
        return scratch;
    }

    /// <summary>A folder of its own for a host; the tokens of all of them are the same.</summary>
    public string HostFolder(string name)
    {
        var path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(path);
        var (tokens, copy) = (Path.Combine(folder.FullName, "development-token.key"), Path.Combine(path, "development-token.key"));
        DevelopmentTokens.Open(folder.FullName);
        if (!File.Exists(copy))
            File.Copy(tokens, copy);
        return path;
    }

    /// <summary>A token that may do everything in Development.</summary>
    public string AdminToken() => DevelopmentTokens.Open(folder.FullName).Make(["admin"], TimeProvider.System.GetUtcNow())!;

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
