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

/// <summary>
/// Folds the whole log, and compares every table that decides or tells with it, row by row: in the order of the log,
/// then the vocabulary, then creators, then requesters. It writes nothing.
/// </summary>
internal static class DatabaseAudit
{
    /// <summary>How long one statement may take: some look at all rows of a table.</summary>
    public const int StatementSeconds = 3_600;

    /// <summary>Compares the database as the transaction of a connection sees it.</summary>
    /// <param name="connection">The connection. One moment is compared if its transaction has one snapshot.</param>
    /// <param name="keys">The keys of the nodes.</param>
    /// <param name="signer">The keys of the log.</param>
    /// <param name="identity">The log that the database has to be of.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<AuditReport> RunAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        LogSigner signer,
        LogIdentity identity,
        CancellationToken cancellation
    )
    {
        var findings = new Findings();
        var log = new LogAudit(connection, keys, signer, identity, findings);
        await log.RunAsync(cancellation);
        await VocabularyAudit.RunAsync(connection, keys, findings, cancellation);
        var creators = new CreatorAudit(connection, keys, log.Spent, findings);
        await creators.RunAsync(cancellation);
        var requesters = new RequesterAudit(connection, keys, findings);
        await requesters.RunAsync(cancellation);
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
