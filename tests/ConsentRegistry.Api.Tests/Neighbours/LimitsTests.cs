using System.Globalization;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Tests.Checks;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>The limits of a node are as the operators' page says, and idle streams end.</summary>
public sealed class LimitsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public void The_operators_page_lists_every_limit_and_counts_the_connections()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "reference", "configuration.md"));
        var page = string.Join(' ', lines.Select(line => line.Trim()));
        using var limits = new ConcurrencyLimits();
        Assert.All(
            limits.All,
            limit =>
                Assert.Contains(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {limit.Of} | {limit.All:N0} | {limit.Each:N0} for one {limit.Holder} |"
                    ),
                    page,
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(
            $"`max_connections` must hold {Database.NodeConnections} for each node",
            page,
            StringComparison.Ordinal
        );
        int[] pools =
        [
            Database.ReadConnections,
            Database.ChangeConnections,
            Database.SequencerConnections,
            Database.ReplicaConnections,
            Database.WakeUpConnections,
            Database.NotificationConnections,
            Database.ExportConnections,
            Database.FollowerConnections,
            Database.BackgroundConnections,
        ];
        Assert.Equal(Database.NodeConnections, pools.Sum());
    }

    [Fact]
    public async Task A_stream_of_checks_that_is_silent_for_too_long_ends_and_says_why()
    {
        var options = registry.App.Services.GetRequiredService<IOptions<StreamOptions>>().Value;
        var usual = options.LongestIdle;
        options.LongestIdle = TimeSpan.FromSeconds(1);
        try
        {
            using var connection = await StreamConnection.OpenAsync(
                registry.App.Address,
                registry.App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme")
            );
            await connection.SendAsync("\n");
            await connection.ReadUntilAsync("\"line\":1}");
            // A part of a line is no line.
            await connection.SendAsync("{\"creatorId\":");
            var last = await connection.ReadUntilAsync("\r\n0\r\n\r\n");
            Assert.Contains("\"code\":\"requestTimeout\"", last, StringComparison.Ordinal);
            Assert.Contains("\"line\":2}", last, StringComparison.Ordinal);
        }
        finally
        {
            options.LongestIdle = usual;
        }
    }
}
