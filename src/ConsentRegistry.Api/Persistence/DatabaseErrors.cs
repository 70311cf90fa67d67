using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>What an exception says of PostgreSQL: whether it cannot serve now, and why.</summary>
internal static class DatabaseErrors
{
    // Classes of PostgreSQL's SQLSTATEs that say that the server or the way to it fails, and nothing of the statement.
    private static readonly string[] ServerClasses =
    [
        "08", // connection exception
        "53", // insufficient resources: disk, memory, connections
        "58", // system error: input and output
        "XX", // internal error: corrupted data, or what a server in recovery cannot do
    ];

    /// <summary>
    /// Whether the exception says that PostgreSQL cannot serve now, and not that a statement is wrong.
    /// </summary>
    public static bool MeansUnavailable(Exception exception) =>
        exception switch
        {
            PostgresException postgres => postgres.SqlState
                is PostgresErrorCodes.LockNotAvailable
                    or PostgresErrorCodes.DeadlockDetected
                    or PostgresErrorCodes.QueryCanceled
                    or PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.ReadOnlySqlTransaction
                    // A standby was asked how far it writes: the server was demoted, or the way leads to another one.
                    or PostgresErrorCodes.ObjectNotInPrerequisiteState
                || Array.Exists(ServerClasses, code => postgres.SqlState.StartsWith(code, StringComparison.Ordinal))
                // A password that was changed under a running host: its operator's to mend, and no bug.
                || postgres.SqlState
                    is PostgresErrorCodes.InvalidPassword
                        or PostgresErrorCodes.InvalidAuthorizationSpecification,
            OutcomeUnknownException or ServerUnfitException => true,
            DbException or TimeoutException or SocketException => true,
            // A pooled connection whose server died answers some calls with an I/O error, and a context wraps what its
            // connection threw.
            IOException => true,
            InvalidOperationException { InnerException: { } inner } => MeansUnavailable(inner),
            _ => false,
        };

    /// <summary>Whether the exception comes from PostgreSQL or the way to it.</summary>
    public static bool IsOfDatabase(Exception exception) =>
        exception is DbException || (exception.InnerException is { } inner && IsOfDatabase(inner));

    /// <summary>
    /// Why PostgreSQL cannot serve now, in words for a caller, without a full stop. It claims no more than the
    /// exception shows.
    /// </summary>
    /// <param name="exception">One that <see cref="MeansUnavailable"/> is true of.</param>
    public static string WhyUnavailable(Exception exception) =>
        exception switch
        {
            PostgresException
            {
                SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
            } => "Other changes hold what this one needs, and went on for too long",
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } =>
                "The registry's database did not answer in time",
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
                "The registry's database has no connection to spare",
            PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory } =>
                "The registry's database has no room left",
            PostgresException
            {
                SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectNotInPrerequisiteState
            } => "The registry's database takes no changes: it is a standby, or read-only",
            PostgresException
            {
                SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            } => "The registry's database refuses this host",
            PostgresException
            {
                SqlState: PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.CannotConnectNow
            } => "The registry's database is starting or ending",
            ServerUnfitException => exception.Message,
            TimeoutException or NpgsqlException { InnerException: TimeoutException } =>
                "The registry's database did not answer in time",
            { InnerException: { } inner } when exception is not NpgsqlException && MeansUnavailable(inner) =>
                WhyUnavailable(inner),
            _ => "The registry's database cannot be reached now",
        };
}
