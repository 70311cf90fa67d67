using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>What tests of recalls use and wait for, in one line each.</summary>
internal sealed class RecallSteps(RegistryApplication app)
{
    /// <summary>A creator with a registered video <c>clip</c> that anybody may remix.</summary>
    public async Task<string> CreatorAsync(object? facts = null)
    {
        var creator = RegistryApplication.NewId();
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", facts ?? new { })).Is(200);
        await AllowAsync(creator);
        return creator;
    }

    public async Task AllowAsync(string creator) =>
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);

    public async Task DenyAsync(string creator) =>
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);

    public async Task UseAsync(
        string requester,
        string creator,
        string video = "clip",
        object? made = null,
        string purpose = "remix"
    ) =>
        (
            await app.Platform(requester)
                .PostAsync(
                    "/v1/usages",
                    new
                    {
                        purpose,
                        videos = new[] { new { creatorId = creator, videoId = video } },
                        made,
                    }
                )
        ).Is(201);

    /// <summary>The recalls of a requester, once there are as many as expected; and no more.</summary>
    public async Task<IReadOnlyList<JsonNode>> RecallsAsync(string requester, int expected)
    {
        await Eventually.HoldsAsync($"{expected} recalls", async () => (await ListAsync(requester)).Count >= expected);
        var recalls = await ListAsync(requester);
        Assert.Equal(expected, recalls.Count);
        return recalls;
    }

    public async Task<IReadOnlyList<JsonNode>> ListAsync(string requester) =>
        Items(await app.Platform(requester).GetAsync("/v1/recalls"));

    public static IReadOnlyList<JsonNode> Items(Answer answer) =>
        [.. answer.Is(200)["items"]!.AsArray().Select(item => item!)];

    /// <summary>Looks now at what would be looked at in a minute.</summary>
    public Task DueAsync(string requester) =>
        app.QueryAsync<int>(
            "UPDATE consent.reliance SET check_at = clock_timestamp() WHERE requester = $1 RETURNING 1",
            requester
        );

    /// <summary>Looks now, and waits until everything of the requester was looked at.</summary>
    public async Task LookedAtAsync(string requester)
    {
        await DueAsync(requester);
        await Eventually.HoldsAsync(
            "all is looked at",
            () =>
                app.ScalarAsync<bool>(
                    "SELECT NOT EXISTS (SELECT FROM consent.reliance WHERE requester = $1 "
                        + "AND check_at <= clock_timestamp())",
                    requester
                )
        );
    }
}
