using System.Net.Http.Json;
using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>An application that integrates the client, against the service itself.</summary>
public sealed class IntegrationTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string requester = RegistryApplication.NewId("r");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_lines_of_README_are_at_most_ten_and_those_that_are_compiled_here()
    {
        var source = Documented.Text("tests/ConsentRegistry.Api.Tests/Client/Integrate.cs");
        var lines = source
            .Split("// README.md:\n")[1]
            .Split("        // :README.md")[0]
            .Replace("\n        ", "\n", StringComparison.Ordinal)
            .TrimStart(' ');

        Assert.Equal(lines, Assert.Single(Documented.BlocksBelow("README.md", "csharp", "## Integrate")));
        Assert.InRange(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 10);
    }

    [Fact]
    public async Task The_lines_of_README_protect_an_endpoint()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.PostConfigure<ConsentRegistryOptions>(options =>
        {
            options.Address = fixture.App.Address;
            options.Timeout = TimeSpan.FromMinutes(1);
        });
        await using var app = Integrate.Build(builder, new(Token("consent:check")));
        await app.StartAsync(Cancellation);
        using var caller = new HttpClient { BaseAddress = new(LoopbackServer.UrlOf(app)) };
        await using var services = Services(fixture.App.Address);
        var owner = services.GetRequiredService<ConsentRegistryClient>();
        await owner.Videos.RegisterAsync(creator, "first", new(), cancellation: Cancellation);

        Assert.Equal((403, "noConsent", "neverSet", null), await RemixAsync());
        await SetAsync(new(Effect.Ask));
        Assert.Equal((403, "creatorDefault", null, "/v1/approval-requests"), await RemixAsync());
        await SetAsync(new(Effect.Allow) { AppliesTo = AppliesTo.All, Conditions = [Conditions.Attribution] });
        Assert.Equal((200, "first attribution", null, null), await RemixAsync());
        await SetAsync(new(Effect.Allow) { AppliesTo = AppliesTo.All, Conditions = [Conditions.LabelAsAi] });
        Assert.Equal(403, (await RemixAsync()).Status);
        await SetAsync(new(Effect.Allow) { AppliesTo = AppliesTo.All });
        Assert.Equal((200, "first ", null, null), await RemixAsync());
        await owner.Stops.SetLockdownAsync(creator, cancellation: Cancellation);
        Assert.Equal((403, "lockdown", null, null), await RemixAsync());

        Task SetAsync(Choice choice) =>
            owner.Settings.SetDefaultAsync(creator, "remix", choice, cancellation: Cancellation);

        async Task<(int Status, string Reason, string? Detail, string? AskAt)> RemixAsync()
        {
            using var response = await caller.PostAsJsonAsync(
                "/remix",
                new { video = new { creatorId = creator, videoId = "first" } },
                Cancellation
            );
            var answer = await Answered.ReadAsync(response);
            return answer.Status == 200
                ? (200, answer.Text, null, null)
                : (answer.Status, answer["reason"]!, answer["reasonDetail"], answer["askAt"]);
        }
    }

    [Fact]
    public async Task A_registry_out_of_reach_refuses_and_one_that_is_back_allows()
    {
        await using var proxy = new CuttingProxy(fixture.App.Address);
        await using (var services = Services(fixture.App.Address))
        {
            var owner = services.GetRequiredService<ConsentRegistryClient>();
            await owner.Videos.RegisterAsync(creator, "first", new(), cancellation: Cancellation);
            await owner.Settings.SetDefaultAsync(
                creator,
                "remix",
                new(Effect.Allow) { AppliesTo = AppliesTo.All },
                cancellation: Cancellation
            );
        }
        await using var app = await ProtectedApplication.StartAsync(proxy.Address, Token("consent:check"));
        Assert.Equal(200, (await app.RemixAsync(creator)).Status);
        Assert.Equal(200, (await app.GetAsync("/health")).Status);

        proxy.IsDown = true;
        Assert.Equal(503, (await app.RemixAsync(creator)).Status);
        Assert.Equal(
            (503, "Unhealthy"),
            (await app.GetAsync("/health")) is var health ? (health.Status, health.Text) : default
        );
        Assert.Single(app.Handled);

        proxy.IsDown = false;
        Assert.Equal(200, (await app.RemixAsync(creator)).Status);
        Assert.Equal(2, app.Handled.Count);
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_made_once()
    {
        await using var proxy = new CuttingProxy(fixture.App.Address);
        await using var services = Services(proxy.Address);
        var client = services.GetRequiredService<ConsentRegistryClient>();
        await client.Videos.RegisterAsync(creator, "first", new(), cancellation: Cancellation);

        proxy.LoseAnswers(1);
        var change = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );
        Assert.Equal((1, true, 1), (proxy.Lost, change.Replayed, change.Changes));

        proxy.LoseAnswers(2);
        var use = await client.Usages.RecordAsync(
            new UseToRecord("remix", [new(creator, "first")]) { Made = new() { TrainingRun = "run-1" } },
            cancellation: Cancellation
        );
        Assert.Equal((3, "consented"), (proxy.Lost, use.Status));
        Assert.Equal(
            use.Id,
            Assert.Single(await client.Usages.ListOwnAsync(cancellation: Cancellation).ToListAsync(Cancellation)).Id
        );
    }

    private string Token(string scopes, string? subject = null) =>
        fixture.App.Sign(TimeProvider.System.GetUtcNow(), scopes.Split(' '), subject, requester);

    // Somebody who is the creator and a platform in one.
    private ServiceProvider Services(Uri registry)
    {
        var token = Token("consent:check consent:manage usage:write videos:write", creator);
        var services = new ServiceCollection();
        services.AddConsentRegistry(options =>
        {
            options.Address = registry;
            options.AccessToken = _ => ValueTask.FromResult(token);
            options.Timeout = TimeSpan.FromMinutes(1);
        });
        return services.BuildServiceProvider();
    }
}
