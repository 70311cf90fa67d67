using System.Text.Json.Nodes;
using ConsentRegistry.Api.Features.Imports;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Imports;

/// <summary>Consents that were said elsewhere, imported for one creator.</summary>
public sealed class ImportsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private RegistryClient Own => App.Creator(creator);

    private object Video(string id = "v") => new { creatorId = creator, videoId = id };

    private Task<Answer> ImportAsync(
        RegistryClient client,
        object[] rows,
        bool? dryRun = null,
        bool? confirmWidening = null,
        params string[] headers
    ) =>
        client.PostAsync(
            "/v1/imports",
            new
            {
                creatorId = creator,
                rows,
                dryRun,
                confirmWidening,
            },
            headers
        );

    private async Task RegisterAsync(string video = "v", string? url = null, string? publishedAt = null) =>
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/{video}",
                    new
                    {
                        publishedAt,
                        identifiers = url is null ? null : new[] { new { scheme = "url", value = url } },
                    }
                )
        ).Is(200);

    private async Task DefaultAsync(string purpose, object body, string requester = "") =>
        (
            await Own.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/{purpose}"
                    + (requester.Length == 0 ? "" : $"?requester={requester}"),
                body
            )
        ).Is(200);

    private async Task<string> EffectAsync(string purpose, string video = "v", string requester = "studio") =>
        (string)
            (
                await App.Platform(requester)
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = video,
                            purpose,
                        }
                    )
            ).Is(200)["effect"]!;

    // What each row's settings are told to do, and what becomes of them.
    private static List<string> Told(Answer answer) =>
        [
            .. answer["rows"]!
                .AsArray()
                .Select(row =>
                    row!["error"] is { } error
                        ? $"{row["line"]} {error["code"]}"
                        : $"{row["line"]} "
                            + string.Join(
                                ' ',
                                row["settings"]!
                                    .AsArray()
                                    .Select(one => $"{one!["purpose"]}:{one["direction"]}:{one["outcome"]}")
                            )
                ),
        ];

    [Fact]
    public async Task The_creators_own_rows_are_made_as_one_change_and_those_that_widen_are_left_out()
    {
        await RegisterAsync();
        await DefaultAsync("remix", new { effect = "allow", appliesTo = "all" });
        await DefaultAsync("mining", new { effect = "deny" });
        var before = (await Own.GetAsync($"/v1/creators/{creator}/consent")).Is(200);
        object[] rows =
        [
            new
            {
                line = 2,
                video = Video(),
                purpose = "remix",
                effect = "deny",
            },
            new
            {
                line = 3,
                purpose = "mining",
                effect = "deny",
            },
            new
            {
                line = 4,
                video = Video(),
                purpose = "mining",
                effect = "ask",
            },
            new
            {
                line = 5,
                purpose = "nonsense",
                effect = "deny",
            },
            new
            {
                line = 6,
                purpose = "training",
                effect = "deny",
            },
        ];
        string[] told =
        [
            "2 remix:restricts:applied",
            "3 mining:unchanged:standing",
            "4 mining:widens:leftOut",
            "5 unknownPurpose",
            "6 training:restricts:applied",
        ];

        var shown = (await ImportAsync(Own, rows, dryRun: true)).Is(200);
        Assert.Equal(told, Told(shown));
        Assert.Equal((0, before.Version), (shown.Changes, shown.Version));
        Assert.Equal("allow", await EffectAsync("remix"));

        var made = (await ImportAsync(Own, rows)).Is(200);
        Assert.Equal(told, Told(made));
        Assert.Equal((2, before.Version + 1), (made.Changes, made.Version));
        Assert.Equal(("deny", "deny"), (await EffectAsync("remix"), await EffectAsync("mining")));

        var again = (await ImportAsync(Own, rows)).Is(200);
        Assert.Equal((0, made.Version), (again.Changes, again.Version));
        var confirmed = (await ImportAsync(Own, rows, confirmWidening: true)).Is(200);
        Assert.Equal(1, confirmed.Changes);
        Assert.Equal("ask", await EffectAsync("mining"));
    }

    [Fact]
    public async Task Without_the_creators_token_rows_wait_in_the_inbox_and_change_nothing()
    {
        await RegisterAsync();
        await DefaultAsync("remix", new { effect = "allow", appliesTo = "all" });
        await DefaultAsync("training", new { effect = "deny" }, "studio");
        object[] rows =
        [
            new
            {
                video = Video(),
                purpose = "remix",
                effect = "deny",
            },
            new
            {
                purpose = "training",
                requester = "studio",
                effect = "deny",
            },
        ];
        var proposed = (await ImportAsync(App.Platform(), rows, confirmWidening: true)).Is(200);

        // What stands is the creator's business: a platform is not told which of its rows alter anything.
        Assert.Equal([" remix::proposed", " training::proposed"], Told(proposed));
        Assert.Null(proposed["version"]);
        Assert.Equal("allow", await EffectAsync("remix"));
        await Eventually.HoldsAsync("it is told", async () => (await ProposalsAsync()).Count > 0);
        var proposal = Assert.Single((await ProposalsAsync())[0]!["proposals"]!.AsArray())!;
        Assert.Equal(("remix", "deny"), ((string)proposal["purpose"]!, (string)proposal["effect"]!));

        var made = (
            await ImportAsync(
                Own,
                [
                    new
                    {
                        video = proposal["video"],
                        purpose = proposal["purpose"],
                        effect = proposal["effect"],
                    },
                ]
            )
        ).Is(200);
        Assert.Equal(1, made.Changes);
        Assert.Equal("deny", await EffectAsync("remix"));
    }

    [Fact]
    public async Task A_creator_with_too_many_unread_proposals_gets_no_more()
    {
        await RegisterAsync();
        var rows = Enumerable
            .Range(0, (ImportConsents.MaxUnread / 5 * NotificationFactory.ProposalsNamed) - 1)
            .Select(i =>
                (object)
                    new
                    {
                        video = Video($"v{i}"),
                        purpose = "mining",
                        effect = "deny",
                    }
            )
            .ToArray();
        for (var i = 0; i < 5; i++)
            (await ImportAsync(App.Platform(), rows)).Is(200);
        await Eventually.HoldsAsync(
            "all are told",
            async () =>
                await App.ScalarAsync<long>(
                    "SELECT count(*) FROM consent.notification WHERE creator = $1 AND kind = 'importProposed'",
                    creator
                ) == ImportConsents.MaxUnread
        );
        (await ImportAsync(App.Platform(), rows[..1])).IsProblem(422, "tooMany");
    }

    [Fact]
    public async Task A_dry_run_names_the_grants_that_a_row_would_revoke()
    {
        var steps = new ApprovalSteps(App);
        await RegisterAsync("clip");
        await steps.AskAsync(creator);
        var grant = await steps.GrantAsync("studio", creator);
        object[] rows =
        [
            new
            {
                video = Video("clip"),
                purpose = "remix.voice",
                effect = "deny",
            },
            new { purpose = "training", effect = "deny" },
        ];
        var shown = (await ImportAsync(Own, rows, dryRun: true)).Is(200);
        var revoked = shown["rows"]!
            .AsArray()
            .Select(row => row!["settings"]![0]!["revokedGrants"]!["first"]!.AsArray())
            .ToList();
        Assert.Equal((string)grant["id"]!, (string)Assert.Single(revoked[0])!["id"]!);
        Assert.Empty(revoked[1]);
        Assert.Equal("allow", await EffectAsync("remix", "clip"));

        Assert.Equal(3, (await ImportAsync(Own, rows)).Is(200).Changes);
        Assert.Equal("ask", await EffectAsync("remix.meme", "clip"));
    }

    [Fact]
    public async Task A_row_may_name_what_videos_are_known_by()
    {
        var url = $"https://{creator}.example/watch?v=1";
        await RegisterAsync("a", url);
        await RegisterAsync("b", url);
        await DefaultAsync("mining", new { effect = "allow", appliesTo = "all" });
        var made = (
            await ImportAsync(
                Own,
                [
                    new
                    {
                        line = 1,
                        identifier = new { scheme = "url", value = url },
                        purpose = "mining",
                        effect = "deny",
                    },
                    new
                    {
                        line = 2,
                        identifier = new { scheme = "url", value = $"{url}0" },
                        purpose = "mining",
                        effect = "deny",
                    },
                ]
            )
        ).Is(200);
        Assert.Equal(["1 mining:restricts:applied mining:restricts:applied", "2 notFound"], Told(made));
        Assert.Equal(("deny", "deny"), (await EffectAsync("mining", "a"), await EffectAsync("mining", "b")));
    }

    [Fact]
    public async Task A_signal_is_a_row_and_one_that_cannot_be_read_says_where()
    {
        var url = $"https://{creator}.example/clip";
        await RegisterAsync("v", url);
        await DefaultAsync("training", new { effect = "allow", appliesTo = "all" });
        object Signal(string source, string text) =>
            new
            {
                video = Video(),
                signal = new
                {
                    source,
                    text,
                    url,
                },
            };
        var made = (
            await ImportAsync(
                Own,
                [
                    Signal("robots", "User-agent: *\nContent-Usage: train-ai=n\n"),
                    Signal("manifest", """{"label":"cawg.training-mining","data":{"entries":{"""),
                    Signal("xmp", "<!DOCTYPE x [<!ENTITY a \"b\">]><x/>"),
                ]
            )
        ).Is(200);
        Assert.Equal([" training.generative:restricts:applied", " unreadable", " unreadable"], Told(made));
        var error = made["rows"]![1]!["error"]!;
        Assert.Equal((1, true), ((int)error["line"]!, (int)error["column"]! > 1));
        Assert.Equal(
            ("deny", "allow"),
            (await EffectAsync("training.generative"), await EffectAsync("training.nongenerative"))
        );
    }

    [Fact]
    public async Task A_row_is_judged_again_when_it_is_made()
    {
        await RegisterAsync();
        await DefaultAsync("mining", new { effect = "allow", appliesTo = "all" });
        object[] rows =
        [
            new
            {
                video = Video(),
                purpose = "mining",
                effect = "ask",
            },
        ];
        Assert.Equal([" mining:restricts:applied"], Told((await ImportAsync(Own, rows, dryRun: true)).Is(200)));
        await DefaultAsync("mining", new { effect = "deny" });
        Assert.Equal([" mining:widens:leftOut"], Told((await ImportAsync(Own, rows)).Is(200)));
        Assert.Equal("deny", await EffectAsync("mining"));
    }

    [Fact]
    public async Task YouTubes_answer_is_a_row()
    {
        await DefaultAsync("training", new { effect = "allow", appliesTo = "all" });
        foreach (var video in new[] { "none", "some", "all" })
            (
                await App.Platform()
                    .PutAsync(
                        $"/v1/creators/{creator}/videos/{video}",
                        new
                        {
                            identifiers = new[] { new { scheme = "platform", value = $"youtube:{creator}-{video}" } },
                        }
                    )
            ).Is(200);
        object Row(string video, string permitted) =>
            new { trainability = $$"""{"videoId":"{{creator}}-{{video}}","permitted":{{permitted}}}""" };
        Assert.Equal(
            [
                " training:restricts:applied",
                " training:restricts:applied",
                " training:unchanged:standing",
                " ",
                " unreadable",
                " notFound",
                " invalid",
            ],
            Told(
                (
                    await ImportAsync(
                        Own,
                        [
                            Row("none", "[\"none\"]"),
                            Row("some", "[\"a-lab\"]"),
                            Row("all", "[\"all\"]"),
                            Row("all", "[]"),
                            new { trainability = "{\"videoId\"" },
                            Row("nowhere", "[\"none\"]"),
                            new { trainability = "{}" },
                        ]
                    )
                ).Is(200)
            )
        );
        Assert.Equal(("deny", "allow"), (await EffectAsync("training", "none"), await EffectAsync("training", "all")));
    }

    [Fact]
    public async Task What_is_sent_again_with_its_key_is_made_once()
    {
        await RegisterAsync();
        object[] rows =
        [
            new
            {
                video = Video(),
                purpose = "mining",
                effect = "deny",
            },
        ];
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        var first = (await ImportAsync(Own, rows, headers: key)).Is(200);
        var again = (await ImportAsync(Own, rows, headers: key)).Is(200);
        Assert.Equal((1, first.Version, true), (again.Changes, again.Version, (bool)again["replayed"]!));
        (await ImportAsync(Own, rows, confirmWidening: true, headers: key)).IsProblem(422, "idempotencyKeyReused");

        // A proposal is told once, too.
        var proposal = $"Idempotency-Key: {Guid.NewGuid()}";
        object[] others =
        [
            new
            {
                video = Video(),
                purpose = "remix",
                effect = "deny",
            },
        ];
        for (var i = 0; i < 3; i++)
            (await ImportAsync(App.Platform(), others, headers: proposal)).Is(200);
        await Eventually.HoldsAsync("it is told", async () => (await ProposalsAsync()).Count > 0);
        await Eventually.HoldsAsync(
            "all is handed on",
            () => App.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM consent.outbox)")
        );
        Assert.Single(await ProposalsAsync());
    }

    [Fact]
    public async Task Others_import_nothing_and_see_nothing()
    {
        await RegisterAsync();
        await DefaultAsync("mining", new { effect = "deny" }, "secret-studio");
        object[] rows =
        [
            new
            {
                video = Video(),
                purpose = "mining",
                effect = "deny",
            },
        ];
        (await ImportAsync(App.Creator(RegistryApplication.NewId()), rows)).IsProblem(403, "forbidden");
        (await ImportAsync(App.Creator(RegistryApplication.NewId()), rows, dryRun: true)).IsProblem(403, "forbidden");
        (await ImportAsync(App.Auditor(), rows)).IsProblem(403, "forbidden");
        Assert.Equal(
            [" mining:restricts:applied"],
            Told((await ImportAsync(App.Auditor(), rows, dryRun: true)).Is(200))
        );
        // Another creator's video is not theirs to speak of.
        var other = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{other}/videos/theirs", new { })).Is(200);
        object[] foreign =
        [
            new
            {
                video = new { creatorId = other, videoId = "theirs" },
                purpose = "mining",
                effect = "deny",
            },
        ];
        Assert.Equal([" notFound"], Told((await ImportAsync(Own, foreign)).Is(200)));
        (
            await App.Platform()
                .PostAsync("/v1/imports", new { creatorId = RegistryApplication.NewId(), rows = foreign })
        ).IsProblem(404, "notFound");
    }

    [Fact]
    public async Task Two_rows_that_say_different_things_of_one_setting_are_refused()
    {
        var made = (
            await ImportAsync(
                Own,
                [
                    new { purpose = "mining", effect = "deny" },
                    new { purpose = "mining", effect = "ask" },
                    new { purpose = "remix", effect = "deny" },
                    new { purpose = "remix", effect = "deny" },
                ]
            )
        ).Is(200);
        Assert.Equal([" invalid", " invalid", " remix:restricts:applied", " remix:restricts:standing"], Told(made));
    }

    private async Task<List<JsonNode?>> ProposalsAsync() =>
        [
            .. (await Own.GetAsync($"/v1/creators/{creator}/notifications?kind=importProposed")).Is(200)["items"]!
                .AsArray()
                .Select(item => item!["data"]),
        ];
}
