using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>Who may call what: every endpoint of the running service against every kind of caller.</summary>
public sealed class AccessTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Everybody = "everybody";

    /// <summary>Callers whose tokens are good for nothing.</summary>
    private static readonly string[] Refused =
    [
        "anonymous",
        "expired",
        "notYetValid",
        "wrongAudience",
        "wrongIssuer",
        "wrongKey",
        "algNone",
        "noSignature",
        "notAToken",
    ];

    /// <summary>Callers with a good token, of whom each operation lets only some in.</summary>
    private static readonly string[] Known =
    [
        "self",
        "other",
        "agency",
        "otherAgency",
        "everyCreator",
        "platform",
        "auditor",
        "operator",
        "noScopes",
        "only consent:check",
        "only consent:check:any",
        "only videos:write",
        "only usage:write",
        "only changes:read",
        "only consent:audit",
        "only consent:admin",
        "creators without consent:manage",
    ];

    private static readonly string[] TheCreator = ["self", "agency", "everyCreator"];
    private static readonly string[] TheCreatorOrAuditor = [.. TheCreator, "auditor", "operator", "only consent:audit"];
    private static readonly string[] Administrator = ["everyCreator", "operator", "only consent:admin"];
    private static readonly string[] Registrar = ["everyCreator", "platform", "operator", "only videos:write"];
    private static readonly string[] Recorders = ["everyCreator", "platform", "operator", "only usage:write"];
    private static readonly string[] Relying =
    [
        "everyCreator",
        "platform",
        "operator",
        "only consent:check",
        "only consent:check:any",
        "only usage:write",
    ];
    private static readonly string[] Requesters = ["everyCreator", "platform", "operator", "only consent:check"];
    private static readonly string[] Checker =
    [
        "everyCreator",
        "platform",
        "operator",
        "only consent:check",
        "only consent:check:any",
    ];

    private static readonly string[] Manager = [.. TheCreator, "operator", "only consent:admin"];

    /// <summary>
    /// Every operation: how to call it for a creator, and who may. An operation that is not here fails the test.
    /// </summary>
    internal static readonly Dictionary<string, (string Path, object? Body, string[] Allowed)> Operations = new(
        StringComparer.Ordinal
    )
    {
        ["getConsent"] = ("/v1/creators/{c}/consent", null, TheCreatorOrAuditor),
        ["setDefault"] = ("/v1/creators/{c}/consent/defaults/remix", new { effect = "deny" }, TheCreator),
        ["clearDefault"] = ("/v1/creators/{c}/consent/defaults/remix", null, TheCreator),
        ["changeSettings"] = (
            "/v1/creators/{c}/consent/changes",
            new
            {
                changes = new[]
                {
                    new
                    {
                        op = "setDefault",
                        purpose = "mining",
                        effect = "deny",
                    },
                },
            },
            TheCreator
        ),
        ["previewChanges"] = (
            "/v1/creators/{c}/consent/changes/preview",
            new
            {
                changes = new[]
                {
                    new
                    {
                        op = "setDefault",
                        purpose = "mining",
                        effect = "deny",
                    },
                },
            },
            TheCreator
        ),
        ["listOverrides"] = ("/v1/creators/{c}/consent/overrides", null, TheCreatorOrAuditor),
        ["setOverride"] = ("/v1/creators/{c}/videos/v/consent/remix", new { effect = "deny" }, TheCreator),
        ["clearOverride"] = ("/v1/creators/{c}/videos/v/consent/remix", null, TheCreator),
        ["listAppearances"] = ("/v1/creators/{c}/appearances", null, TheCreatorOrAuditor),
        ["setAppearanceOverride"] = (
            "/v1/creators/{c}/appearances/{owner}/shared/consent/remix",
            new { effect = "deny" },
            TheCreator
        ),
        ["clearAppearanceOverride"] = ("/v1/creators/{c}/appearances/{owner}/shared/consent/remix", null, TheCreator),
        ["setLockdown"] = ("/v1/creators/{c}/lockdown", null, TheCreator),
        ["liftLockdown"] = ("/v1/creators/{c}/lockdown", null, TheCreator),
        ["setHold"] = ("/v1/creators/{c}/hold", new { reason = "order" }, Administrator),
        ["liftHold"] = ("/v1/creators/{c}/hold", null, Administrator),
        ["listVideos"] = ("/v1/creators/{c}/videos", null, TheCreatorOrAuditor),
        ["getVideo"] = ("/v1/creators/{c}/videos/own", null, [.. TheCreatorOrAuditor, "platform", "only videos:write"]),
        ["registerVideo"] = ("/v1/creators/{c}/videos/own", new { }, Registrar),
        ["lookUpVideos"] = (
            "/v1/lookups",
            new { identifiers = new[] { new { scheme = "url", value = "https://a.example/" } } },
            [.. Registrar, "auditor", "only consent:check:any", "only consent:audit"]
        ),
        ["getVideoSignals"] = (
            "/v1/creators/{c}/videos/own/signals",
            null,
            [.. TheCreatorOrAuditor, "platform", "only videos:write"]
        ),
        ["compareSignal"] = (
            "/v1/creators/{c}/videos/own/signals/comparison",
            new { source = "manifest", text = "{}" },
            [.. TheCreatorOrAuditor, "platform", "only videos:write"]
        ),
        ["getSiteSignals"] = (
            "/v1/creators/{c}/signals/aipref?site=https://a.example",
            null,
            [.. TheCreatorOrAuditor, "platform", "only videos:write"]
        ),
        ["exportSignals"] = (
            "/v1/signals/export",
            null,
            ["everyCreator", "platform", "auditor", "operator", "only videos:write", "only consent:audit"]
        ),
        ["importConsents"] = (
            "/v1/imports",
            new { creatorId = "{c}", rows = new[] { new { purpose = "mining", effect = "deny" } } },
            [.. TheCreator, "platform", "operator", "only videos:write"]
        ),
        ["getVideoConsent"] = ("/v1/creators/{c}/videos/own/consent", null, TheCreatorOrAuditor),
        ["registerVideos"] = (
            "/v1/videos/batch",
            new { videos = new[] { new { creatorId = "{c}", videoId = "own" } } },
            Registrar
        ),
        ["checkConsent"] = (
            "/v1/checks",
            new
            {
                creatorId = "x",
                videoId = "v",
                purpose = "remix",
            },
            Checker
        ),
        ["evaluate"] = ("/access/v1/evaluation", null, Checker),
        ["evaluateMany"] = ("/access/v1/evaluations", null, Checker),
        ["getAuthZenConfiguration"] = ("/.well-known/authzen-configuration", null, [Everybody]),
        ["streamChecks"] = ("/v1/checks/stream", null, Checker),
        ["checkConsentBatch"] = (
            "/v1/checks/batch",
            new
            {
                checks = new[]
                {
                    new
                    {
                        creatorId = "x",
                        videoId = "v",
                        purpose = "remix",
                    },
                },
            },
            Checker
        ),
        ["listPurposes"] = ("/v1/purposes", null, [Everybody]),
        ["registerPurpose"] = (
            "/v1/purposes",
            new
            {
                purpose = "dubbing",
                usesLikeness = true,
                description = "Dubbing.",
            },
            Administrator
        ),
        ["requestApproval"] = (
            "/v1/approval-requests",
            new
            {
                creatorId = "{c}",
                videoId = "own",
                purpose = "remix",
                use = "A remix.",
            },
            Requesters
        ),
        ["listApprovalRequests"] = ("/v1/approval-requests", null, Requesters),
        ["getApprovalRequest"] = (
            "/v1/approval-requests/{nothing}",
            null,
            [.. Requesters, "auditor", "only consent:audit"]
        ),
        ["withdrawApproval"] = ("/v1/approval-requests/{nothing}/withdraw", null, Requesters),
        ["listAskedApprovals"] = ("/v1/creators/{c}/approval-requests", null, TheCreatorOrAuditor),
        ["approve"] = ("/v1/creators/{c}/approval-requests/{nothing}/approve", null, TheCreator),
        ["refuse"] = ("/v1/creators/{c}/approval-requests/{nothing}/refuse", null, TheCreator),
        ["listGrants"] = ("/v1/creators/{c}/grants", null, TheCreatorOrAuditor),
        ["revokeGrant"] = ("/v1/creators/{c}/grants/{nothing}", null, TheCreator),
        ["listBlockedRequesters"] = ("/v1/creators/{c}/blocked-requesters", null, TheCreatorOrAuditor),
        ["blockRequester"] = ("/v1/creators/{c}/blocked-requesters/acme", null, TheCreator),
        ["unblockRequester"] = ("/v1/creators/{c}/blocked-requesters/acme", null, TheCreator),
        ["recordUse"] = (
            "/v1/usages",
            new { purpose = "remix", videos = new[] { new { creatorId = "{c}", videoId = "own" } } },
            Recorders
        ),
        ["recordUses"] = (
            "/v1/usages/batch",
            new
            {
                usages = new[]
                {
                    new { purpose = "remix", videos = new[] { new { creatorId = "{c}", videoId = "own" } } },
                },
            },
            Recorders
        ),
        ["listOwnUses"] = ("/v1/usages", null, Recorders),
        ["listUses"] = ("/v1/creators/{c}/usages", null, TheCreatorOrAuditor),
        ["countUses"] = ("/v1/creators/{c}/usages/totals", null, TheCreatorOrAuditor),
        ["listRecalls"] = ("/v1/recalls", null, Relying),
        ["acknowledgeRecall"] = ("/v1/recalls/{nothing}/acknowledge", null, Relying),
        ["disputeRecall"] = ("/v1/recalls/{nothing}/dispute", new { statement = "Not us." }, Relying),
        ["listRecallsOfCreator"] = ("/v1/creators/{c}/recalls", null, TheCreatorOrAuditor),
        ["listHistory"] = ("/v1/creators/{c}/history", null, TheCreatorOrAuditor),
        ["exportHistory"] = ("/v1/creators/{c}/history/export", null, TheCreatorOrAuditor),
        ["listChanges"] = (
            "/v1/changes",
            null,
            ["everyCreator", "platform", "operator", "auditor", "only changes:read", "only consent:audit"]
        ),
        ["eraseCreator"] = (
            "/v1/creators/{c}/erasure",
            new { reason = "asked for" },
            [.. TheCreator, "operator", "only consent:admin"]
        ),
        ["listNotifications"] = ("/v1/creators/{c}/notifications", null, TheCreator),
        ["markNotificationsRead"] = (
            "/v1/creators/{c}/notifications/read",
            new { upTo = "2026-11-23T00:00:00Z" },
            TheCreator
        ),
        ["listWebhooks"] = ("/v1/webhooks?audience=creator&owner={c}", null, Manager),
        ["createWebhook"] = (
            "/v1/webhooks",
            new
            {
                audience = "creator",
                owner = "{c}",
                url = "https://hooks.example.com/{unique}",
            },
            Manager
        ),
        ["getWebhook"] = ("/v1/webhooks/{webhook}", null, Manager),
        ["updateWebhook"] = (
            "/v1/webhooks/{webhook}",
            new { url = "https://hooks.example.com/other", enabled = true },
            Manager
        ),
        ["deleteWebhook"] = ("/v1/webhooks/{webhook}", null, Manager),
        ["pingWebhook"] = ("/v1/webhooks/{webhook}/ping", null, Manager),
        ["rotateWebhookSecret"] = ("/v1/webhooks/{webhook}/secret", null, Manager),
        ["listDeliveries"] = ("/v1/webhooks/{webhook}/deliveries", null, Manager),
        ["redeliver"] = ("/v1/webhooks/{webhook}/deliveries/{notification}", null, Manager),
        ["getCheckpoint"] = ("/log/checkpoint", null, [Everybody]),
        ["getTile"] = ("/log/tile/0/000.p/1", null, [Everybody]),
        ["getEntries"] = ("/log/tile/entries/000.p/1", null, [Everybody]),
        ["getInclusionProof"] = ("/v1/log/proof/{event}", null, [Everybody]),
        ["getConsistencyProof"] = ("/v1/log/consistency?from=1", null, [Everybody]),
        ["listLogKeys"] = ("/v1/log/keys", null, [Everybody]),
        ["exportLog"] = ("/v1/log/export", null, ["everyCreator", "operator", "auditor", "only consent:audit"]),
        ["exportReceipt"] = (
            "/v1/receipts/export",
            new { receipt = "x" },
            ["everyCreator", "operator", "auditor", "only consent:audit"]
        ),
        ["live"] = ("/health/live", null, [Everybody]),
        ["ready"] = ("/health/ready", null, [Everybody]),
    };

    private static readonly SymmetricSecurityKey AnotherKey = new(
        System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)
    );

    private RegistryApplication App => registry.App;

    private IEnumerable<RouteEndpoint> Endpoints =>
        App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    [Fact]
    public void Every_operation_is_in_the_table_and_the_table_has_no_other() =>
        Assert.Equal(
            Operations.Keys.Order(StringComparer.Ordinal),
            Endpoints.Select(NameOf).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_endpoint_says_who_may_call_it() =>
        Assert.Empty(
            Endpoints
                .Where(endpoint =>
                    endpoint.Metadata.GetMetadata<Access>() is null
                    && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
                )
                .Select(NameOf)
        );

    [Fact]
    public void Every_endpoint_knows_its_query_parameters() =>
        Assert.Empty(
            Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<QueryParameters>() is null).Select(NameOf)
        );

    // What an operation says to whoever is let in, where there is nothing for it to do here.
    private static readonly Dictionary<string, int> WithoutBody = new(StringComparer.Ordinal)
    {
        ["streamChecks"] = 415,
        ["evaluate"] = 400,
        ["evaluateMany"] = 400,
        ["requestApproval"] = 409,
        ["getApprovalRequest"] = 404,
        ["withdrawApproval"] = 404,
        ["approve"] = 404,
        ["refuse"] = 404,
        ["revokeGrant"] = 404,
        ["acknowledgeRecall"] = 404,
        ["disputeRecall"] = 404,
        ["exportReceipt"] = 422,
    };

    [Fact]
    public async Task Each_operation_lets_in_whom_it_should_and_nobody_else()
    {
        var self = RegistryApplication.NewId();
        var owner = RegistryApplication.NewId();
        var other = RegistryApplication.NewId();
        await RegisterAsync(self, owner);
        await Log.Exports.CoveredAsync(App);
        var registered = await App.ScalarAsync<Guid>("SELECT event_id FROM consent.history WHERE seq = 0");
        var wrong = new List<string>();
        // After an erasure nothing else is to be had.
        foreach (var endpoint in Endpoints.OrderBy(endpoint => NameOf(endpoint) == "eraseCreator"))
        {
            var (path, body, allowed) = Operations[NameOf(endpoint)];
            path = path.Replace("{nothing}", $"{Guid.CreateVersion7():D}", StringComparison.Ordinal)
                .Replace("{event}", $"{registered:D}", StringComparison.Ordinal);
            foreach (var caller in Known.Concat(Refused))
            {
                var ready = path.Contains("{webhook}", StringComparison.Ordinal)
                    ? await WithWebhookAsync(path, self)
                    : path;
                var answer = await SendAsync(ClientOf(caller, self, other), endpoint, ready, body, self, owner);
                var expected =
                    allowed.Contains(Everybody) || allowed.Contains(caller) ? 200
                    : Refused.Contains(caller) ? 401
                    : 403;
                // Without a body that suits them, these say so to whoever is let in.
                var actual =
                    answer.Status is 201
                    || (
                        WithoutBody.GetValueOrDefault(NameOf(endpoint)) is > 0 and var status && answer.Status == status
                    )
                        ? 200
                        : answer.Status;
                if (actual != expected)
                    wrong.Add(
                        $"{NameOf(endpoint)} by {caller}: {expected} was expected, but the answer is {answer.Status} "
                            + $"{answer.Text}"
                    );
                if (answer.Status == 401)
                    Assert.StartsWith(
                        "Bearer",
                        answer.IsProblem(401, "unauthenticated").Header("WWW-Authenticate")!,
                        StringComparison.Ordinal
                    );
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_refusal_says_the_same_whether_or_not_what_was_asked_for_exists()
    {
        var (known, owner, stranger) = (
            RegistryApplication.NewId(),
            RegistryApplication.NewId(),
            App.Creator(RegistryApplication.NewId())
        );
        await RegisterAsync(known, owner);
        await App.Creator(known).PutAsync($"/v1/creators/{known}/lockdown", null);
        foreach (var endpoint in Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is not null))
        {
            var bodies = new HashSet<string>(StringComparer.Ordinal);
            var (path, body, _) = Operations[NameOf(endpoint)];
            foreach (var creator in new[] { known, RegistryApplication.NewId() })
            {
                var ready =
                    creator == known
                        ? await WithWebhookAsync(path, creator)
                        : path.Replace("{webhook}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                            .Replace("{notification}", $"{Guid.NewGuid()}", StringComparison.Ordinal);
                bodies.Add(
                    (await SendAsync(stranger, endpoint, ready, body, creator, owner))
                        .IsProblem(403, "forbidden")
                        .WithoutTrace()
                );
            }
            Assert.Single(bodies);
        }
    }

    [Fact]
    public async Task A_refusal_names_every_scope_that_would_do_and_the_claim_that_is_missing()
    {
        var (self, owner) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        foreach (var endpoint in Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<Access>() is not { } access)
                continue;
            var (path, body, _) = Operations[NameOf(endpoint)];
            var ready = path.Replace("{webhook}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{notification}", $"{Guid.NewGuid()}", StringComparison.Ordinal);
            var without = (
                await SendAsync(App.With("openid", "somebody", "tool"), endpoint, ready, body, self, owner)
            ).IsProblem(403, "forbidden");
            Assert.All(
                access.AnyOf,
                way => Assert.Contains($"the scope {way.Scope}", (string)without["detail"]!, StringComparison.Ordinal)
            );
            if (!access.AnyOf.Any(way => way.OwnCreator))
                continue;
            var others = (
                await SendAsync(App.With("consent:manage", "somebody", "tool"), endpoint, ready, body, self, owner)
            ).IsProblem(403, "forbidden");
            Assert.Contains(
                "with the creator of the path as its claim sub or in creators",
                (string)others["detail"]!,
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("anonymous", "The request has no bearer token; ")]
    [InlineData("expired", "The token has expired by its claim exp; ")]
    [InlineData("notYetValid", "The token is not valid yet by its claim nbf; ")]
    [InlineData(
        "wrongAudience",
        "The token's claim aud does not name this service; send a token for the audience 'consent-registry'."
    )]
    [InlineData("wrongIssuer", "The token's claim iss is not the issuer")]
    [InlineData("wrongKey", "The token has no signature by a key of the issuer; ")]
    [InlineData("algNone", "The token has no signature by a key of the issuer; ")]
    [InlineData("noSignature", "The token has no signature by a key of the issuer; ")]
    [InlineData("notAToken", "The Authorization header holds no JSON Web Token; ")]
    public async Task A_caller_who_is_not_known_is_told_what_is_wrong_with_the_token(string caller, string why)
    {
        var self = RegistryApplication.NewId();
        var answer = (await ClientOf(caller, self, self).GetAsync($"/v1/creators/{self}/consent")).IsProblem(
            401,
            "unauthenticated"
        );

        Assert.StartsWith(why, (string)answer["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_a_video_exists_is_hidden_from_creators_whom_it_does_not_concern()
    {
        var (owner, stranger) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        await RegisterAsync(RegistryApplication.NewId(), owner);
        var client = App.Creator(stranger);
        var change = new
        {
            changes = new[]
            {
                new
                {
                    op = "setOverride",
                    purpose = "remix",
                    effect = "deny",
                    video = new { creatorId = owner, videoId = "shared" },
                },
            },
        };
        var missing = new
        {
            changes = new[]
            {
                new
                {
                    op = "setOverride",
                    purpose = "remix",
                    effect = "deny",
                    video = new { creatorId = owner, videoId = "missing" },
                },
            },
        };

        string[] answers =
        [
            (await client.GetAsync($"/v1/creators/{owner}/videos/shared")).IsProblem(403, "forbidden").WithoutTrace(),
            (await client.GetAsync($"/v1/creators/{owner}/videos/missing")).IsProblem(403, "forbidden").WithoutTrace(),
            (
                await client.PutAsync(
                    $"/v1/creators/{stranger}/appearances/{owner}/shared/consent/remix",
                    new { effect = "deny" }
                )
            )
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
            (
                await client.PutAsync(
                    $"/v1/creators/{stranger}/appearances/{owner}/missing/consent/remix",
                    new { effect = "deny" }
                )
            )
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
            (await client.DeleteAsync($"/v1/creators/{stranger}/appearances/{owner}/shared/consent/remix"))
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
            (await client.DeleteAsync($"/v1/creators/{stranger}/appearances/{owner}/missing/consent/remix"))
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
            (await client.PostAsync($"/v1/creators/{stranger}/consent/changes", change))
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
            (await client.PostAsync($"/v1/creators/{stranger}/consent/changes", missing))
                .IsProblem(403, "forbidden")
                .WithoutTrace(),
        ];

        // Each operation says in its own words what it takes: those of one are alike.
        Assert.All(answers.Chunk(2), pair => Assert.Equal(pair[0], pair[1]));
    }

    [Fact]
    public async Task A_participant_may_read_the_video_and_set_overrides_for_it_but_not_the_owners_settings()
    {
        var (self, owner) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        await RegisterAsync(self, owner);

        (await App.Creator(self).GetAsync($"/v1/creators/{owner}/videos/shared")).Is(200);
        (
            await App.Creator(self)
                .PutAsync($"/v1/creators/{self}/appearances/{owner}/shared/consent/remix", new { effect = "deny" })
        ).Is(200);
        (await App.Creator(self).GetAsync($"/v1/creators/{owner}/videos/shared/consent")).IsProblem(403, "forbidden");
        (
            await App.Creator(self)
                .PutAsync($"/v1/creators/{owner}/videos/shared/consent/remix", new { effect = "deny" })
        ).IsProblem(403, "forbidden");
        (
            await App.Creator(self)
                .PutAsync($"/v1/creators/{owner}/appearances/{owner}/shared/consent/remix", new { effect = "deny" })
        ).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task An_agencys_changes_are_recorded_as_made_for_the_creator()
    {
        var creator = RegistryApplication.NewId();
        await App.With("consent:manage", "agency", "agency-tool", creator)
            .PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "deny", reason = "asked by phone" }
            );
        await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "deny" });

        Assert.Equal(
            [
                """{"client":"agency-tool","onBehalfOf":"CREATOR","reason":"asked by phone","subject":"agency"}""".Replace(
                    "CREATOR",
                    creator,
                    StringComparison.Ordinal
                ),
                """{"client":null,"onBehalfOf":null,"reason":null,"subject":"CREATOR"}""".Replace(
                    "CREATOR",
                    creator,
                    StringComparison.Ordinal
                ),
            ],
            (
                await App.QueryAsync<byte[]>(
                    "SELECT body FROM consent.event WHERE creator = $1 ORDER BY version",
                    creator
                )
            ).Select(body => System.Text.Json.Nodes.JsonNode.Parse(body)!["by"]!.ToJsonString())
        );
    }

    private async Task RegisterAsync(string self, string owner) =>
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new object[]
                        {
                            new { creatorId = self, videoId = "own" },
                            new
                            {
                                creatorId = owner,
                                videoId = "shared",
                                participants = new[] { new { creatorId = self, role = "depicted" } },
                            },
                        },
                    }
                )
        ).Is(200);

    /// <summary>
    /// The path with a webhook of the creator, the only one, at which nobody listens, and a notification that it was
    /// told of.
    /// </summary>
    private async Task<string> WithWebhookAsync(string path, string creator)
    {
        var (webhook, notification) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var command = App.Database.CreateCommand(
            """
            WITH gone AS (DELETE FROM consent.webhook WHERE owner = $1),
            made AS (
                INSERT INTO consent.webhook (id, audience, owner, url, host, secret)
                VALUES ($2, 'creator', $1, 'http://127.0.0.1:1/' || $2, '127.0.0.1:1', decode(repeat('00', 32),
                    'hex'))),
            told AS (
                INSERT INTO consent.notification (place, id, kind, creator, to_platforms, created_at, data)
                VALUES (nextval('consent.notification_place'), $3, 'lockdown', $1, false, now(),
                    jsonb_build_object('creatorId', $1, 'version', 1, 'settingsVersion', 1,
                        'changedAt', '2026-11-23T09:30:00.000000Z', 'lockdown', NULL)))
            INSERT INTO consent.delivery (webhook, notification, state) VALUES ($2, $3, 'delivered')
            """
        );
        foreach (var value in new object[] { creator, webhook, notification })
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return path.Replace("{webhook}", $"{webhook}", StringComparison.Ordinal)
            .Replace("{notification}", $"{notification}", StringComparison.Ordinal);
    }

    private static Task<Answer> SendAsync(
        RegistryClient client,
        RouteEndpoint endpoint,
        string path,
        object? body,
        string creator,
        string owner
    )
    {
        var method = Assert.Single(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods);
        var text = body is null
            ? null
            : System
                .Text.Json.JsonSerializer.Serialize(body)
                .Replace("{c}", creator, StringComparison.Ordinal)
                .Replace("{unique}", $"{Guid.NewGuid()}", StringComparison.Ordinal);
        return client.SendAsync(
            new(method),
            path.Replace("{c}", creator, StringComparison.Ordinal).Replace("{owner}", owner, StringComparison.Ordinal),
            text
        );
    }

    private RegistryClient ClientOf(string caller, string self, string other) =>
        caller switch
        {
            "anonymous" => App.Anonymous(),
            "self" => App.Creator(self),
            "other" => App.Creator(other),
            "agency" => App.With("consent:manage", "agency", "agency-tool", self, "somebody-else"),
            "otherAgency" => App.With("consent:manage", "agency", "agency-tool", other),
            "everyCreator" => App.Admin(),
            "platform" => App.Platform(),
            "auditor" => App.Auditor(),
            "operator" => App.Operator(),
            "noScopes" => App.With("", self, "tool", self),
            "creators without consent:manage" => App.With("openid profile", self, "tool", self),
            "expired" => App.Bearer(
                App.Sign(TimeProvider.System.GetUtcNow().AddDays(-2), Scopes.All.Keys, self, "tool", self)
            ),
            "notYetValid" => App.Bearer(
                App.Sign(TimeProvider.System.GetUtcNow().AddDays(2), Scopes.All.Keys, self, "tool", self)
            ),
            "wrongAudience" => App.Bearer(Token(self, audience: "another-service")),
            "wrongIssuer" => App.Bearer(Token(self, issuer: "https://elsewhere.example")),
            "wrongKey" => App.Bearer(Token(self, key: AnotherKey)),
            "algNone" => App.Bearer(Token(self, unsigned: true)),
            "noSignature" => App.Bearer(Token(self)[..(Token(self).LastIndexOf('.') + 1)]),
            "notAToken" => App.Bearer("not.a.token"),
            _ when caller.StartsWith("only ", StringComparison.Ordinal) => App.With(
                caller[5..],
                "somebody",
                "tool",
                self
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(caller), caller, null),
        };

    private string Token(
        string self,
        string issuer = DevelopmentTokens.Issuer,
        string audience = RegistryOptions.DefaultAudience,
        SecurityKey? key = null,
        bool unsigned = false
    ) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = true }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["sub"] = self,
                    ["client_id"] = "tool",
                    ["scope"] = string.Join(' ', Scopes.All.Keys),
                    ["creators"] = new[] { self },
                },
                SigningCredentials = unsigned ? null : new(key ?? App.SigningKey, SecurityAlgorithms.HmacSha256),
            }
        );

    private static string NameOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? endpoint.DisplayName ?? "(nameless)";
}

/// <summary>Outside Development no token opens every creator's settings.</summary>
public sealed class ProductionAccessTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task A_token_for_every_creator_is_refused_outside_Development(string environment)
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"environment={environment}",
            "Tokens:Authority=https://issuer.example"
        );
        var path = "/v1/creators/mia/consent";

        (await app.With("consent:manage consent:audit", "agency", "tool", "*").GetAsync(path)).IsProblem(
            401,
            "unauthenticated"
        );
        (await app.With("consent:manage", "agency", "tool", "mia", "*").GetAsync(path)).IsProblem(
            401,
            "unauthenticated"
        );
        (await app.With("consent:manage", "agency", "tool", "mia").GetAsync(path)).Is(200);
        (await app.Creator("mia").GetAsync(path)).Is(200);
    }

    [Fact]
    public async Task Outside_Development_a_host_without_an_issuer_does_not_start() =>
        Assert.Contains(
            "Tokens:Authority",
            (
                await Assert.ThrowsAsync<StartupException>(async () =>
                    await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync(), "environment=Production")
                )
            ).Message,
            StringComparison.Ordinal
        );
}
