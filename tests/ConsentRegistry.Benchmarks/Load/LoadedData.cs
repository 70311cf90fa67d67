using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// A PostgreSQL server of the benchmark's own whose database holds a scale's data. It is kept from run to run, under
/// <c>.data</c> of the repository, since loading takes minutes.
/// </summary>
internal sealed class LoadedData : IAsyncDisposable
{
    private const string Loaded = "bench";

    private const string Granted = "bench_granted";

    private const string Identified = "bench_identified";

    private const string Empty = "bench_empty";

    /// <summary>Who checks, and has the grants where there are grants.</summary>
    public const string Requester = "studio";

    private const string GrantedNode = "node-granted";

    private const string IdentifiedNode = "node-identified";

    private readonly PrivatePostgres postgres;
    private readonly DirectoryInfo folder;
    private readonly HostFolders hosts;

    private LoadedData(PrivatePostgres postgres, DirectoryInfo folder, Scale scale) =>
        (this.postgres, this.folder, hosts, Scale) = (postgres, folder, new(folder.FullName), scale);

    public Scale Scale { get; }

    /// <summary>How to connect to the data.</summary>
    public string ConnectionString => ConnectionStringOf(Loaded);

    /// <summary>How the server's superuser connects.</summary>
    public string Administrator =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
        {
            Database = PrivatePostgres.Administrator,
            Username = PrivatePostgres.Administrator,
        }.ConnectionString;

    /// <summary>A token of a platform that checks.</summary>
    public string CheckToken => hosts.Token("platform", Requester);

    /// <summary>A token that may do everything in Development.</summary>
    public string AdminToken => hosts.Token("admin");

    /// <summary>Opens the data of a scale, and loads them where they are missing.</summary>
    /// <param name="scale">The scale.</param>
    /// <param name="hasGranted">Whether the same data with grants are wanted beside them.</param>
    /// <param name="hasIdentified">Whether the same data with identifiers are wanted beside them.</param>
    public static async Task<LoadedData> OpenAsync(Scale scale, bool hasGranted, bool hasIdentified)
    {
        var kept = Directory.CreateDirectory(Path.Combine(Repository.Folder, ".data", $"bench-{scale.Creators}"));
        var data = new LoadedData(
            await PrivatePostgres.StartAsync(kept.FullName, NullLogger.Instance, CancellationToken.None),
            kept,
            scale
        );
        try
        {
            if (!await Loading.IsDoneAsync(data.ConnectionString))
            {
                Console.Error.WriteLine(
                    $"Loading {scale.Creators:N0} creators with {scale.Videos:N0} videos and overrides into "
                        + $"{kept.FullName}; they are kept for the next run."
                );
                await data.CreateDatabaseAsync(Loaded);
                data.Forget("node-*");
                await data.MigrateAsync(data.ConnectionString);
                var loading = new Loading(data.ConnectionString, scale);
                await new LoadingLog(data.ConnectionString, scale, data.Keys, data.Signer).RunAsync();
                await loading.RunAsync();
                await SealedRows.SealAsync(data.ConnectionString, data.Keys);
                await loading.MarkDoneAsync();
            }
            // The service may have grown a migration since the data were loaded.
            await data.MigrateAsync(data.ConnectionString);
            if (hasGranted)
                await data.CopyAsync(Granted, GrantedNode, $"{scale.Grants:N0} grants", copy => copy.AddGrantsAsync());
            if (hasIdentified)
                await data.CopyAsync(
                    Identified,
                    IdentifiedNode,
                    $"{scale.Videos:N0} identifiers",
                    copy => copy.AddIdentifiersAsync()
                );
            return data;
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node of the service over the data, and waits until it is ready.</summary>
    /// <param name="name">The node's name: <c>node-</c> and a word. Each has a folder of its own.</param>
    /// <param name="settings">Further arguments of the node.</param>
    public Task<RunningServer> StartNodeAsync(string name, params IReadOnlyList<string> settings) =>
        StartNodeAsync(name, ConnectionString, settings);

    /// <summary>Starts a node over the data with grants.</summary>
    public Task<RunningServer> StartGrantedNodeAsync() => StartNodeAsync(GrantedNode, ConnectionStringOf(Granted), []);

    /// <summary>Starts a node over the data with identifiers.</summary>
    public Task<RunningServer> StartIdentifiedNodeAsync() =>
        StartNodeAsync(IdentifiedNode, ConnectionStringOf(Identified), []);

    /// <summary>Starts a node over a database without data, made anew.</summary>
    public async Task<RunningServer> StartEmptyNodeAsync()
    {
        const string Name = "node-empty";
        await CreateDatabaseAsync(Empty);
        Forget(Name);
        await MigrateAsync(ConnectionStringOf(Empty));
        return await StartHostAsync(Name, ConnectionStringOf(Empty), []);
    }

    /// <summary>Where to put what the run needs a file for.</summary>
    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
    }

    private IntegrityKeys Keys =>
        new(IntegrityKey.ReadAll(File.ReadAllText(HostCommand.IntegrityKeyBeside(hosts.KeyFile)))!);

    private LogSigner Signer => new(RegistryOptions.DevelopmentOrigin, LogKeys.Read(hosts.KeyFile, new NSecEd25519()));

    // The nodes are of Development, and their log has its usual name.
    private Task MigrateAsync(string connectionString) =>
        Migrator.MigrateAsync(
            connectionString,
            new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            Keys,
            isOwn: _ => true,
            CancellationToken.None
        );

    // Before any node is up: a database is copied while nobody uses it.
    private async Task CopyAsync(string name, string node, string what, Func<Loading, Task> addAsync)
    {
        Console.Error.WriteLine($"Copying the data, and adding {what} to the copy.");
        await CreateDatabaseAsync(name, template: Loaded);
        Forget(node);
        await addAsync(new Loading(ConnectionStringOf(name), Scale));
        await SealedRows.SealAsync(ConnectionStringOf(name), Keys);
    }

    // Over data that it does not believe, a node denies everything, and nothing that is measured means anything.
    private async Task<RunningServer> StartNodeAsync(
        string name,
        string connectionString,
        IReadOnlyList<string> settings
    )
    {
        var node = await StartHostAsync(name, connectionString, settings);
        using var http = new HttpClient { BaseAddress = node.Url };
        http.DefaultRequestHeaders.Authorization = new("Bearer", CheckToken);
        var video = Enumerable.Range(1, Scale.VideosPerCreator).First(one => Scale.EffectOf(one) == "allow");
        using var body = new StringContent(Scale.Check(video), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/v1/checks", body);
        var said = await answer.Content.ReadAsStringAsync();
        if (JsonNode.Parse(said)?["effect"]?.GetValue<string>() == "allow")
            return node;
        await node.DisposeAsync();
        throw new BenchmarkException($"a node does not answer what was loaded: {said}");
    }

    private async Task<RunningServer> StartHostAsync(
        string name,
        string connectionString,
        IReadOnlyList<string> settings
    )
    {
        var port = LoopbackPort.Free();
        var start = HostCommand.Of(connectionString, hosts.Of(name), hosts.KeyFile, port);
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);
        return await RunningServer.StartAsync(start, port, "/health/ready");
    }

    private string ConnectionStringOf(string database) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = database }.ConnectionString;

    private async Task CreateDatabaseAsync(string name, string template = "template1")
    {
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync();
        foreach (
            var sql in new[]
            {
                $"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                $"CREATE DATABASE {name} TEMPLATE {template}",
            }
        )
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }

    // A node refuses a log that is shorter than what it signed, and what it signed is gone with its database.
    private void Forget(string nodes)
    {
        foreach (var node in folder.EnumerateDirectories(nodes))
            node.Delete(recursive: true);
    }
}
