using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Testcontainers.PostgreSql;

namespace ConsentRegistry.Api.Tests.Servers;

/// <summary>A server in a container, by Testcontainers, which removes it after the tests.</summary>
internal static class ContainerServer
{
    /// <summary>Names the image.</summary>
    public const string ImageVariable = "CONSENT_TEST_POSTGRES_IMAGE";

    /// <summary>The image where none is named: the one of <c>docker-compose.yml</c>.</summary>
    public const string DefaultImage = "postgres:17";

    /// <summary>How long an image may take to come and start where a container was asked for.</summary>
    public static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(10);

    /// <summary>How long it may take where there is another way.</summary>
    public static readonly TimeSpan UnaskedPullLimit = TimeSpan.FromMinutes(2);

    /// <summary>How long an engine may take to answer: one that hangs is none.</summary>
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(10);

    // Testcontainers turns off what an acknowledged change rests on, and the service refuses such a server.
    private static readonly string[] Settings =
    [
        "fsync=on",
        "full_page_writes=on",
        "synchronous_commit=on",
        $"max_connections={TestServer.Connections}",
        "timezone=UTC",
        "lc_messages=C",
    ];

    /// <summary>Gets the image where it is missing, and starts a container of it.</summary>
    /// <exception cref="TestServerException">
    /// No engine answers, or the image cannot be had in time, or it does not start.
    /// </exception>
    public static async Task<TestServer> StartAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var image = Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } named ? named : DefaultImage;
        var container = await BuildAsync(image, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            await container.StartAsync(patience.Token);
        }
        catch (Exception cause) when (!cancellation.IsCancellationRequested)
        {
            await container.DisposeAsync();
            var why =
                cause is OperationCanceledException
                    ? $"It did not start within {limit.TotalMinutes:0} minutes."
                    : cause.Message.Trim();
            throw new TestServerException(
                $"A container engine answers, but no container of the image {image} can be started ({ImageVariable} "
                    + $"names another): {why}",
                cause
            );
        }
        var administrator = new NpgsqlConnectionStringBuilder(container.GetConnectionString())
        {
            Pooling = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        return new(
            $"a container of the image {image}",
            administrator.ConnectionString,
            Kept: false,
            container.DisposeAsync
        );
    }

    private static async Task<PostgreSqlContainer> BuildAsync(string image, CancellationToken cancellation)
    {
        try
        {
            // Building asks every engine that may be there whether it answers.
            return await Task.Run(() => Build(image), cancellation).WaitAsync(EngineLimit, cancellation);
        }
        catch (DockerUnavailableException cause)
        {
            throw new TestServerException("No container engine answers.", cause);
        }
        catch (TimeoutException cause)
        {
            throw new TestServerException(
                $"The container engine does not answer within {EngineLimit.TotalSeconds:0} seconds.",
                cause
            );
        }
    }

    private static PostgreSqlContainer Build(string image) =>
        new PostgreSqlBuilder(image)
            .WithUsername("postgres")
            .WithPassword(Guid.NewGuid().ToString("N"))
            .WithDatabase("postgres")
            .WithCommand(new OverwriteEnumerable<string>([.. Settings.SelectMany(setting => new[] { "-c", setting })]))
            .WithLogger(NullLogger.Instance)
            .Build();
}
