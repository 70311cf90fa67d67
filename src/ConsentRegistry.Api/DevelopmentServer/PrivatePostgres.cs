using System.Runtime.Versioning;
using ConsentRegistry.Api.Persistence;
using Npgsql;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// A PostgreSQL cluster of the host's own, started from installed server programs: for development, tests and small
/// installations. It listens on a Unix socket only, keeps its data from run to run, and stops with the host however the
/// host ends.
/// </summary>
/// <remarks>
/// The data are under <c>postgres</c> in the folder given. A host that runs as root starts the server as the user
/// <c>postgres</c>; where that user cannot reach the folder, the data are kept under <c>/var/lib/consent-registry/</c>,
/// in a folder named after a hash of the folder's path.
/// </remarks>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>
    /// The user that the cluster is made with, who owns what <see cref="ConnectionString"/>'s user may not change.
    /// </summary>
    internal const string Administrator = "postgres";

    private const string Name = "consent";

    private readonly ClusterHome home;
    private readonly ServerProcess server;
    private readonly string socketFolder;
    private readonly string password;
    private bool disposed;

    private PrivatePostgres(ClusterHome home, ServerProcess server, string socketFolder, string password) =>
        (this.home, this.server, this.socketFolder, this.password) = (home, server, socketFolder, password);

    /// <summary>
    /// How to connect to database <c>consent</c> as user <c>consent</c>, who owns it and may create further databases,
    /// but is no superuser. Contains a password: not to be logged. The same until disposed, across
    /// <see cref="RestartAsync"/>; another after the next start.
    /// </summary>
    public string ConnectionString => ConnectionStringFor(Name, Name, pooling: true);

    /// <summary>
    /// Where the cluster's files are. To be deleted only after <see cref="DisposeAsync"/>, with all data.
    /// </summary>
    public string HomeFolder => home.Path;

    /// <summary>
    /// Starts the cluster of a folder, creating it at the first time and recovering it after a crash. A server that a
    /// killed host left running on these data is stopped first.
    /// </summary>
    /// <param name="folder">The host's data folder; created when it does not exist.</param>
    /// <param name="logger">Told where the data are and what was found.</param>
    /// <param name="cancellation">Gives up; what has been started is stopped.</param>
    /// <exception cref="PrivatePostgresException">
    /// No server is installed, another host uses the folder, or the server does not start.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public static async Task<PrivatePostgres> StartAsync(string folder, ILogger logger, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(
                "The private PostgreSQL needs Linux or macOS. On Windows use WSL, or give the host a connection string."
            );

        var cluster = await ClusterHome.OpenAsync(folder, logger, cancellation);
        try
        {
            var binaries = await PostgresBinaries.FindAsync(
                PostgresBinaries.CandidateFolders(),
                cluster.DataMajor,
                cancellation
            );
            var secret = await cluster.InitialiseAsync(binaries, cancellation);
            var sockets = await CreateSocketFolderAsync(cluster.Account, cancellation);
            var postgres = new PrivatePostgres(
                cluster,
                new ServerProcess(cluster, binaries, sockets, logger),
                sockets,
                secret
            );
            try
            {
                await postgres.server.StartAsync(postgres.AnswersAsync, cancellation);
                await postgres.EnsureDatabaseAsync(cancellation);
                PrivatePostgresLog.Started(logger, binaries.Major, cluster.Path, sockets);
                return postgres;
            }
            catch
            {
                await postgres.DisposeAsync();
                throw;
            }
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Crashes the whole server at once, as a power failure would, and returns when it is gone. For tests of what
    /// happens then.
    /// </summary>
    public Task KillAsync() => server.KillAsync();

    /// <summary>Returns when the server has ended, for whatever reason.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation) => server.WaitForExitAsync(cancellation);

    /// <summary>Starts the server again after it ended, with its data and at the same address.</summary>
    /// <exception cref="InvalidOperationException">The server runs.</exception>
    /// <exception cref="ObjectDisposedException">The cluster has been disposed.</exception>
    /// <exception cref="PrivatePostgresException">The server does not start.</exception>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (server.IsRunning)
            throw new InvalidOperationException("The private PostgreSQL is running.");
        await server.StartAsync(AnswersAsync, cancellation);
    }

    /// <summary>Shuts the server down in order and lets another host have the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await server.DisposeAsync();
        if (Directory.Exists(socketFolder))
            Directory.Delete(socketFolder, recursive: true);
        home.Dispose();
    }

    /// <summary>
    /// A new folder with a short name: a socket's whole path must fit into 104 bytes on macOS and 108 on Linux
    /// (sun_path, unix(7)).
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    private static async Task<string> CreateSocketFolderAsync(ServerAccount account, CancellationToken cancellation)
    {
        // TMPDIR may be private to the host's user, or long; /tmp is neither. The name is random, so nobody else can
        // have made it before.
        const string Shared = "/tmp";
        var name = $"consent-pg-{Path.GetRandomFileName()[..8]}";
        var folder = Path.Combine(Directory.Exists(Shared) ? Shared : Path.GetTempPath(), name);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.OwnAsync(folder, cancellation);
        return folder;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                ConnectionStringFor(Administrator, Administrator, pooling: false)
            );
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (PostgresException refusal) when (refusal.SqlState != PostgresErrorCodes.CannotConnectNow)
        {
            throw new PrivatePostgresException(
                $"The private PostgreSQL in {home.Path} refuses the host: {refusal.MessageText}",
                refusal
            );
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>
    /// Creates the user and the database that are missing; a host killed during the first start may have left out
    /// either.
    /// </summary>
    private async Task EnsureDatabaseAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(
            ConnectionStringFor(Administrator, Administrator, pooling: false)
        );
        await connection.OpenAsync(cancellation);
        await EnsureAsync(
            "SELECT 1 FROM pg_roles WHERE rolname = 'consent'",
            $"CREATE ROLE consent LOGIN CREATEDB PASSWORD '{password}'"
        );
        // The user makes tables and takes these roles, and so has no need to make roles.
        foreach (var role in Database.Roles)
            await EnsureAsync(
                $"SELECT 1 FROM pg_roles WHERE rolname = '{role}'",
                $"CREATE ROLE {role}; GRANT {role} TO consent"
            );
        await EnsureAsync(
            "SELECT 1 FROM pg_database WHERE datname = 'consent'",
            "CREATE DATABASE consent OWNER consent"
        );

        async Task EnsureAsync(string exists, string create)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = exists;
            if (await command.ExecuteScalarAsync(cancellation) is not null)
                return;
            command.CommandText = create;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>
    /// Makes a database in the cluster of a folder while a host runs on it, unless it is there: for another program that
    /// is developed beside the host.
    /// </summary>
    /// <param name="folder">The host's data folder.</param>
    /// <param name="database">The database's name: lower-case letters.</param>
    /// <param name="logger">Told where the data are.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How to connect to it; null where no host runs on the folder. Contains a password.</returns>
    [UnsupportedOSPlatform("windows")]
    public static async Task<string?> EnsureDatabaseAsync(
        string folder,
        string database,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        if (database.Length == 0 || !database.All(char.IsAsciiLetterLower))
            throw new ArgumentException("Lower-case letters.", nameof(database));
        if (await ClusterHome.FindRunningAsync(folder, logger, cancellation) is not (var socket, var password))
            return null;
        await using var connection = new NpgsqlConnection(ConnectionStringFor(socket, password, Name, Name, false));
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT 1 FROM pg_database WHERE datname = '{database}'";
        if (await command.ExecuteScalarAsync(cancellation) is null)
        {
            command.CommandText = $"CREATE DATABASE {database}";
            await command.ExecuteNonQueryAsync(cancellation);
        }
        return ConnectionStringFor(socket, password, database, Name, pooling: true);
    }

    private string ConnectionStringFor(string database, string user, bool pooling) =>
        ConnectionStringFor(socketFolder, password, database, user, pooling);

    private static string ConnectionStringFor(
        string socketFolder,
        string password,
        string database,
        string user,
        bool pooling
    ) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = socketFolder,
            Port = ServerProcess.Port,
            Database = database,
            Username = user,
            Password = password,
            Pooling = pooling,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
}
