using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>What an audit came to.</summary>
/// <param name="Findings">What it found.</param>
/// <param name="Leaves">Leaves of the log.</param>
/// <param name="Root">The root over them; null if some are missing.</param>
/// <param name="Waiting">Events that wait for the log.</param>
/// <param name="Tiles">Tiles that were compared.</param>
/// <param name="Checkpoints">Checkpoints that were compared.</param>
/// <param name="Creators">Creators that were compared.</param>
/// <param name="Requesters">Requesters that were compared.</param>
internal sealed record AuditReport(
    Findings Findings,
    long Leaves,
    byte[]? Root,
    long Waiting,
    long Tiles,
    long Checkpoints,
    long Creators,
    long Requesters
)
{
    /// <summary>Whether the database holds what the log says.</summary>
    public bool Agrees => Findings.Count == 0;
}

/// <summary>How much an audit holds at once.</summary>
/// <param name="EventsPerPage">Events of a page of the log, or of a requester.</param>
/// <param name="StreamsPerBatch">Creators whose records are compared together, at most.</param>
/// <param name="EventsPerBatch">
/// Their events: no further creator is begun beyond so many. A creator who has more is compared alone.
/// </param>
internal sealed record AuditSizes(int EventsPerPage, int StreamsPerBatch, int EventsPerBatch)
{
    /// <summary>Some tens of megabytes, and few enough statements that none of them counts.</summary>
    public static readonly AuditSizes Usual = new(EventsPerPage: 2_000, StreamsPerBatch: 200, EventsPerBatch: 20_000);
}

/// <summary>
/// Folds the whole log, and compares every table that decides or tells with it, row by row: in the order of the log,
/// then the vocabulary, then creators, then requesters. It writes nothing.
/// </summary>
internal static class DatabaseAudit
{
    /// <summary>How long one statement may take: some look at all rows of a table.</summary>
    public const int StatementSeconds = 3_600;

    /// <summary>Compares the database as the transaction of a connection sees it.</summary>
    /// <param name="connection">
    /// The connection: in a transaction with one snapshot if one moment is compared, else in none.
    /// </param>
    /// <param name="keys">The keys of the nodes.</param>
    /// <param name="signer">The keys of the log.</param>
    /// <param name="identity">The log that the database has to be of.</param>
    /// <param name="sizes">How much is held at once.</param>
    /// <param name="pace">In which steps.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<AuditReport> RunAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        LogSigner signer,
        LogIdentity identity,
        AuditSizes sizes,
        AuditPace pace,
        CancellationToken cancellation
    )
    {
        var findings = new Findings();
        // What cannot be read cannot be compared: those rows are told, and everything else once they are mended.
        if (await pace.StepAsync(() => EmptyColumns.FindAsync(connection, findings, cancellation), cancellation))
            return new(findings, 0, null, 0, 0, 0, 0, 0);
        var log = new LogAudit(connection, keys, signer, identity, sizes, findings);
        await log.RunAsync(pace, cancellation);
        await pace.StepAsync(() => VocabularyAudit.RunAsync(connection, keys, findings, cancellation), cancellation);
        var creators = new CreatorAudit(connection, keys, log.Spent, sizes, findings);
        await creators.RunAsync(pace, cancellation);
        var requesters = new RequesterAudit(connection, keys, sizes, findings);
        await requesters.RunAsync(pace, cancellation);
        return new(
            findings,
            log.Leaves,
            log.Root,
            log.Waiting,
            log.Tiles,
            log.Checkpoints,
            creators.Creators,
            requesters.Requesters
        );
    }
}
