using System.Security.Claims;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Api.Replica;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Changes and previews that name thousands of requesters take nothing from others.</summary>
public sealed class BulkNeighboursTests(BulkNeighboursTests.Patient patient)
    : IClassFixture<BulkNeighboursTests.Patient>
{
    private const int Named = 10_000;

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => patient.App;

    private string Changes => $"/v1/creators/{creator}/consent/changes";

    [Fact]
    public async Task Others_are_answered_while_one_change_names_ten_thousand_requesters()
    {
        await using var others = await OtherCallers.StartAsync(App);
        var denies = Enumerable
            .Range(0, Named)
            .Select(i => new
            {
                op = "setDefault",
                purpose = "remix",
                requester = $"lab-{i}",
                effect = "deny",
            });

        var made = (await App.Creator(creator).PostAsync(Changes, new { changes = denies })).Is(200);

        Assert.Equal((Named, true), (made.Changes, (bool)made["effectiveEverywhere"]!));
        await others.AreAnsweredAsync(20);
        // A node that starts reads them all.
        var (memory, _) = await App
            .Services.GetRequiredService<Bootstrap>()
            .LoadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, memory.VersionOf(creator));
        // One more is made as any other is, and so is what takes them away.
        var one = $"/v1/creators/{creator}/consent/defaults/remix?requester=lab-x";
        Assert.Equal(1, (await App.Creator(creator).PutAsync(one, new { effect = "deny" })).Is(200).Changes);
        await others.AreAnsweredAsync(20);
        await others.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Others_are_answered_while_forty_previews_name_a_thousand_requesters_for_each_video()
    {
        var videos = Enumerable.Range(0, 5).Select(i => new { creatorId = creator, videoId = $"v{i}" });
        await App.Platform().PostAsync("/v1/videos/batch", new { videos });
        var changes = Enumerable
            .Range(0, 1_000)
            .Select(i => new
            {
                op = "setDefault",
                purpose = "remix",
                requester = $"lab-{i}",
                effect = "allow",
                appliesTo = "all",
            })
            .ToArray();
        await using var others = await OtherCallers.StartAsync(App);

        // Of each caller one is shown, and some wait for it.
        var agents = Enumerable
            .Range(0, 4)
            .Select(i => App.With("consent:manage", $"agent-{i}", "agency", creator))
            .ToArray();
        var asked = Enumerable
            .Range(0, 40)
            .Select(i => agents[i % 4].PostAsync(Changes, new { dryRun = true, changes }));
        var previews = await Task.WhenAll(asked);

        await others.AreAnsweredAsync(20);
        Assert.All(previews, preview => Assert.True(preview.Status is 200 or 429, preview.Text));
        var shown = previews.First(preview => preview.Status == 200);
        Assert.True((bool)shown["complete"]!);
        Assert.Equal(5, shown["first"]!.AsArray().Count);
        // Each of those five videos flips for a thousand requesters, for the purpose and those below it; a hundred of
        // them are named.
        Assert.All(shown["first"]!.AsArray(), video => Assert.Equal(Preview.Named, video!["flips"]!.AsArray().Count));
        Assert.Equal(
            shown["flips"]!.AsArray().Sum(flip => (int)flip!["count"]!),
            shown["first"]!.AsArray().Sum(video => (int)video!["count"]!)
        );
        await others.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_caller_has_one_preview_at_a_time_and_the_rest_are_told_to_come_back()
    {
        var limiter = App.Services.GetRequiredService<PreviewLimiter>();
        var mine = App.Creator(creator);
        var deny = new
        {
            op = "setDefault",
            purpose = "remix",
            effect = "deny",
        };
        object body = new { dryRun = true, changes = new[] { deny } };
        Task<Answer> other;
        List<Task<Answer>> waiting;
        var caller = Caller.From(new ClaimsPrincipal(new ClaimsIdentity([new("sub", creator)])));
        using (await limiter.AcquireAsync(caller, TestContext.Current.CancellationToken))
        {
            waiting = Enumerable.Range(0, 40).Select(_ => mine.PostAsync(Changes, body)).ToList();
            var refused = await Task.WhenAny(waiting);
            (await refused).IsProblem(429, "rateLimited");
            Assert.NotNull((await refused).Header("Retry-After"));
            other = App.Admin().PostAsync(Changes, body);
        }
        // Somebody else is not behind all of those.
        (await other).Is(200);
        // Those that had a place in the queue keep it until they are answered.
        Assert.All(await Task.WhenAll(waiting), answer => Assert.True(answer.Status is 200 or 429, answer.Text));
        (await mine.PostAsync(Changes, body)).Is(200);
    }

    /// <summary>
    /// A service whose memory is fresh for ten seconds, so that a busy machine does not make others wait. What these
    /// tests are about took minutes. `./dev bench neighbours` does the same to a node with the usual two seconds, and fails
    /// if one check of others has no answer.
    /// </summary>
    public sealed class Patient(PostgresFixture postgres) : IAsyncLifetime
    {
        private RegistryApplication? app;

        /// <summary>The service.</summary>
        public RegistryApplication App =>
            app ?? throw new InvalidOperationException("The service has not been started.");

        public async ValueTask InitializeAsync() =>
            app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync(), "Replica:DeltaMs=10000");

        public ValueTask DisposeAsync() => app?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
