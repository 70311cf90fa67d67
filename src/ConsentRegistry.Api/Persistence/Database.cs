using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>The two pools of connections: changes wait for row locks, and must never keep a check from its connection.</summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>Connections for checks and other reads.</summary>
    public const int ReadConnections = 40;

    /// <summary>Connections for changes.</summary>
    public const int ChangeConnections = 40;

    /// <summary>How long a new connection may take: beyond it PostgreSQL counts as unreachable.</summary>
    public const int ConnectSeconds = 3;

    /// <summary>How long any one statement may take.</summary>
    public const int StatementSeconds = 30;

    public Database(string connectionString)
    {
        Reads = Create(connectionString, "reads", ReadConnections);
        Changes = Create(connectionString, "changes", ChangeConnections);
    }

    /// <summary>For checks and other reads.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For changes and the administration.</summary>
    public NpgsqlDataSource Changes { get; }

    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await Changes.DisposeAsync();
    }

    private static NpgsqlDataSource Create(string connectionString, string purpose, int connections)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = $"consent-registry {purpose}",
            MaxPoolSize = Math.Min(connections, given.MaxPoolSize),
            Timeout = ConnectSeconds,
            CommandTimeout = StatementSeconds,
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
            // An acknowledged change has reached the disk, whatever the server's or the role's default says.
            Options = $"{given.Options} -c synchronous_commit=on".Trim(),
        });
    }
}
