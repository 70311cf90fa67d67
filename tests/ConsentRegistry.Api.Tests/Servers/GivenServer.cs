using ConsentRegistry.Api.DevelopmentServer;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Servers;

/// <summary>
/// A server that somebody else runs, and that stays: what the tests make there is removed after them.
/// </summary>
internal static class GivenServer
{
    /// <summary>Looks whether it will do.</summary>
    /// <exception cref="TestServerException">
    /// It cannot be reached, is too old or too small, or the user is no superuser.
    /// </exception>
    public static async Task<TestServer> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            var given = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
            given.Database ??= "postgres";
            await using var connection = new NpgsqlConnection(given.ConnectionString);
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(
                "SELECT current_setting('is_superuser') = 'on', current_setting('server_version_num')::int / 10000, "
                    + "current_setting('max_connections')::int",
                connection
            );
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            if (!reader.GetBoolean(0))
                throw new TestServerException(
                    $"The user '{connection.UserName}' of {TestServer.Variable} is no superuser, and tests need one."
                );
            if (reader.GetInt32(1) < PostgresBinaries.OldestMajor)
                throw new TestServerException(
                    $"The server of {TestServer.Variable} is PostgreSQL {reader.GetInt32(1)}; "
                        + $"{PostgresBinaries.OldestMajor} or newer is needed."
                );
            if (reader.GetInt32(2) < TestServer.Connections)
                throw new TestServerException(
                    $"The server of {TestServer.Variable} takes {reader.GetInt32(2)} connections; max_connections has "
                        + $"to be {TestServer.Connections} or more."
                );
            return new(
                $"the server at {given.Host}",
                given.ConnectionString,
                Kept: true,
                () => ValueTask.CompletedTask
            );
        }
        catch (ArgumentException cause)
        {
            // The text itself is not repeated: it may hold a password.
            throw new TestServerException(
                $"{TestServer.Variable} is neither 'container' nor 'programs', and no connection string such as "
                    + "Host=127.0.0.1;Username=postgres;Password=…",
                cause
            );
        }
        catch (NpgsqlException cause)
        {
            throw new TestServerException(
                $"The server of {TestServer.Variable} cannot be used: {cause.Message}",
                cause
            );
        }
    }
}
