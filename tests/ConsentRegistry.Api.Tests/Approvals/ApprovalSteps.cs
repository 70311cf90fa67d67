using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.Approvals;

/// <summary>What tests of approvals ask and answer, in one line each.</summary>
internal sealed class ApprovalSteps(RegistryApplication app)
{
    /// <summary>A creator with a registered video <c>clip</c> whose remixes take asking.</summary>
    public async Task<string> CreatorWhoWantsToBeAskedAsync(object? facts = null)
    {
        var creator = RegistryApplication.NewId();
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", facts ?? new { })).Is(200);
        await AskAsync(creator);
        return creator;
    }

    /// <summary>Lets a creator's remixes take asking.</summary>
    public async Task AskAsync(string creator, params string[] conditions) =>
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "ask", conditions })
        ).Is(200);

    /// <summary>Asks for approval.</summary>
    public Task<Answer> RequestAsync(
        string requester,
        string creator,
        string purpose = "remix",
        string video = "clip",
        int? uses = null,
        string? until = null
    ) =>
        app.Platform(requester)
            .PostAsync(
                "/v1/approval-requests",
                new
                {
                    creatorId = creator,
                    videoId = video,
                    purpose,
                    use = "A remix for the summer.",
                    uses,
                    until,
                }
            );

    /// <summary>Asks, and has the request's id.</summary>
    public async Task<string> OpenAsync(
        string requester,
        string creator,
        string purpose = "remix",
        string video = "clip",
        int? uses = null,
        string? until = null
    ) => (string)(await RequestAsync(requester, creator, purpose, video, uses, until)).Is(201)["request"]!["id"]!;

    public Task<Answer> ApproveAsync(string creator, string request, object? body = null) =>
        app.Creator(creator).PostAsync($"/v1/creators/{creator}/approval-requests/{request}/approve", body);

    public Task<Answer> RefuseAsync(string creator, string request, object? body = null) =>
        app.Creator(creator).PostAsync($"/v1/creators/{creator}/approval-requests/{request}/refuse", body);

    /// <summary>Asks and approves, and has the grant.</summary>
    public async Task<JsonNode> GrantAsync(
        string requester,
        string creator,
        string purpose = "remix",
        int? uses = null,
        string? until = null,
        object? terms = null
    )
    {
        var request = await OpenAsync(requester, creator, purpose, uses: uses, until: until);
        return Assert.Single((await ApproveAsync(creator, request, terms)).Is(200)["request"]!["grants"]!.AsArray())!;
    }

    /// <summary>A check, in words: effect and reason.</summary>
    public async Task<string> CheckAsync(
        string requester,
        string creator,
        string purpose = "remix",
        string video = "clip"
    )
    {
        var answer = (
            await app.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = video,
                        purpose,
                    }
                )
        ).Is(200);
        return $"{answer["effect"]} {answer["reason"]}";
    }

    /// <summary>The types of the events of a creator's stream, in order.</summary>
    public async Task<string> EventsAsync(string creator) =>
        string.Join(
            ' ',
            await app.QueryAsync<string>(
                "SELECT type FROM consent.event WHERE creator = $1 ORDER BY version, ordinal",
                creator
            )
        );
}
