using System.Text.Json.Nodes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Tests.Approvals;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>
/// Each kind of notification, caused for real: who is told of it, who is not, and what they are told.
/// </summary>
public sealed class ToldTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string requester = RegistryApplication.NewId("r");
    private readonly string hash = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
    private readonly string purpose = $"p{Guid.NewGuid():N}"[..16];

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    private string Consent => $"/v1/creators/{creator}/consent/defaults";

    // "*" stands for any value. Beside those who are named, one more creator's agent and one more requester listen.
    public static readonly TheoryData<string, string, string, string> Rows = new()
    {
        {
            "A creator changes settings",
            "consentChanged",
            "inbox agent platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","changes":1,"revokedGrants":0,"settings":[{"video":null,"purpose":"remix","requester":null,"effect":"deny"}],"affects":{"creatorId":"{c}","video":null,"purposes":["remix"],"requester":null}}"""
        },
        {
            "An operator sets a hold",
            "consentChanged",
            "inbox agent platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","hold":{"purposes":null},"affects":{"creatorId":"{c}","video":null,"purposes":null,"requester":null}}"""
        },
        {
            "An operator lifts a hold",
            "consentChanged",
            "inbox agent platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","hold":null,"affects":{"creatorId":"{c}","video":null,"purposes":null,"requester":null}}"""
        },
        {
            "A creator revokes a grant",
            "consentChanged",
            "inbox agent platform requester",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","changes":1,"revokedGrants":1,"requester":"{r}","grants":[{"grantId":"*","requestId":"*","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix"}],"affects":{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"purposes":["remix"],"requester":"{r}"}}"""
        },
        {
            "A creator denies what was granted",
            "consentChanged",
            "inbox agent platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","changes":3,"revokedGrants":2,"settings":[{"video":null,"purpose":"remix","requester":null,"effect":"deny"}],"affects":{"creatorId":"{c}","video":null,"purposes":["remix","remix.voice"],"requester":null}}"""
        },
        {
            "A creator denies what was granted",
            "consentChanged",
            "requester",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","changes":2,"revokedGrants":2,"requester":"{r}","grants":[{"grantId":"*","requestId":"*","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix.voice"},{"grantId":"*","requestId":"*","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix"}],"affects":{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"purposes":["remix","remix.voice"],"requester":"{r}"}}"""
        },
        {
            "A creator who had granted something is erased",
            "consentChanged",
            "platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","erasedAt":"*","affects":{"creatorId":"{c}","video":null,"purposes":null,"requester":null}}"""
        },
        {
            "A creator who had granted something is erased",
            "consentChanged",
            "requester",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","erasedAt":"*","changes":1,"revokedGrants":1,"requester":"{r}","grants":[{"grantId":"*","requestId":"*","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix"}],"affects":{"creatorId":"{c}","video":null,"purposes":null,"requester":null}}"""
        },
        {
            "A creator sets a lockdown",
            "lockdown",
            "inbox agent platform",
            """{"creatorId":"{c}","version":"*","settingsVersion":"*","changedAt":"*","lockdown":{"purposes":["training"]},"affects":{"creatorId":"{c}","video":null,"purposes":["training"],"requester":null}}"""
        },
        {
            "A requester asks",
            "approvalRequested",
            "inbox agent",
            """{"requestId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix","expiresAt":"*","creatorId":"{c}"}"""
        },
        {
            "A creator approves",
            "approvalApproved",
            "requester",
            """{"requestId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix","expiresAt":"*","affects":{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"purposes":["remix"],"requester":"{r}"}}"""
        },
        {
            "A creator refuses",
            "approvalRefused",
            "requester",
            """{"requestId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix","expiresAt":"*"}"""
        },
        {
            "A request is about to expire",
            "approvalExpiring",
            "inbox agent",
            """{"requestId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix","expiresAt":"*","creatorId":"{c}"}"""
        },
        {
            "A grant is about to expire",
            "approvalExpiring",
            "inbox agent requester",
            """{"requestId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"remix","expiresAt":"*","creatorId":"{c}","grantId":"*"}"""
        },
        {
            "A video is used with consent",
            "used",
            "inbox agent",
            """{"creatorId":"{c}","useId":"*","requester":"{r}","purpose":"training","video":{"creatorId":"{c}","videoId":"clip"},"videos":1,"reason":"creatorDefault","usedAt":"*","more":false}"""
        },
        {
            "A video is used without consent",
            "usedWithoutConsent",
            "inbox agent platform",
            """{"creatorId":"{c}","useId":"*","requester":"{r}","purpose":"mining","video":{"creatorId":"{c}","videoId":"clip"},"videos":1,"reason":"noConsent","usedAt":"*","more":false}"""
        },
        {
            "Consent is withdrawn from what was used",
            "recall",
            "platform requester",
            """{"recallId":"*","requester":"{r}","video":{"creatorId":"{c}","videoId":"clip"},"purpose":"training","reason":"lockdown","since":"*","stopBy":"*","affects":{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"purposes":["training"],"requester":"{r}"}}"""
        },
        {
            "A platform registers a file's hash",
            "identifierClaimed",
            "inbox agent",
            """{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"videos":1,"identifiers":[{"scheme":"sha256","value":"{h}"}]}"""
        },
        {
            "Another creator's video gets the same URL",
            "identifierClaimed",
            "inbox agent",
            """{"creatorId":"{c}","video":{"creatorId":"{c}","videoId":"clip"},"identifiers":[{"scheme":"url","value":"https://{c}.example/"}],"claimedBy":[{"creatorId":"{c}-2","videoId":"copy"}]}"""
        },
        {
            "A platform imports without the creator's token",
            "importProposed",
            "inbox agent",
            """{"creatorId":"{c}","proposedBy":"platform","changes":1,"proposals":[{"video":{"creatorId":"{c}","videoId":"clip"},"purpose":"mining","requester":null,"effect":"deny","conditions":[],"expiresAt":null,"appliesTo":null}]}"""
        },
        {
            "A purpose enters the vocabulary",
            "purposeRegistered",
            "platform requester otherRequester",
            """{"purpose":"{p}","description":"New.","vocabularyVersion":"*","affects":{"creatorId":null,"video":null,"purposes":["{p}"],"requester":null}}"""
        },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Those_concerned_are_told_and_nobody_else(string cause, string kind, string told, string data)
    {
        var other = RegistryApplication.NewId();
        await App.ChangeAsync(other);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        await Steps.AskAsync(creator);
        (await App.Creator(creator).PutAsync($"{Consent}/training", new { effect = "allow", appliesTo = "all" })).Is(
            200
        );
        await HandedOnAsync([]);
        await using var listeners = new Listeners();
        await listeners.AddAsync("agent", url => App.OfCreatorAsync(creator, url));
        await listeners.AddAsync("otherAgent", url => App.OfCreatorAsync(other, url));
        await listeners.AddAsync(
            "requester",
            url => App.Platform(requester).CreateWebhookAsync(new { audience = "requester", url })
        );
        await listeners.AddAsync(
            "otherRequester",
            url => App.Platform(RegistryApplication.NewId("r")).CreateWebhookAsync(new { audience = "requester", url })
        );
        await listeners.AddAsync(
            "platform",
            url => App.Platform(RegistryApplication.NewId("p")).CreateWebhookAsync(new { audience = "platform", url })
        );

        await CauseAsync(cause);

        var wanted = JsonNode.Parse(
            data.Replace("{c}", creator, StringComparison.Ordinal)
                .Replace("{r}", requester, StringComparison.Ordinal)
                .Replace("{p}", purpose, StringComparison.Ordinal)
                .Replace("{h}", hash, StringComparison.Ordinal)
        )!;
        var named = told.Split(' ').Order(StringComparer.Ordinal).ToList();
        await Eventually.HoldsAsync($"{told} told", async () => named.Except(await ToldAsync()).ToList().Count == 0);
        await HandedOnAsync(listeners.Webhooks);
        Assert.Equal(named, await ToldAsync());
        Assert.All(listeners.All, one => Assert.True(one.Message.IsSignedBy(one.Secret)));
        // One notification, whoever is told of it and however.
        Assert.Single(
            listeners
                .All.Where(one => Matches(one.Message.Kind, one.Message.Json["data"]))
                .Select(one => one.Message.Id)
                .Distinct()
        );
        foreach (var webhook in listeners.Webhooks)
            await App.Admin().DeleteAsync($"/v1/webhooks/{webhook}");

        // Each as often as they were told.
        async Task<List<string>> ToldAsync() =>
            [
                .. listeners
                    .All.Where(one => Matches(one.Message.Kind, one.Message.Json["data"]))
                    .Select(one => one.Name)
                    .Concat(await InboxAsync(creator, "inbox"))
                    .Concat(await InboxAsync(other, "otherInbox"))
                    .Order(StringComparer.Ordinal),
            ];

        async Task<IEnumerable<string>> InboxAsync(string of, string name) =>
            (await App.Creator(of).GetAsync($"/v1/creators/{of}/notifications")).Is(200)["items"]!
                .AsArray()
                .Where(item => Matches((string)item!["kind"]!, item["data"]))
                .Select(_ => name);

        bool Matches(string of, JsonNode? said) => of == kind && IsAsWanted(wanted, said);
    }

    [Fact]
    public void Every_kind_is_caused_and_every_member_is_documented()
    {
        Assert.Equal(Enum.GetValues<NotificationKind>().Order(), NotificationMembers.ByKind.Keys.Order());
        Assert.Equal(
            Wording.All<NotificationKind>().Order(StringComparer.Ordinal),
            Rows.Select(row => row.Data.Item2).Distinct().Order(StringComparer.Ordinal)
        );
        var page = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "reference", "webhooks.md"));
        foreach (var (_, kind, _, data) in Rows.Select(row => row.Data))
        {
            var rows = string.Join(
                '\n',
                page.Where(line => line.StartsWith('|') && line.Contains($"`{kind}`", StringComparison.Ordinal))
            );
            Assert.All(
                JsonNode.Parse(data)!.AsObject(),
                member => Assert.Contains($"`{member.Key}`", rows, StringComparison.Ordinal)
            );
        }
    }

    private Task CauseAsync(string cause) =>
        cause switch
        {
            "A creator changes settings" => App.ChangeAsync(creator),
            "An operator sets a hold" => HoldAsync(),
            "An operator lifts a hold" => LiftHoldAsync(),
            "A creator revokes a grant" => RevokeAsync(),
            "A creator denies what was granted" => DenyAsync(),
            "A creator who had granted something is erased" => EraseAsync(),
            "A creator sets a lockdown" => LockdownAsync("training"),
            "A requester asks" => Steps.OpenAsync(requester, creator),
            "A creator approves" => Steps.GrantAsync(requester, creator),
            "A creator refuses" => RefuseAsync(),
            "A request is about to expire" => Steps.OpenAsync(requester, creator, until: InTwoDays),
            "A grant is about to expire" => Steps.GrantAsync(requester, creator, until: InTwoDays),
            "A video is used with consent" => UseAsync("training"),
            "A video is used without consent" => UseAsync("mining"),
            "Consent is withdrawn from what was used" => WithdrawAsync(),
            "A platform registers a file's hash" => RegisterAsync(creator, "clip", "sha256", hash),
            "Another creator's video gets the same URL" => ShareAsync($"https://{creator}.example/"),
            "A platform imports without the creator's token" => ImportAsync(),
            "A purpose enters the vocabulary" => RegisterPurposeAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, message: null),
        };

    private static string InTwoDays => DateTimeOffset.UtcNow.AddDays(2).ToString("O");

    private async Task HoldAsync() =>
        (await App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" })).Is(200);

    private async Task LiftHoldAsync()
    {
        await HoldAsync();
        (await App.Operator().DeleteAsync($"/v1/creators/{creator}/hold")).Is(200);
    }

    private async Task RevokeAsync()
    {
        var grant = await Steps.GrantAsync(requester, creator);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200);
    }

    private async Task DenyAsync()
    {
        await Steps.GrantAsync(requester, creator, "remix.voice");
        await Steps.GrantAsync(requester, creator);
        await App.ChangeAsync(creator);
    }

    private async Task EraseAsync()
    {
        await Steps.GrantAsync(requester, creator);
        (await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);
    }

    private async Task LockdownAsync(string of) =>
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", new { purposes = new[] { of } })).Is(
            200
        );

    private async Task RefuseAsync() =>
        (await Steps.RefuseAsync(creator, await Steps.OpenAsync(requester, creator))).Is(200);

    private async Task UseAsync(string of) =>
        (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/usages",
                    new { purpose = of, videos = new[] { new { creatorId = creator, videoId = "clip" } } }
                )
        ).Is(201);

    private async Task WithdrawAsync()
    {
        await UseAsync("training");
        await LockdownAsync("training");
    }

    private async Task RegisterAsync(string owner, string video, string scheme, string value) =>
        (
            await App.Platform()
                .PutAsync($"/v1/creators/{owner}/videos/{video}", new { identifiers = new[] { new { scheme, value } } })
        ).Is(200);

    private async Task ShareAsync(string url)
    {
        await RegisterAsync(creator, "clip", "url", url);
        await RegisterAsync($"{creator}-2", "copy", "url", url);
    }

    private async Task ImportAsync() =>
        (
            await App.Platform()
                .PostAsync(
                    "/v1/imports",
                    new
                    {
                        creatorId = creator,
                        rows = new[]
                        {
                            new
                            {
                                video = new { creatorId = creator, videoId = "clip" },
                                purpose = "mining",
                                effect = "deny",
                            },
                        },
                    }
                )
        ).Is(200);

    private async Task RegisterPurposeAsync() =>
        (
            await App.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose,
                        usesLikeness = false,
                        description = "New.",
                    }
                )
        ).Is(201);

    /// <summary>Waits until all that was to be told has been, to these.</summary>
    private Task HandedOnAsync(Guid[] webhooks) =>
        Eventually.HoldsAsync(
            "all is handed on",
            () =>
                App.ScalarAsync<bool>(
                    "SELECT NOT EXISTS (SELECT FROM consent.outbox) AND NOT EXISTS (SELECT FROM consent.delivery "
                        + "WHERE webhook = ANY($1) AND state = 'pending')",
                    webhooks
                )
        );

    private static bool IsAsWanted(JsonNode? wanted, JsonNode? said) =>
        (wanted, said) switch
        {
            (JsonValue any, not null) when any.TryGetValue<string>(out var text) && text == "*" => true,
            (JsonObject members, JsonObject others) => members
                .Select(member => member.Key)
                .Order(StringComparer.Ordinal)
                .SequenceEqual(others.Select(member => member.Key).Order(StringComparer.Ordinal))
                && members.All(member => IsAsWanted(member.Value, others[member.Key])),
            (JsonArray items, JsonArray others) => items.Count == others.Count
                && items.Zip(others).All(pair => IsAsWanted(pair.First, pair.Second)),
            _ => JsonNode.DeepEquals(wanted, said),
        };

    /// <summary>Receivers, each of one webhook.</summary>
    private sealed class Listeners : IAsyncDisposable
    {
        private readonly List<(string Name, Receiver Receiver, Guid Webhook, string Secret)> each = [];

        public Guid[] Webhooks => [.. each.Select(one => one.Webhook)];

        public IEnumerable<(string Name, string Secret, Received Message)> All =>
            each.SelectMany(one => one.Receiver.All.Select(message => (one.Name, one.Secret, message)));

        public async Task AddAsync(string name, Func<Uri, Task<(string Id, string Secret)>> make)
        {
            var receiver = await Receiver.StartAsync();
            var (id, secret) = await make(receiver.Url);
            each.Add((name, receiver, Guid.Parse(id), secret));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var one in each)
                await one.Receiver.DisposeAsync();
        }
    }
}
