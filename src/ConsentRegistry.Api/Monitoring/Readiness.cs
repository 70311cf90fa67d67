using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Monitoring;

/// <summary>A part of what a node answers from.</summary>
/// <param name="Name"><c>database</c>, <c>standby</c>, <c>memory</c>, <c>keys</c>, <c>identifiers</c>,
/// <c>integrityKeys</c>, <c>integrity</c>, <c>log</c> or <c>notifications</c>. <c>standby</c> is whether commits wait for a
/// synchronous standby; it is there only where the node demands one. <c>keys</c> are those of the issuer of tokens. <c>identifiers</c>
/// are the keys of the hashes of erased identifiers. <c>integrityKeys</c> are the keys by which nodes know what nodes
/// wrote. <c>integrity</c> is whether the database holds what nodes wrote. <c>log</c> is the history log.
/// <c>notifications</c> is the part that hands them on.</param>
/// <param name="Ready">Whether it is as it should be.</param>
/// <param name="Needed">Whether the node is not ready without it.</param>
/// <param name="AgeMs">How long ago that was last seen, in milliseconds; null if it never was, or cannot grow
/// old.</param>
public sealed record ReadinessPart(string Name, bool Ready, bool Needed, [property: AtLeast(0)] long? AgeMs);

/// <summary>Whether this node can answer, part by part.</summary>
internal sealed class Readiness(
    Database database,
    ConsentReplica replica,
    IssuerKeys keys,
    LogWatch log,
    OutboxRelay relay,
    IdentifierKeys identifierKeys,
    IntegrityKeys integrityKeys,
    IntegrityMetrics integrity,
    Drain drain,
    TimeProvider clock
)
{
    /// <summary>How long the database may take to answer.</summary>
    private const int ProbeSeconds = 2;

    /// <summary>
    /// For how long an answer of the database is good for everybody who asks: whoever asks often asks it no more often
    /// than this.
    /// </summary>
    private static readonly TimeSpan ProbeLasts = TimeSpan.FromMilliseconds(250);

    private readonly Lock guard = new();
    private Task<bool> probe = Task.FromResult(false);
    private long? probedAt;
    private long? answeredAt;
    private bool lacksKey;
    private bool lacksNodeKey;
    private bool lacksStandby = true;

    /// <summary>Looks at all parts.</summary>
    public async Task<IReadOnlyList<ReadinessPart>> LookAsync(CancellationToken cancellation)
    {
        var answers = await ProbeAsync().WaitAsync(cancellation);
        return [new("database", answers, Needed: true, Milliseconds(AnswerAge)), .. Seen];
    }

    /// <summary>The parts that are known without asking the database.</summary>
    public IReadOnlyList<ReadinessPart> Seen =>
        [
            .. database.RequiresStandby
                ? [new ReadinessPart("standby", HasStandby, Needed: true, Milliseconds(AnswerAge))]
                : Array.Empty<ReadinessPart>(),
            new("memory", replica.TryBegin(out _), Needed: true, Milliseconds(replica.Age)),
            new("keys", keys.AreKnown, Needed: true, Milliseconds(keys.Age)),
            // Without them content that was erased would be answered as if nobody had ever registered it.
            new("identifiers", HasIdentifierKeys, Needed: true, Milliseconds(AnswerAge)),
            // Without them nothing that another node wrote would be believed.
            new("integrityKeys", HasIntegrityKeys, Needed: true, Milliseconds(AnswerAge)),
            // Everybody else is answered: another node knows no more than this one.
            new("integrity", integrity.Denied == 0, Needed: false, AgeMs: null),
            // Checks and changes are answered without it, for as long as events may wait.
            new("log", log.IsWell, Needed: false, Milliseconds(log.Age)),
            // What is told waits in the database meanwhile, and another node may hand it on.
            new("notifications", relay.IsWell, Needed: false, Milliseconds(relay.Age)),
        ];

    /// <summary>Why this node is not ready; null if it is.</summary>
    public Problem? Refusal(IReadOnlyList<ReadinessPart> parts)
    {
        if (drain.HasBegun)
            return new(503, ProblemCode.Unavailable, "This node is being stopped; send requests to another.");
        var missing = parts.Where(part => part.Needed && !part.Ready).Select(part => part.Name).ToList();
        if (missing.Count == 0)
            return null;
        var names = string.Join(", ", missing);
        return new(
            503,
            ProblemCode.Unavailable,
            $"This node lacks what it answers from ({names}); send requests to another."
        );
    }

    // One at a time, however many ask, on a connection that no request waits for.
    private Task<bool> ProbeAsync()
    {
        lock (guard)
        {
            if (!probe.IsCompleted || (probedAt is { } at && clock.GetElapsedTime(at) < ProbeLasts))
                return probe;
            probedAt = clock.GetTimestamp();
            return probe = AskAsync();
        }
    }

    private async Task<bool> AskAsync()
    {
        await Task.Yield();
        try
        {
            var ofIdentifiers = await ReadAsync(KeyNames.OfIdentifiers);
            var ofNodes = await ReadAsync(KeyNames.OfNodes);
            var hasStandby = !database.RequiresStandby || await HasStandbyAsync();
            lock (guard)
            {
                answeredAt = clock.GetTimestamp();
                lacksKey = !ofIdentifiers.All(identifierKeys.Has);
                lacksNodeKey = !ofNodes.All(integrityKeys.Has);
                lacksStandby = !hasStandby;
            }
            return true;
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
        {
            return false;
        }

        Task<IReadOnlyList<string>> ReadAsync(string table) =>
            KeyNames.ReadAsync(database.Background, table, ProbeSeconds, CancellationToken.None);
    }

    private async Task<bool> HasStandbyAsync()
    {
        await using var ask = database.Background.CreateCommand(ConfirmedCommit.AskStandby);
        ask.CommandTimeout = ProbeSeconds;
        return (bool)(await ask.ExecuteScalarAsync())!;
    }

    private bool HasStandby
    {
        get
        {
            lock (guard)
                return !lacksStandby;
        }
    }

    private bool HasIntegrityKeys
    {
        get
        {
            lock (guard)
                return !lacksNodeKey;
        }
    }

    private bool HasIdentifierKeys
    {
        get
        {
            lock (guard)
                return identifierKeys.Newest is not null && !lacksKey;
        }
    }

    private TimeSpan? AnswerAge
    {
        get
        {
            lock (guard)
                return answeredAt is { } at ? clock.GetElapsedTime(at) : null;
        }
    }

    private static long? Milliseconds(TimeSpan? age) => age is { } time ? (long)time.TotalMilliseconds : null;
}
