using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// A database belongs to one history log. A host of another log would sign a second history over it, and Development
/// would open it to its own tokens: neither starts. An operator who restored a copy for another use declares it.
/// </summary>
internal static class LogOwnership
{
    private const string HowToDeclare =
        "If the database is a restored copy that this host shall use from now on, declare it: run the host's "
        + "`declare-copy` command with this configuration, "
        + "and read \"A copy for another use\" in docs/how-to/restore.md first.";

    /// <summary>Refuses a database of another log.</summary>
    /// <param name="found">The log that the database belongs to; null if no host has used it.</param>
    /// <param name="host">The log of this host.</param>
    /// <exception cref="StartupException">The logs differ.</exception>
    public static void Require(LogIdentity? found, LogIdentity host)
    {
        if (found is null || found == host)
            return;
        var difference = (found.IsDevelopment, host.IsDevelopment) switch
        {
            (false, true) =>
                $"A production host has used this database, for the history log '{found.Origin}'. A Development host "
                    + "does not start with it.",
            (true, false) =>
                $"A Development host has used this database, for the history log '{found.Origin}'. A production host "
                    + "does not start with it.",
            _ => $"This database belongs to the history log '{found.Origin}', and Log:Origin is '{host.Origin}'. The "
                + "host does not start with it.",
        };
        throw new StartupException($"{difference} {HowToDeclare}");
    }

    /// <summary>
    /// Refuses a database of another log, or one whose newest checkpoint was signed with keys that this host does not
    /// know.
    /// </summary>
    /// <returns>
    /// The origin of the newest checkpoint where it is a foreign one, which only a host without this check could sign;
    /// else null.
    /// </returns>
    /// <exception cref="StartupException">The database is not of this host's log.</exception>
    public static async Task<string?> RequireAsync(
        NpgsqlDataSource source,
        LogIdentity host,
        LogSigner signer,
        CancellationToken cancellation
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        Require(await LogIdentityStore.ReadAsync(connection, cancellation), host);
        if (
            await LogIdentityStore.ReadNewestOwnNoteAsync(connection, cancellation) is { } own
            && !signer.TryRead(own, out _)
        )
        {
            throw new StartupException(
                $"The newest checkpoint of the history log '{host.Origin}' in this database is signed with a key that "
                    + "this host's key file does not have. "
                    + "If the keys were rotated, give this host the new file, which names the retired keys too. "
                    + "If the keys are lost, or are others on purpose, all hosts need the same new file. "
                    + $"{HowToDeclare}"
            );
        }
        var newest = await LogIdentityStore.ReadNewestOriginAsync(connection, cancellation);
        return newest == host.Origin ? null : newest;
    }

    /// <summary>
    /// Lets the host's own PostgreSQL go on with new keys, where its Development log was signed with ones that are
    /// gone: whoever deletes the data folder deletes the keys, and not always the data (<see cref="PrivatePostgres"/>).
    /// </summary>
    public static async Task KeepPrivateAsync(
        string connectionString,
        RegistryOptions options,
        CancellationToken cancellation
    )
    {
        if (options.LogKeys is not null || File.Exists(LogServices.KeyFileIn(options.DataFolder)))
            return;
        await using var login = Database.OfLogin(connectionString);
        await using var connection = await login.OpenConnectionAsync(cancellation);
        if (await LogIdentityStore.ReadAsync(connection, cancellation) == options.Log)
            await Migrator.DeclareCopyAsync(
                connectionString,
                options.Log,
                IntegrityServices.KeysOf(options),
                cancellation
            );
    }
}
