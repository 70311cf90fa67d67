using System.Net;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client against the service itself, each of its methods.</summary>
public sealed class ClientTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IDisposable
{
    private static readonly DateTimeOffset Published = new(2024, 5, 1, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly string creator = RegistryApplication.NewId();
    private readonly List<IDisposable> disposables = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => disposables.ForEach(one => one.Dispose());

    [Fact]
    public async Task A_creator_sets_reads_and_clears_settings()
    {
        var client = Client("admin");

        var set = await client.Settings.SetDefaultAsync(
            creator, "remix", new(Effect.Allow) { AppliesTo = "all", Conditions = ["attribution"], Reason = "a test" }, cancellation: Cancellation);
        var named = await client.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), requester: "lab", cancellation: Cancellation);
        var consent = await client.Settings.GetAsync(creator, Cancellation);

        Assert.Equal((1, Effect.Allow, "attribution"), (set.Changes, set.Setting!.Effect, set.Setting.Conditions.Single()));
        Assert.True(set.EffectiveEverywhere);
        Assert.Equal(("lab", 2L), (named.Setting!.Requester, named.SettingsVersion));
        Assert.Equal(["remix", "training"], consent.Defaults.Select(setting => setting.Purpose));
        Assert.Null(consent.Defaults[0].Segments!.Single().From);
        Assert.Equal(1, (await client.Settings.ClearDefaultAsync(creator, "remix", cancellation: Cancellation)).Changes);
        Assert.Equal(1, (await client.Settings.ClearDefaultAsync(creator, "training", "lab", cancellation: Cancellation)).Changes);
        Assert.Empty((await client.Settings.GetAsync(creator, Cancellation)).Defaults);
    }

    [Fact]
    public async Task A_platform_registers_videos_and_asks_checks()
    {
        var client = Client("admin");
        var source = new VideoName(creator, "a:b@c~d.e_f-g");

        var registered = await client.Videos.RegisterAsync(creator, source.VideoId, new() { PublishedAt = Published }, cancellation: Cancellation);
        var batch = await client.Videos.RegisterAsync(
            [new(creator, "derived") { DerivedFrom = [source], Participants = [new("someone", "depicted")] }, new(creator, "no/id")], cancellation: Cancellation);
        await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Allow) { AppliesTo = "all" }, cancellation: Cancellation);

        Assert.Equal((Published, 1), (registered.Video.PublishedAt, registered.Changes));
        Assert.Equal((1, "invalid"), (batch.Results[0].Changes, batch.Results[1].Error!.Code));
        Assert.Equal(source, Assert.Single((await client.Videos.GetAsync(creator, "derived", Cancellation)).DerivedFrom));

        var alone = await client.Checks.CheckAsync(new(creator, source.VideoId, "remix") { Requester = "studio", Explain = true }, Cancellation);
        var many = await client.Checks.CheckAsync(
            [new(null, source.VideoId, null), new(null, "derived", null), new(null, "derived", "zoo")],
            new() { CreatorId = creator, Purpose = "remix", Requester = "studio" },
            Cancellation);

        Assert.True(alone.Allowed);
        Assert.Equal(("creatorDefault", "owner", Effect.Allow), (alone.Reason, alone.DecidedBy!.Role, alone.Effect));
        Assert.Equal(alone.Version, alone.Versions![creator]);
        Assert.Equal([true, false, false], many.Results.Select(decision => decision.Allowed));
        Assert.Equal(("neverSet", "unknownPurpose"), (many.Results[1].Detail, many.Results[2].Error!.Code));
    }

    [Fact]
    public async Task A_creator_sees_effective_consent_page_by_page()
    {
        var client = Client("admin");
        await client.Videos.RegisterAsync([.. Enumerable.Range(0, 250).Select(i => new VideoToRegister(creator, $"v{i:000}"))], cancellation: Cancellation);

        var videos = await client.Videos.ListAsync(creator, "remix", "studio", Cancellation).ToListAsync(Cancellation);
        var one = await client.Videos.GetConsentAsync(creator, "v007", "studio", Cancellation);

        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"v{i:000}"), videos.Select(video => video.Video!.VideoId));
        Assert.All(videos, video => Assert.False(video.Consent.Single().Decision.Allowed));
        Assert.Equal((await client.Purposes.ListAsync(Cancellation)).Items.Count, one.Consent.Count);
    }

    [Fact]
    public async Task Overrides_reach_own_videos_and_appearances()
    {
        var client = Client("admin");
        var other = RegistryApplication.NewId();
        var (own, foreign) = (new VideoName(creator, "own"), new VideoName(other, "foreign"));
        await client.Videos.RegisterAsync(other, "foreign", new() { Participants = [new(creator, "coCreator")] }, cancellation: Cancellation);

        await client.Settings.SetOverrideAsync(creator, own, "remix", new(Effect.Deny), cancellation: Cancellation);
        await client.Settings.SetOverrideAsync(creator, foreign, "remix", new(Effect.Allow), "studio", cancellation: Cancellation);

        Assert.Equal(foreign, (await client.Settings.ListAppearancesAsync(creator, Cancellation).ToListAsync(Cancellation)).Single().Video);
        Assert.Equal([own, foreign], (await client.Settings.ListOverridesAsync(creator, Cancellation).ToListAsync(Cancellation)).Select(o => o.Video).OrderBy(v => v != own));
        Assert.Equal(1, (await client.Settings.ClearOverrideAsync(creator, own, "remix", cancellation: Cancellation)).Changes);
        Assert.Equal(1, (await client.Settings.ClearOverrideAsync(creator, foreign, "remix", "studio", cancellation: Cancellation)).Changes);
    }

    [Fact]
    public async Task Bulk_changes_are_previewed_and_made()
    {
        var client = Client("admin");
        await client.Videos.RegisterAsync(creator, "v", new(), cancellation: Cancellation);
        SettingChange[] changes = [new("setDefault", "mining") { Effect = Effect.Allow, AppliesTo = "all" }];

        var preview = await client.Settings.PreviewAsync(creator, changes, Cancellation);
        var change = await client.Settings.ChangeAsync(creator, changes, "a test", cancellation: Cancellation);

        Assert.Equal((1, 1, true), (preview.Changes, preview.Flips.Single().Count, preview.Complete));
        Assert.Equal((Effect.Deny, Effect.Allow), (preview.First.Single().Flips.Single().Before, preview.First.Single().Flips.Single().After));
        Assert.Equal(1, change.Changes);
    }

    [Fact]
    public async Task Stops_are_set_and_lifted()
    {
        var client = Client("admin");

        Assert.Null((await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation)).Stop!.Purposes);
        Assert.Equal(["remix"], (await client.Stops.SetHoldAsync(creator, "a legal order", ["remix"], cancellation: Cancellation)).Stop!.Purposes);
        Assert.Equal(1, (await client.Stops.LiftHoldAsync(creator, cancellation: Cancellation)).Changes);
        Assert.Equal(1, (await client.Stops.LiftLockdownAsync(creator, cancellation: Cancellation)).Changes);
    }

    [Fact]
    public async Task A_purpose_is_registered_for_good()
    {
        var client = Client("admin");
        var name = $"remix.{RegistryApplication.NewId("p")}";

        var registered = await client.Purposes.RegisterAsync(name, usesLikeness: true, "A purpose of a test.", cancellation: Cancellation);

        Assert.Equal((name, "remix"), (registered.Name, registered.Parent));
        Assert.Contains((await client.Purposes.ListAsync(Cancellation)).Items, purpose => purpose.Name == name);
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_code_fields_and_trace_id()
    {
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Client("admin").Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny) { Conditions = ["attribution"] }, cancellation: Cancellation));
        var forbidden = await Assert.ThrowsAsync<ConsentRegistryException>(() => Client("creator", "other").Settings.GetAsync(creator, Cancellation));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid"), (refused.Status, refused.Code));
        Assert.Contains("conditions", refused.Errors.Keys);
        Assert.NotNull(refused.TraceId);
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (forbidden.Status, forbidden.Code));
    }

    [Fact]
    public async Task A_change_can_depend_on_a_version_and_be_repeated_with_a_key()
    {
        var client = Client("creator", creator);
        var options = new ChangeOptions { IdempotencyKey = Guid.NewGuid().ToString() };

        var first = await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny), options: options, cancellation: Cancellation);
        var again = await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny), options: options, cancellation: Cancellation);
        var stale = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Settings.ClearDefaultAsync(creator, "remix", options: new() { IfSettingsVersion = 0 }, cancellation: Cancellation));

        Assert.Equal((first.Version, first.Changes), (again.Version, again.Changes));
        Assert.Equal("staleVersion", stale.Code);
        Assert.Equal(1, (await client.Settings.ClearDefaultAsync(creator, "remix", options: new() { IfSettingsVersion = first.SettingsVersion }, cancellation: Cancellation)).Changes);
    }

    [Fact]
    public async Task A_word_for_an_effect_that_the_client_does_not_know_is_no_consent()
    {
        var client = Answering(HttpStatusCode.OK, "application/json", """{"allowed":true,"effect":"perhaps","reason":"x","someday":1}""");

        await Assert.ThrowsAsync<JsonException>(() => client.Checks.CheckAsync(new("a", "b", "remix"), Cancellation));
    }

    [Fact]
    public async Task A_field_that_the_client_does_not_know_is_passed_over()
    {
        var client = Answering(HttpStatusCode.OK, "application/json", """{"allowed":false,"effect":"deny","reason":"aNewReason","someday":1}""");

        Assert.Equal("aNewReason", (await client.Checks.CheckAsync(new("a", "b", "remix"), Cancellation)).Reason);
    }

    [Fact]
    public async Task An_answer_of_somebody_else_on_the_way_is_an_exception_too()
    {
        var client = Answering(HttpStatusCode.BadGateway, "text/html", "<h1>Bad gateway</h1>");

        var exception = await Assert.ThrowsAsync<ConsentRegistryException>(() => client.Checks.CheckAsync(new("a", "b", "remix"), Cancellation));

        Assert.Equal((HttpStatusCode.BadGateway, "unknown"), (exception.Status, exception.Code));
    }

    private ConsentRegistryClient Client(params string[] words)
    {
        var now = TimeProvider.System.GetUtcNow();
        var token = words switch
        {
            ["creator", var id] => fixture.App.Sign(now, [Scopes.Manage], id, client: null),
            _ => fixture.App.Sign(now, Scopes.All.Keys, "admin", "admin", Caller.EveryCreator),
        };
        return Over(new AccessTokenHandler(_ => ValueTask.FromResult(token)), fixture.App.Address);
    }

    private ConsentRegistryClient Answering(HttpStatusCode status, string type, string body) => Over(new Canned(status, type, body), new("http://registry.invalid"));

    private ConsentRegistryClient Over(HttpMessageHandler handler, Uri address)
    {
        var http = new HttpClient(handler) { BaseAddress = address };
        disposables.AddRange([http, handler]);
        return new(http);
    }

    private sealed class Canned(HttpStatusCode status, string type, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) });
    }
}
