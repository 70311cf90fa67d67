using System.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// The pools of connections: changes wait for row locks, and must never keep a check from its connection. Each has no
/// more rights than its work needs, whatever the login may: the role is taken as a connection opens.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const string ApplicationRole = "consent_application";

    private const string SequencerRole = "consent_sequencer";

    /// <summary>
    /// The roles that a migration gives rights to: of requests, of the sequencer, and of auditors. None can log in by
    /// itself.
    /// </summary>
    public static readonly IReadOnlyList<string> Roles = [ApplicationRole, SequencerRole, "consent_auditor"];

    /// <summary>Those of them that the host's login takes.</summary>
    public static readonly IReadOnlyList<string> HostRoles = [ApplicationRole, SequencerRole];

    /// <summary>Connections for checks and other reads.</summary>
    public const int ReadConnections = 40;

    /// <summary>Connections for changes.</summary>
    public const int ChangeConnections = 40;

    /// <summary>
    /// Connections of the sequencer: one works, the other takes over where it broke, and stores cosignatures.
    /// </summary>
    public const int SequencerConnections = 2;

    /// <summary>
    /// Connections of the replica: one polls and beats, one loads or compares, one reads for all changes that wait, one
    /// to spare.
    /// </summary>
    public const int ReplicaConnections = 4;

    /// <summary>Connections by which nodes wake each other: one listens, one sends.</summary>
    public const int WakeUpConnections = 2;

    /// <summary>
    /// Connections for handing on and delivering notifications; none is held while a receiver is waited for.
    /// </summary>
    public const int NotificationConnections = 6;

    /// <summary>
    /// Connections for exports: one for each that a node makes at the same time. None is held while bytes go to a
    /// caller.
    /// </summary>
    public const int ExportConnections = 8;

    /// <summary>Connections for those who follow changes and inboxes live: they take turns.</summary>
    public const int FollowerConnections = 4;

    /// <summary>
    /// Connections for readiness and for what a node watches and does without a request: one looks at the log, one at
    /// inboxes, one is asked for readiness, two follow recalls, two look for what expires or is too old, one makes
    /// proofs for witnesses. No request takes one.
    /// </summary>
    public const int BackgroundConnections = 8;

    /// <summary>Connections of a node, at most.</summary>
    public const int NodeConnections =
        ReadConnections
        + ChangeConnections
        + SequencerConnections
        + ReplicaConnections
        + WakeUpConnections
        + NotificationConnections
        + ExportConnections
        + FollowerConnections
        + BackgroundConnections;

    /// <summary>
    /// How long a poll, a beat or a look at the nodes may take: longer, and nothing fresh comes of it.
    /// </summary>
    public const int ReplicaSeconds = 5;

    /// <summary>
    /// How long the server lets a transaction of the sequencer wait for its next statement: a node that is paused in
    /// the middle loses the lock after this time at most.
    /// </summary>
    public const int SequencerIdleSeconds = 3;

    /// <summary>How long a new connection may take: beyond it PostgreSQL counts as unreachable.</summary>
    public const int ConnectSeconds = 3;

    /// <summary>
    /// The same for an operator's command and for the start of a node: no caller waits, and the server may be busy.
    /// </summary>
    private const int LoginConnectSeconds = 15;

    /// <summary>After how long the server asks a silent sequencer whether it is still there.</summary>
    private const int KeepAliveSeconds = 2;

    /// <summary>How long any one statement may take.</summary>
    public const int StatementSeconds = 30;

    /// <summary>Makes the pools; nothing is connected yet.</summary>
    /// <param name="connectionString">How to connect.</param>
    /// <param name="requiresStandby"><see cref="RequiresStandby"/>.</param>
    public Database(string connectionString, bool requiresStandby = false)
    {
        RequiresStandby = requiresStandby;
        Reads = Create(connectionString, "reads", ReadConnections, $"-c role={ApplicationRole}");
        Changes = Create(connectionString, "changes", ChangeConnections, $"-c role={ApplicationRole}");
        Sequencer = Create(
            connectionString,
            "sequencer",
            SequencerConnections,
            $"-c role={SequencerRole} -c idle_in_transaction_session_timeout={SequencerIdleSeconds}s "
                + $"-c tcp_keepalives_idle={KeepAliveSeconds} -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
        );
        // Of what a node says that it has seen, a crash takes back what is more than holds: no need to wait for the disk.
        // A beat that says that the node lives asks for the disk itself.
        Replica = Create(
            connectionString,
            "replica",
            ReplicaConnections,
            $"-c role={ApplicationRole} -c synchronous_commit=off",
            ReplicaSeconds
        );
        // A hint: who sends one would otherwise wait for the disk.
        WakeUps = Create(
            connectionString,
            "wake-ups",
            WakeUpConnections,
            $"-c role={ApplicationRole} -c synchronous_commit=off"
        );
        // Of an attempt whose record a crash takes back, the receiver is told once more: its id says that it is the
        // same.
        Notifications = Create(
            connectionString,
            "notifications",
            NotificationConnections,
            $"-c role={ApplicationRole} -c synchronous_commit=off"
        );
        Exports = Create(connectionString, "exports", ExportConnections, $"-c role={ApplicationRole}");
        Followers = Create(connectionString, "followers", FollowerConnections, $"-c role={ApplicationRole}");
        Background = Create(connectionString, "background", BackgroundConnections, $"-c role={ApplicationRole}");
    }

    /// <summary>
    /// Whether nothing counts that was committed on a server without a synchronous standby:
    /// <c>Database:RequireSynchronous</c>.
    /// </summary>
    public bool RequiresStandby { get; }

    /// <summary>The latest timeline that this node has followed.</summary>
    internal FollowedTimeline Followed { get; } = new();

    /// <summary>For checks and other reads.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For changes and the administration.</summary>
    public NpgsqlDataSource Changes { get; }

    /// <summary>For moving events from the inbox to the log.</summary>
    public NpgsqlDataSource Sequencer { get; }

    /// <summary>For following all changes, and for saying how far this node is.</summary>
    public NpgsqlDataSource Replica { get; }

    /// <summary>For waking the other nodes, and being woken by them.</summary>
    public NpgsqlDataSource WakeUps { get; }

    /// <summary>For handing on and delivering notifications.</summary>
    public NpgsqlDataSource Notifications { get; }

    /// <summary>For exports.</summary>
    public NpgsqlDataSource Exports { get; }

    /// <summary>For those who follow live; through <see cref="FollowerReads"/>.</summary>
    public NpgsqlDataSource Followers { get; }

    /// <summary>For readiness, and for what a node watches and does without a request.</summary>
    public NpgsqlDataSource Background { get; }

    /// <summary>Connections with the login's own rights, for migrating and for looking at what the login may.</summary>
    public static NpgsqlDataSource OfLogin(string connectionString) =>
        Create(connectionString, "login", connections: 2, options: "", connectSeconds: LoginConnectSeconds);

    /// <summary>
    /// Closes what is open and not in use, and what is in use once it is given back: what is opened next may lead to
    /// another server.
    /// </summary>
    public void ClearPools()
    {
        foreach (var pool in Pools)
            pool.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in Pools)
            await pool.DisposeAsync();
    }

    private NpgsqlDataSource[] Pools =>
        [Reads, Changes, Sequencer, Replica, WakeUps, Notifications, Exports, Followers, Background];

    private static NpgsqlDataSource Create(
        string connectionString,
        string purpose,
        int connections,
        string options,
        int seconds = StatementSeconds,
        int connectSeconds = ConnectSeconds
    )
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var source = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                ApplicationName = $"consent-registry {purpose}",
                MaxPoolSize = Math.Min(connections, given.MaxPoolSize),
                Timeout = connectSeconds,
                CommandTimeout = seconds,
                MaxAutoPrepare = 50,
                AutoPrepareMinUsages = 2,
                IncludeErrorDetail = false,
                // Nobody leaves anything behind in a session but the replica, which takes a lock while it loads: settings
                // are local to transactions. To reset a session would be seven statements before each use.
                NoResetOnClose = purpose != "replica",
                // An acknowledged change has reached the disk, whatever the server's or the role's default says. A commit
                // that the standby did not confirm is told of by a warning, which must not be left out.
                Options = $"{given.Options} -c synchronous_commit=on -c client_min_messages=warning {options}".Trim(),
            }.ConnectionString
        )
        {
            // What the pool is called where it is measured.
            Name = purpose,
        };
        // Columns and parameters have types that every server has: what types there are need not be asked, and each pool
        // would ask by itself.
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        // What a node does again and again by itself belongs to no trace, and would fill one with nothing else.
        source.ConfigureTracing(tracing =>
            tracing
                .ConfigureCommandFilter(_ => Activity.Current is not null)
                .ConfigureBatchFilter(_ => Activity.Current is not null)
                .ConfigureCopyOperationFilter(_ => Activity.Current is not null)
                .EnablePhysicalOpenTracing(false)
                .EnableFirstResponseEvent(false)
        );
        return source.Build();
    }
}
