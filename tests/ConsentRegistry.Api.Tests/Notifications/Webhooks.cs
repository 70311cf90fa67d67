namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>What the tests of webhooks do all the time.</summary>
internal static class Webhooks
{
    /// <summary>Makes a webhook of a creator, by the creator.</summary>
    public static Task<(string Id, string Secret)> OfCreatorAsync(
        this RegistryApplication app,
        string creator,
        Uri url,
        params string[] kinds
    ) =>
        app.Creator(creator)
            .CreateWebhookAsync(
                new
                {
                    audience = "creator",
                    url = url.ToString(),
                    kinds = kinds.Length == 0 ? null : kinds,
                }
            );

    public static async Task<(string Id, string Secret)> CreateWebhookAsync(this RegistryClient client, object request)
    {
        var made = (await client.PostAsync("/v1/webhooks", request)).Is(201);
        return ((string)made["webhook"]!["webhookId"]!, (string)made["secret"]!);
    }

    /// <summary>Changes something of which the creator is told.</summary>
    public static async Task ChangeAsync(
        this RegistryApplication app,
        string creator,
        string purpose = "remix",
        string effect = "deny"
    ) =>
        (await app.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/{purpose}", new { effect })).Is(
            200
        );

    /// <summary>The deliveries of a creator's webhook, newest first.</summary>
    public static async Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> DeliveriesAsync(
        this RegistryClient client,
        string webhook
    ) =>
        [
            .. (await client.GetAsync($"/v1/webhooks/{webhook}/deliveries")).Is(200)["items"]!
                .AsArray()
                .Select(item => item!),
        ];
}
