using ConsentRegistry.Benchmarks.Notifications;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>A kill between commit and delivery loses nothing: a short run of <c>./dev soak notifications</c>.</summary>
public sealed class NotificationSoakTests
{
    [Fact]
    public async Task Nothing_is_lost_while_nodes_and_the_database_are_killed()
    {
        var summary = await NotificationSoak.RunAsync(320, TimeSpan.FromMilliseconds(300));
        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(summary.Passed && summary.Acknowledged == 320 && summary.Nodes > 0 && summary.Databases > 0, summary.ToString());
    }
}
