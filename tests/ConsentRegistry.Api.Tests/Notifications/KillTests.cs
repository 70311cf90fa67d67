using System.Net.Http.Headers;
using System.Net.Http.Json;
using ConsentRegistry.Api.Tests.Servers;
using ConsentRegistry.Soak;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>
/// A node that dies between commit and delivery, or in the middle of one: what it owed is delivered all the same, with
/// the same id.
/// </summary>
public sealed class KillTests : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await OwnServer.SkipUnlessInstalledAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_a_killed_node_had_committed_and_not_delivered_is_delivered_with_the_same_id()
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var nodes = new Nodes(scratch, count: 1);
        await nodes.StartAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());
        var holds = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(
            (_, answer) => holds.Task.WaitAsync(answer.RequestAborted)
        );
        using (
            var made = await http.PostAsJsonAsync(
                $"{nodes.UrlOf(0)}/v1/webhooks",
                new
                {
                    audience = "platform",
                    owner = "p",
                    url = receiver.Url,
                },
                TestContext.Current.CancellationToken
            )
        )
            made.EnsureSuccessStatusCode();

        // In the middle of a delivery.
        await ChangeAsync("ana");
        await Eventually.HoldsAsync(
            "the receiver has it, and has not answered",
            () => Task.FromResult(receiver.All.Count == 1)
        );
        await nodes.KillAsync(0);
        await nodes.StartAsync(0);
        // Right after the acknowledgement.
        await ChangeAsync("ben");
        await nodes.KillAsync(0);
        holds.SetResult();
        await nodes.StartAsync(0);
        // The database, with what was handed on and not yet recorded as delivered.
        await ChangeAsync("cleo");
        await scratch.Postgres.KillAsync();
        await scratch.Postgres.RestartAsync(TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync(
            "all three are delivered",
            () =>
                Task.FromResult(
                    new[] { "ana", "ben", "cleo" }.All(creator => receiver.Taken.Any(one => CreatorOf(one) == creator))
                )
        );
        Assert.All(
            receiver.All.GroupBy(CreatorOf, StringComparer.Ordinal),
            one => Assert.Single(one.Select(message => message.Id).Distinct(StringComparer.Ordinal))
        );
        Assert.Equal(CreatorOf(receiver.All[0]), CreatorOf(receiver.Taken.First(one => one.Id == receiver.All[0].Id)));

        async Task ChangeAsync(string creator)
        {
            using var answer = await http.PutAsJsonAsync(
                $"{nodes.UrlOf(0)}/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "deny" },
                TestContext.Current.CancellationToken
            );
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Nothing_is_lost_in_a_short_run_of_the_soak()
    {
        var summary = await NotificationSoak.RunAsync(320, TimeSpan.FromMilliseconds(300), asksForeign: false);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(
            summary.Passed && summary.Acknowledged == 320 && summary.Nodes + summary.Databases > 0,
            summary.ToString()
        );
    }

    private static string CreatorOf(Received message) => (string)message.Json["data"]!["creatorId"]!;
}
