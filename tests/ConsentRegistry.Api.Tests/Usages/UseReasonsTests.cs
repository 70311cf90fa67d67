using System.Text.Json.Nodes;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Tests.Approvals;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Usages;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Why a use has consent or has none: each word, and what receipts and decisions do to it.</summary>
public sealed class UseReasonsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] OfConsent = ["creatorDefault", "videoOverride", "grant"];

    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    public static TheoryData<string> Words => [.. Wording.All<UseReason>()];

    [Theory]
    [MemberData(nameof(Words))]
    public async Task Each_word_is_the_reason_of_some_use_which_is_stored_and_listed(string word)
    {
        var creator = word is "grant" or "notApproved" or "beyondGrant"
            ? await Steps.CreatorWhoWantsToBeAskedAsync()
            : await CreatorAsync();
        var use = word switch
        {
            "creatorDefault" => await UseAsync(creator),
            "videoOverride" => await AfterAsync(
                App.Creator(creator)
                    .PutAsync($"/v1/creators/{creator}/videos/clip/consent/remix", new { effect = "allow" }),
                creator
            ),
            "grant" => await GrantedAsync(creator),
            "noConsent" => await UseAsync(creator, "mining"),
            "lockdown" => await AfterAsync(
                App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null),
                creator
            ),
            "hold" => await AfterAsync(
                App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" }),
                creator
            ),
            "notApproved" => await UseAsync(creator),
            "beyondGrant" => await BeyondAsync(creator),
            "unknownVideo" => await UseAsync(creator, video: "never-heard-of"),
            "unknownPurpose" => await UseAsync(creator, "never-heard-of"),
            "forgedReceipt" => await UseAsync(creator, receipt: $"{(await ReceiptAsync(creator))[..^6]}AAAAAA"),
            "expiredReceipt" => await UseAsync(
                creator,
                receipt: Moved(await ReceiptAsync(creator), TimeSpan.FromDays(-30) - TimeSpan.FromMinutes(1))
            ),
            "otherReceipt" => await UseAsync(creator, receipt: await ReceiptAsync(creator, "remix.voice")),
            "laterReceipt" => await UseAsync(
                creator,
                receipt: await ReceiptAsync(creator),
                usedAt: Ago(TimeSpan.FromMinutes(6))
            ),
            "noReceipt" => await UseAsync(creator, usedAt: Ago(TimeSpan.FromMinutes(6))),
            "otherDecision" => await UseAsync(creator, decision: await DecisionAsync(creator, consented: false)),
            "indeterminate" => await OfTooManyAsync(creator),
            _ => throw new InvalidOperationException($"No test knows how a use comes to the reason '{word}'."),
        };

        var status = OfConsent.Contains(word) ? "consented" : "unconsented";
        Assert.Equal((status, word), ((string)use["status"]!, (string)use["reason"]!));
        Assert.Equal(
            use.ToJsonString(),
            (await App.Platform(requester).GetAsync("/v1/usages?limit=1")).Is(200)["items"]![0]!.ToJsonString()
        );
        var heard = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/usages?limit=1")).Is(200)["items"]![
            0
        ]!;
        Assert.Equal(
            (status, word, (string)use["id"]!),
            ((string)heard["status"]!, (string)heard["reason"]!, (string)heard["useId"]!)
        );
    }

    [Fact]
    public async Task A_receipt_shows_what_was_answered_then()
    {
        var creator = await CreatorAsync();
        var receipt = await ReceiptAsync(creator);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        var denied = await ReceiptAsync(creator);

        Assert.Equal("noConsent", await ReasonAsync(creator));
        Assert.Equal("creatorDefault", await ReasonAsync(creator, receipt: receipt));
        Assert.Equal("noConsent", await ReasonAsync(creator, receipt: denied));
        Assert.Equal("otherReceipt", await ReasonAsync(creator, video: "clap", receipt: receipt));
        Assert.Equal("otherReceipt", await ReasonAsync(creator, receipt: receipt, by: "somebody-else"));
        Assert.Equal("forgedReceipt", await ReasonAsync(creator, receipt: "not a receipt"));

        // Beside consent that stands, a forged receipt is what is told.
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        Assert.Equal("forgedReceipt", await ReasonAsync(creator, receipt: "not a receipt"));
        Assert.Equal("creatorDefault", await ReasonAsync(creator, usedAt: Ago(TimeSpan.FromMinutes(4))));
    }

    [Fact]
    public async Task A_receipt_backs_uses_from_its_time_on_for_thirty_days_and_none_from_before()
    {
        var creator = await CreatorAsync();
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "allow", appliesTo = "all" });
        var receipt = await ReceiptAsync(creator);
        var old = Moved(receipt, TimeSpan.FromDays(-30) + TimeSpan.FromMinutes(1));
        Assert.Equal("creatorDefault", await ReasonAsync(creator, receipt: old));
        Assert.Equal("creatorDefault", await ReasonAsync(creator, receipt: old, usedAt: Ago(TimeSpan.FromDays(15))));
        Assert.Equal("laterReceipt", await ReasonAsync(creator, receipt: old, usedAt: Ago(TimeSpan.FromDays(31))));
        Assert.Equal("laterReceipt", await ReasonAsync(creator, receipt: receipt, usedAt: Ago(TimeSpan.FromDays(300))));
        // Two clocks may differ a little.
        Assert.Equal(
            "creatorDefault",
            await ReasonAsync(creator, receipt: receipt, usedAt: Ago(TimeSpan.FromMinutes(4)))
        );
        var ahead = await UseAsync(creator, receipt: Moved(receipt, TimeSpan.FromSeconds(20)));
        Assert.Equal(
            ("creatorDefault", true),
            ((string)ahead["reason"]!, (bool)ahead["videos"]![0]!["reliedOn"]!["receipt"]!)
        );
    }

    [Fact]
    public async Task A_use_names_the_decision_that_its_receipt_names()
    {
        var creator = await CreatorAsync();
        var check = new
        {
            creatorId = creator,
            videoId = "clip",
            purpose = "remix",
            receipt = true,
            decisionId = true,
        };
        var answer = (await App.Platform(requester).PostAsync("/v1/checks", check)).Is(200);
        var id = (string)answer["decisionId"]!;
        Assert.True(
            Jws.TryParse((string)answer["receipt"]!, out var jws)
                && Receipt.TryParse(jws.Payload, out var receipt)
                && $"{receipt.DecisionId}" == id
        );

        var use = await UseAsync(creator, receipt: (string)answer["receipt"]!);
        Assert.Equal(id, (string)use["videos"]![0]!["reliedOn"]!["decisionId"]!);
        var heard = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/usages")).Is(200)["items"]![0]!;
        Assert.Equal(id, (string)heard["reliedOn"]!["decisionId"]!);
        var own = (await App.Platform(requester).GetAsync("/v1/usages")).Is(200)["items"]![0]!;
        Assert.Equal(id, (string)own["videos"]![0]!["reliedOn"]!["decisionId"]!);

        // A decision that is named without a receipt is named by its id, too.
        var explained = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix",
                        explain = true,
                    }
                )
        ).Is(200);
        var named = Guid.CreateVersion7();
        var decision = new JsonObject
        {
            ["freshAt"] = (string)explained["freshAt"]!,
            ["versions"] = explained["versions"]!.DeepClone(),
            ["decisionId"] = $"{named}",
        };
        Assert.Equal(
            $"{named}",
            (string)(await UseAsync(creator, decision: decision))["videos"]![0]!["reliedOn"]!["decisionId"]!
        );
    }

    [Fact]
    public async Task Of_a_creator_who_was_erased_since_no_receipt_shows_consent()
    {
        var creator = await CreatorAsync();
        var receipt = await ReceiptAsync(creator);
        (await App.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);
        Assert.Equal("noConsent", await ReasonAsync(creator, receipt: receipt));
    }

    [Fact]
    public async Task A_decision_without_a_receipt_is_kept_and_moves_nothing()
    {
        var creator = await CreatorAsync();
        var decision = await DecisionAsync(creator, consented: true);
        var use = await UseAsync(creator, decision: decision);
        Assert.Equal("creatorDefault", (string)use["reason"]!);
        Assert.Equal(
            $$"""{"decidedAt":{{decision["freshAt"]!.ToJsonString()}},"receipt":false}""",
            use["videos"]![0]!["reliedOn"]!.ToJsonString()
        );
        var heard = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/usages")).Is(200)["items"]![0]!;
        Assert.Equal((string)decision["freshAt"]!, (string)heard["reliedOn"]!["decidedAt"]!);

        // It allowed the use then; judged is what is in force now, and nothing but a receipt reaches further back.
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        Assert.Equal("noConsent", await ReasonAsync(creator, decision: decision));
        Assert.Equal("noReceipt", await ReasonAsync(creator, decision: decision, usedAt: Ago(TimeSpan.FromMinutes(6))));
        // Versions of which the registry never made a decision, and one that came after the use.
        Assert.Equal(
            "otherDecision",
            await ReasonAsync(
                creator,
                decision: new JsonObject
                {
                    ["freshAt"] = (string)decision["freshAt"]!,
                    ["versions"] = new JsonObject { [creator] = 1 },
                }
            )
        );
        var later = decision.DeepClone();
        later["freshAt"] = DateTimeOffset.UtcNow.AddMinutes(6).ToString("O");
        Assert.Equal("otherDecision", await ReasonAsync(creator, decision: later));
    }

    [Fact]
    public async Task Who_can_be_known_is_told_of_a_use_that_nobody_can_be_asked_about()
    {
        var (creator, friend, depicted) = (
            await CreatorAsync(),
            RegistryApplication.NewId(),
            RegistryApplication.NewId()
        );
        var participants = new[]
        {
            new { creatorId = friend, role = "coCreator" },
            new { creatorId = depicted, role = "depicted" },
        };
        var owners = Enumerable.Range(0, 64).Select(_ => RegistryApplication.NewId()).ToList();
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/many",
                    new { participants, derivedFrom = owners.Select(owner => new { creatorId = owner, videoId = "v" }) }
                )
        ).Is(200);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { participants })).Is(200);
        Assert.Equal("indeterminate", await ReasonAsync(creator, video: "many"));
        Assert.Equal("unknownPurpose", await ReasonAsync(creator, "unheard"));
        foreach (
            var (concerned, reasons) in new[]
            {
                (creator, "unknownPurpose indeterminate"),
                (friend, "unknownPurpose indeterminate"),
                (depicted, "unknownPurpose indeterminate"),
                (owners[0], "indeterminate"),
                (owners[63], "indeterminate"),
            }
        )
            Assert.Equal(
                reasons,
                string.Join(
                    ' ',
                    (await App.Creator(concerned).GetAsync($"/v1/creators/{concerned}/usages")).Is(200)["items"]!
                        .AsArray()
                        .Select(item => (string)item!["reason"]!)
                )
            );
        Assert.Equal("indeterminate", await ReasonAsync(creator, "grounding", "many"));
        Assert.Equal(
            3,
            (await App.Creator(friend).GetAsync($"/v1/creators/{friend}/usages")).Is(200)["items"]!.AsArray().Count
        );
        Assert.Equal(
            2,
            (await App.Creator(depicted).GetAsync($"/v1/creators/{depicted}/usages")).Is(200)["items"]!.AsArray().Count
        );
    }

    private static string Ago(TimeSpan time) => (DateTimeOffset.UtcNow - time).ToString("O");

    /// <summary>A receipt that the registry could have signed at another time.</summary>
    private string Moved(string token, TimeSpan by)
    {
        Receipt? receipt = null;
        Assert.True(Jws.TryParse(token, out var jws) && Receipt.TryParse(jws.Payload, out receipt));
        return App
            .Services.GetRequiredService<LogSigner>()
            .Sign((receipt! with { At = receipt.At.Plus(by) }).ToJson(), Receipt.Type);
    }

    private async Task<JsonNode> GrantedAsync(string creator)
    {
        await Steps.GrantAsync(requester, creator);
        return await UseAsync(creator);
    }

    private async Task<JsonNode> BeyondAsync(string creator)
    {
        await Steps.GrantAsync(requester, creator, uses: 1);
        await UseAsync(creator);
        return await UseAsync(creator);
    }

    private async Task<JsonNode> OfTooManyAsync(string creator)
    {
        var sources = Enumerable.Range(0, 64).Select(i => new { creatorId = creator, videoId = $"v{i}" });
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { derivedFrom = sources })).Is(200);
        return await UseAsync(creator);
    }

    private async Task<JsonNode> AfterAsync(Task<Answer> change, string creator)
    {
        (await change).Is(200);
        return await UseAsync(creator);
    }

    /// <summary>
    /// A decision as an explained check answers it; or by the versions of a time at which the creator had consented to
    /// nothing.
    /// </summary>
    private async Task<JsonNode> DecisionAsync(string creator, bool consented)
    {
        var check = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix",
                        explain = true,
                    }
                )
        ).Is(200);
        var versions = check["versions"]!.DeepClone();
        if (!consented)
            versions[creator] = 1;
        return new JsonObject { ["freshAt"] = (string)check["freshAt"]!, ["versions"] = versions };
    }

    private async Task<JsonNode> UseAsync(
        string creator,
        string purpose = "remix",
        string video = "clip",
        string? receipt = null,
        string? usedAt = null,
        string? by = null,
        JsonNode? decision = null
    ) =>
        (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/usages",
                    new
                    {
                        purpose,
                        requester = by,
                        videos = new[]
                        {
                            new
                            {
                                creatorId = creator,
                                videoId = video,
                                receipt,
                                decision,
                            },
                        },
                        usedAt,
                    }
                )
        ).Is(201)["use"]!;

    private async Task<string> ReasonAsync(
        string creator,
        string purpose = "remix",
        string video = "clip",
        string? receipt = null,
        string? usedAt = null,
        string? by = null,
        JsonNode? decision = null
    ) => (string)(await UseAsync(creator, purpose, video, receipt, usedAt, by, decision))["reason"]!;

    private async Task<string> ReceiptAsync(string creator, string purpose = "remix") =>
        (string)
            (
                await App.Platform(requester)
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "clip",
                            purpose,
                            receipt = true,
                        }
                    )
            ).Is(200)["receipt"]!;

    private async Task<string> CreatorAsync()
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        return creator;
    }
}
