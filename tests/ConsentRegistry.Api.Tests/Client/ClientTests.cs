using System.Net;
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
            creator,
            "remix",
            new(Effect.Allow)
            {
                AppliesTo = AppliesTo.All,
                Conditions = [Conditions.Attribution],
                Reason = "a test",
            },
            cancellation: Cancellation
        );
        var named = await client.Settings.SetDefaultAsync(
            creator,
            "training",
            new(Effect.Ask),
            requester: "lab",
            cancellation: Cancellation
        );
        var consent = await client.Settings.GetAsync(creator, Cancellation);

        Assert.Equal(
            (1, Effect.Allow, "attribution"),
            (set.Changes, set.Setting!.Effect, set.Setting.Conditions.Single())
        );
        Assert.True(set.EffectiveEverywhere);
        Assert.Equal(("lab", 2L), (named.Setting!.Requester, named.SettingsVersion));
        Assert.Equal(["remix", "training"], consent.Defaults.Select(setting => setting.Purpose));
        Assert.Null(consent.Defaults[0].Segments!.Single().From);
        Assert.Equal(
            1,
            (await client.Settings.ClearDefaultAsync(creator, "remix", cancellation: Cancellation)).Changes
        );
        Assert.Equal(
            1,
            (await client.Settings.ClearDefaultAsync(creator, "training", "lab", cancellation: Cancellation)).Changes
        );
        Assert.Empty((await client.Settings.GetAsync(creator, Cancellation)).Defaults);
    }

    [Fact]
    public async Task A_platform_registers_videos_and_asks_checks()
    {
        var client = Client("admin");
        var source = new VideoName(creator, "a:b@c~d.e_f-g");

        var registered = await client.Videos.RegisterAsync(
            creator,
            source.VideoId,
            new() { PublishedAt = Published },
            cancellation: Cancellation
        );
        var batch = await client.Videos.RegisterAsync(
            [
                new(creator, "derived") { DerivedFrom = [source], Participants = [new("someone", "depicted")] },
                new(creator, "no/id"),
            ],
            cancellation: Cancellation
        );
        await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );

        Assert.Equal((Published, 1), (registered.Video.PublishedAt, registered.Changes));
        Assert.Equal((1, "invalid"), (batch.Results[0].Changes, batch.Results[1].Error!.Code));
        Assert.Equal(
            source,
            Assert.Single((await client.Videos.GetAsync(creator, "derived", Cancellation)).DerivedFrom)
        );

        var alone = await client.Checks.CheckAsync(
            new(creator, source.VideoId, "remix") { Requester = "studio", Explain = true },
            Cancellation
        );
        var many = await client.Checks.CheckBatchAsync(
            [new(null, source.VideoId, null), new(null, "derived", null), new(null, "derived", "zoo")],
            new()
            {
                CreatorId = creator,
                Purpose = "remix",
                Requester = "studio",
            },
            Cancellation
        );

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
        await client.Videos.RegisterAsync(
            [.. Enumerable.Range(0, 250).Select(i => new VideoToRegister(creator, $"v{i:000}"))],
            cancellation: Cancellation
        );

        var videos = await client
            .Videos.ListAsync(creator, "remix", "studio", cancellation: Cancellation)
            .ToListAsync(Cancellation);
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
        await client.Videos.RegisterAsync(
            other,
            "foreign",
            new() { Participants = [new(creator, "coCreator")] },
            cancellation: Cancellation
        );

        await client.Settings.SetOverrideAsync(creator, own, "remix", new(Effect.Deny), cancellation: Cancellation);
        await client.Settings.SetOverrideAsync(
            creator,
            foreign,
            "remix",
            new(Effect.Allow),
            "studio",
            cancellation: Cancellation
        );

        Assert.Equal(
            foreign,
            (await client.Settings.ListAppearancesAsync(creator, cancellation: Cancellation).ToListAsync(Cancellation))
                .Single()
                .Video
        );
        Assert.Equal(
            [own, foreign],
            (await client.Settings.ListOverridesAsync(creator, cancellation: Cancellation).ToListAsync(Cancellation))
                .Select(o => o.Video)
                .OrderBy(v => v != own)
        );
        Assert.Equal(
            1,
            (await client.Settings.ClearOverrideAsync(creator, own, "remix", cancellation: Cancellation)).Changes
        );
        Assert.Equal(
            1,
            (
                await client.Settings.ClearOverrideAsync(
                    creator,
                    foreign,
                    "remix",
                    "studio",
                    cancellation: Cancellation
                )
            ).Changes
        );
    }

    [Fact]
    public async Task Bulk_changes_are_previewed_and_made()
    {
        var client = Client("admin");
        await client.Videos.RegisterAsync(creator, "v", new(), cancellation: Cancellation);
        SettingChange[] changes = [SettingChange.SetDefault("mining", Effect.Allow) with { AppliesTo = AppliesTo.All }];

        var preview = await client.Settings.PreviewAsync(creator, changes, cancellation: Cancellation);
        var change = await client.Settings.ChangeAsync(creator, changes, "a test", cancellation: Cancellation);

        Assert.Equal((1, 1, true), (preview.Changes, preview.Flips.Single().Count, preview.Complete));
        Assert.Equal(
            (Effect.Deny, Effect.Allow),
            (preview.First.Single().Flips.Single().Before, preview.First.Single().Flips.Single().After)
        );
        Assert.Equal(1, change.Changes);
    }

    [Fact]
    public async Task Stops_are_set_and_lifted()
    {
        var client = Client("admin");

        Assert.Null((await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation)).Stop!.Purposes);
        Assert.Equal(
            ["remix"],
            (await client.Stops.SetHoldAsync(creator, "a legal order", ["remix"], cancellation: Cancellation))
                .Stop!
                .Purposes
        );
        Assert.Equal(1, (await client.Stops.LiftHoldAsync(creator, cancellation: Cancellation)).Changes);
        Assert.Equal(1, (await client.Stops.LiftLockdownAsync(creator, cancellation: Cancellation)).Changes);
    }

    [Fact]
    public async Task A_purpose_is_registered_for_good()
    {
        var client = Client("admin");
        var name = $"remix.{RegistryApplication.NewId("p")}";

        var registered = await client.Purposes.RegisterAsync(
            name,
            usesLikeness: true,
            "A purpose of a test.",
            cancellation: Cancellation
        );

        Assert.Equal((name, "remix"), (registered.Name, registered.Parent));
        Assert.Contains((await client.Purposes.ListAsync(Cancellation)).Items, purpose => purpose.Name == name);
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_code_fields_and_trace_id()
    {
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Client("admin")
                .Settings.SetDefaultAsync(
                    creator,
                    "remix",
                    new(Effect.Deny) { Conditions = [Conditions.Attribution] },
                    cancellation: Cancellation
                )
        );
        var forbidden = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Client("creator", "other").Settings.GetAsync(creator, Cancellation)
        );

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

        var first = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny),
            options: options,
            cancellation: Cancellation
        );
        var again = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny),
            options: options,
            cancellation: Cancellation
        );
        var stale = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Settings.ClearDefaultAsync(
                creator,
                "remix",
                options: new() { IfSettingsVersion = 0 },
                cancellation: Cancellation
            )
        );

        Assert.Equal((first.Version, first.Changes), (again.Version, again.Changes));
        Assert.Equal(
            (false, true, false, null),
            (first.Replayed, again.Replayed, again.Superseded, again.CurrentVersion)
        );
        Assert.Equal("staleVersion", stale.Code);
        Assert.Equal(
            1,
            (
                await client.Settings.ClearDefaultAsync(
                    creator,
                    "remix",
                    options: new() { IfSettingsVersion = first.SettingsVersion },
                    cancellation: Cancellation
                )
            ).Changes
        );
        var superseded = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny),
            options: options,
            cancellation: Cancellation
        );
        Assert.Equal(
            (true, true, 2L, false),
            (superseded.Replayed, superseded.Superseded, superseded.CurrentVersion, superseded.EffectiveEverywhere)
        );
    }

    [Fact]
    public async Task A_change_can_be_made_only_where_nothing_is_set_yet()
    {
        var client = Client("creator", creator);
        var options = new ChangeOptions { OnlyIfNotSet = true };

        Assert.Equal(
            1,
            (
                await client.Settings.SetDefaultAsync(
                    creator,
                    "remix",
                    new(Effect.Deny),
                    options: options,
                    cancellation: Cancellation
                )
            ).Changes
        );
        var set = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Settings.ChangeAsync(
                creator,
                [SettingChange.SetDefault("remix", Effect.Allow), SettingChange.SetDefault("mining", Effect.Allow)],
                options: options,
                cancellation: Cancellation
            )
        );
        var elsewhere = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Approvals.RevokeGrantAsync(creator, Guid.NewGuid(), new() { IfSettingsVersion = 1 }, Cancellation)
        );

        Assert.Equal((HttpStatusCode.PreconditionFailed, "preconditionFailed"), (set.Status, set.Code));
        Assert.Equal((HttpStatusCode.BadRequest, "invalidHeader"), (elsewhere.Status, elsewhere.Code));
    }

    [Fact]
    public async Task Every_operation_of_a_bulk_change_is_made()
    {
        var client = Client("admin");
        var video = new VideoName(creator, "v");
        await client.Settings.ChangeAsync(
            creator,
            [
                SettingChange.SetDefault("remix", Effect.Deny),
                SettingChange.SetOverride(video, "remix", Effect.Allow) with
                {
                    Requester = "studio",
                },
            ],
            cancellation: Cancellation
        );

        var cleared = await client.Settings.ChangeAsync(
            creator,
            [
                SettingChange.ClearDefault("remix"),
                SettingChange.ClearOverride(video, "remix") with
                {
                    Requester = "studio",
                },
            ],
            vocabularyVersion: 1,
            cancellation: Cancellation
        );

        Assert.Equal((2, 2L), (cleared.Changes, cleared.SettingsVersion));
        Assert.Equal(0, (await client.Settings.GetAsync(creator, Cancellation)).Overrides);
    }

    [Fact]
    public async Task A_new_deny_names_what_it_did_not_reach()
    {
        var client = Client("admin");
        await client.Settings.SetOverrideAsync(
            creator,
            new(creator, "v"),
            "remix",
            new(Effect.Allow),
            cancellation: Cancellation
        );

        var deny = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny),
            cancellation: Cancellation
        );

        Assert.Equal(1, deny.Exceptions.Count);
        Assert.Equal(
            (new VideoName(creator, "v"), Effect.Allow),
            (deny.Exceptions.First.Single().Video, deny.Exceptions.First.Single().Effect)
        );
    }

    [Fact]
    public async Task Settings_are_read_only_if_they_have_changed()
    {
        var client = Client("admin");
        var deny = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny),
            cancellation: Cancellation
        );

        Assert.Null(await client.Settings.GetIfChangedAsync(creator, deny.SettingsVersion, Cancellation));
        // A video is no setting.
        await client.Videos.RegisterAsync(creator, "registered-between", new(), cancellation: Cancellation);
        Assert.Null(await client.Settings.GetIfChangedAsync(creator, deny.SettingsVersion, Cancellation));
        Assert.Equal(
            deny.SettingsVersion,
            (await client.Settings.GetIfChangedAsync(creator, deny.SettingsVersion - 1, Cancellation))!.SettingsVersion
        );
    }

    [Fact]
    public async Task Times_keep_their_microseconds_and_lose_what_is_finer()
    {
        var client = Client("admin");
        var expiry = new DateTimeOffset(2999, 12, 31, 23, 59, 59, TimeSpan.FromHours(1)).AddMicroseconds(123_456);

        var set = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { ExpiresAt = expiry.AddTicks(7) },
            cancellation: Cancellation
        );

        Assert.Equal(expiry, set.Setting!.ExpiresAt);
    }

    [Fact]
    public async Task A_check_may_ask_for_reuse_versions_and_an_explanation()
    {
        var client = Client("admin");
        await client.Videos.RegisterAsync(creator, "v", new() { PublishedAt = Published }, cancellation: Cancellation);
        var allow = await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All, Conditions = [Conditions.LabelAsAi] },
            cancellation: Cancellation
        );
        await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            requester: "studio",
            cancellation: Cancellation
        );
        var check = new Check(creator, "v", "remix")
        {
            Requester = "studio",
            Explain = true,
            Consistency = Consistency.Strong,
            MaxStaleness = TimeSpan.FromMilliseconds(1_500.9),
            MinVersions = new Dictionary<string, long>(StringComparer.Ordinal) { [creator] = allow.Version },
        };

        var decision = await client.Checks.CheckAsync(check, Cancellation);
        var unknown = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Checks.CheckAsync(
                check with
                {
                    MinVersions = new Dictionary<string, long>(StringComparer.Ordinal) { [creator] = 1_000 },
                },
                Cancellation
            )
        );

        Assert.Equal(
            (true, TimeSpan.FromMilliseconds(1_500), false),
            (decision.Allowed, decision.MaxAge, decision.TraceIsCut)
        );
        var settings = Assert.Single(decision.Trace!).Settings;
        Assert.Equal("studio", settings.Single(setting => setting.Standing == "unbeaten").Requester);
        Assert.Equal("studio", settings.Single(setting => setting.Standing == "beaten").BeatenBy!.Requester);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)),
            (unknown.Status, unknown.RetryAfter)
        );
    }

    [Fact]
    public async Task Lists_go_on_over_pages_of_any_size_and_an_impossible_size_is_refused()
    {
        var client = Client("admin");
        await client.Settings.ChangeAsync(
            creator,
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(i => SettingChange.SetOverride(new(creator, $"v{i}"), "remix", Effect.Deny)),
            ],
            cancellation: Cancellation
        );

        var overrides = await client
            .Settings.ListOverridesAsync(creator, pageSize: 2, Cancellation)
            .ToListAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Settings.ListOverridesAsync(creator, pageSize: 0, Cancellation).ToListAsync(Cancellation)
        );

        Assert.Equal(["v0", "v1", "v2", "v3", "v4"], overrides.Select(setting => setting.Video!.VideoId));
        Assert.Contains("limit", refused.Errors.Keys);
    }

    [Theory]
    [InlineData("a:b@c~d.e_f-g")]
    [InlineData("...")]
    [InlineData("~")]
    [InlineData(":")]
    public async Task Ids_of_any_characters_arrive_as_they_are(string id)
    {
        var client = Client("admin");
        var (owner, me) = ($"{creator}{id}", $"{id}{creator}");
        await client.Videos.RegisterAsync(
            owner,
            id,
            new() { Participants = [new(me, Roles.CoCreator)] },
            cancellation: Cancellation
        );

        var own = await client.Settings.SetOverrideAsync(
            owner,
            new(owner, id),
            "remix",
            new(Effect.Deny),
            id,
            cancellation: Cancellation
        );
        var appearance = await client.Settings.SetOverrideAsync(
            me,
            new(owner, id),
            "remix",
            new(Effect.Deny),
            cancellation: Cancellation
        );

        Assert.Equal((owner, new VideoName(owner, id), id), (own.CreatorId, own.Setting!.Video, own.Setting.Requester));
        Assert.Equal((me, new VideoName(owner, id)), (appearance.CreatorId, appearance.Setting!.Video));
        Assert.Equal(id, (await client.Videos.GetConsentAsync(owner, id, cancellation: Cancellation)).Video!.VideoId);
    }

    private ConsentRegistryClient Client(params string[] words)
    {
        var now = TimeProvider.System.GetUtcNow();
        var token = words switch
        {
            ["creator", var id] => fixture.App.Sign(now, [Scopes.Manage], id, client: null),
            _ => fixture.App.Sign(now, Scopes.All.Keys, "admin", "admin", Caller.EveryCreator),
        };
        var http = fixture.App.HttpWith(token);
        disposables.Add(http);
        return new(http);
    }
}
