using ConsentRegistry.Api.DevelopmentServer;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Servers;

/// <summary>A PostgreSQL server that tests share.</summary>
/// <param name="Description">Where it comes from, for whoever reads the results. Holds no password.</param>
/// <param name="Administrator">How a superuser connects to it.</param>
/// <param name="Kept">Whether it stays after the tests, so that they have to remove what they made.</param>
/// <param name="EndAsync">Ends it after the last test.</param>
internal sealed record TestServer(string Description, string Administrator, bool Kept, Func<ValueTask> EndAsync)
{
    /// <summary>
    /// Names the source of the server: <c>container</c>, <c>programs</c>, or the connection string of a superuser.
    /// </summary>
    public const string Variable = "CONSENT_TEST_POSTGRES";

    /// <summary>What each test class opens, times the classes that run at once, fits into this.</summary>
    public const int Connections = 200;

    /// <summary>
    /// Opens the server that was chosen. Without a choice: a container where one can be had, else installed programs.
    /// </summary>
    /// <param name="choice">The value of <see cref="Variable"/>; null or empty for no choice.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TestServerException">The server that was chosen cannot be had, or none can.</exception>
    public static async Task<TestServer> OpenAsync(string? choice, CancellationToken cancellation) =>
        choice switch
        {
            null or "" => await OpenAnyAsync(cancellation),
            "container" => await ContainerServer.StartAsync(ContainerServer.PullLimit, cancellation),
            "programs" => await OpenPrivateAsync(cancellation),
            _ => await GivenServer.OpenAsync(choice, cancellation),
        };

    /// <summary>How to connect to the same database as somebody whom nothing stops.</summary>
    public string AdministratorOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(Administrator)
        {
            Database = new NpgsqlConnectionStringBuilder(connectionString).Database,
            Pooling = false,
        }.ConnectionString;

    private static async Task<TestServer> OpenPrivateAsync(CancellationToken cancellation)
    {
        try
        {
            var own = await OwnServer.StartAsync(cancellation);
            return new("a private server from installed programs", own.Administrator, Kept: false, own.DisposeAsync);
        }
        catch (PrivatePostgresException cause)
        {
            throw new TestServerException(cause.Message, cause);
        }
    }

    private static async Task<TestServer> OpenAnyAsync(CancellationToken cancellation)
    {
        try
        {
            return await ContainerServer.StartAsync(ContainerServer.UnaskedPullLimit, cancellation);
        }
        catch (TestServerException noContainer)
        {
            try
            {
                var server = await OpenPrivateAsync(cancellation);
                return server with
                {
                    Description = $"{server.Description}; not a container: {noContainer.Message.TrimEnd('.')}",
                };
            }
            catch (TestServerException noPrograms)
            {
                throw new TestServerException(
                    $"{noContainer.Message}\n{noPrograms.Message}\nOr name a server: {Variable} takes the connection "
                        + "string of a superuser.",
                    noPrograms
                );
            }
        }
    }
}

/// <summary>
/// The PostgreSQL server for tests cannot be had from where it was to come. The message says why, and what to do.
/// </summary>
internal sealed class TestServerException(string message, Exception? innerException = null)
    : Exception(message, innerException);
