using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// A cursor goes on with the list that gave it, and is refused by every other: each list of the endpoint table against
/// each.
/// </summary>
public sealed class CursorTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string owner = RegistryApplication.NewId();
    private readonly string client = RegistryApplication.NewId("client");

    private RegistryApplication App => registry.App;

    private RegistryClient Caller => App.With(string.Join(' ', Scopes.All.Keys), "somebody", client, creator);

    [Fact]
    public async Task A_cursor_is_taken_by_its_own_list_creator_caller_and_filters_alone()
    {
        var webhook = await FillAsync();
        var lists = App
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<QueryParameters>()?.Names.Contains("cursor") == true)
            .Select(endpoint =>
                (
                    Name: endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
                    Filters: endpoint.Metadata.GetMetadata<QueryParameters>()!.Names.Except(["limit", "cursor"])
                )
            )
            .Select(list => (list.Name, Path: PathOf(list.Name, webhook), list.Filters))
            .ToList();
        Assert.InRange(lists.Count, 15, int.MaxValue);
        var cursors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path, _) in lists)
        {
            await Eventually.HoldsAsync(
                $"{name} has two pages",
                async () => (await Caller.GetAsync(With(path, "limit=1"))).Is(200)["nextCursor"] is not null
            );
            var first = (await Caller.GetAsync(With(path, "limit=1"))).Is(200);
            cursors.Add(name, (string)first["nextCursor"]!);
            var second = (await Caller.GetAsync(With(path, $"limit=1&cursor={cursors[name]}"))).Is(200);
            Assert.NotEqual(first["items"]!.ToJsonString(), second["items"]!.ToJsonString());
            // How many a page holds is no part of which list it is.
            (await Caller.GetAsync(With(path, $"cursor={cursors[name]}"))).Is(200);
        }

        foreach (var (name, path, filters) in lists)
        {
            foreach (var (other, cursor) in cursors.Where(other => other.Key != name))
                await RefusedAsync($"{name} with the cursor of {other}", Caller, With(path, $"cursor={cursor}"));
            foreach (var filter in filters.Where(filter => !path.Contains($"{filter}=", StringComparison.Ordinal)))
                await RefusedAsync(
                    $"{name} with {filter}",
                    Caller,
                    With(path, $"{filter}={ValueOf(name, filter)}&cursor={cursors[name]}")
                );
            if (path.Contains(creator, StringComparison.Ordinal))
                await RefusedAsync(
                    $"{name} of another",
                    App.Admin(),
                    With(path.Replace(creator, owner, StringComparison.Ordinal), $"cursor={cursors[name]}")
                );
            else if (name != "listDeliveries")
                await RefusedAsync(
                    $"{name} by another",
                    App.Platform(RegistryApplication.NewId()),
                    With(path, $"cursor={cursors[name]}")
                );
        }
    }

    private static async Task RefusedAsync(string what, RegistryClient caller, string path)
    {
        var answer = await caller.GetAsync(path);
        Assert.True(answer.Status == 422, $"{what}: {answer.Status} {answer.Text}");
        Assert.Equal(["cursor"], answer.IsProblem(422, "invalid").Fields);
    }

    private static string With(string path, string query) =>
        path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;

    private string PathOf(string name, string webhook) =>
        AccessTests
            .Operations[name]
            .Path.Replace("{c}", creator, StringComparison.Ordinal)
            .Replace("{webhook}", webhook, StringComparison.Ordinal);

    private static string ValueOf(string list, string filter) =>
        filter switch
        {
            "purpose" => "remix",
            "kind" => list == "listHistory" ? "defaultChanged" : "lockdown",
            "from" => "2020-01-01T00:00:00Z",
            "to" => "2999-01-01T00:00:00Z",
            "state" => list == "listAskedApprovals" ? "approved" : "open",
            "effect" => "deny",
            "unread" or "overridden" => "true",
            "requester" => "acme",
            _ => "own1",
        };

    /// <summary>Two of everything that is listed; answers the webhook with deliveries.</summary>
    private async Task<string> FillAsync()
    {
        var hook = "";
        foreach (var n in new[] { 1, 2 })
        {
            hook = (string)
                (
                    await Caller.PostAsync(
                        "/v1/webhooks",
                        new
                        {
                            audience = "creator",
                            owner = creator,
                            url = $"https://hooks.example.com/{Guid.NewGuid()}",
                        }
                    )
                ).Is(201)["webhook"]!["webhookId"]!;
            (await Caller.PutAsync($"/v1/creators/{creator}/videos/own{n}", new { })).Is(200);
            (
                await Caller.PutAsync(
                    $"/v1/creators/{owner}/videos/shared{n}",
                    new { participants = new[] { new { creatorId = creator, role = "depicted" } } }
                )
            ).Is(200);
            (
                await Caller.PutAsync($"/v1/creators/{creator}/videos/other{n}/consent/remix", new { effect = "deny" })
            ).Is(200);
            (await Caller.PutAsync($"/v1/creators/{creator}/blocked-requesters/blocked{n}", null)).Is(200);
        }
        (await Caller.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "ask" })).Is(200);
        foreach (var n in new[] { 1, 2 })
        {
            var asked = (
                await Caller.PostAsync(
                    "/v1/approval-requests",
                    new
                    {
                        creatorId = creator,
                        videoId = $"own{n}",
                        purpose = "remix",
                        use = "A remix.",
                    }
                )
            ).Is(201);
            (
                await Caller.PostAsync(
                    $"/v1/creators/{creator}/approval-requests/{asked["request"]!["id"]}/approve",
                    null
                )
            ).Is(200);
            (
                await Caller.PostAsync(
                    "/v1/usages",
                    new { purpose = "remix", videos = new[] { new { creatorId = creator, videoId = $"own{n}" } } }
                )
            ).Is(201);
        }
        // Both uses rested on what is denied now.
        (await Caller.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        return hook;
    }
}
