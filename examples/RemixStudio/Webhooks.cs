using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>
/// Takes the registry's messages. A message only says that there is news: the news itself is read from the registry.
/// So a message that comes twice, late or in another order does no harm, and one that is lost is made good.
/// </summary>
internal static class Webhooks
{
    public static async Task<IResult> ReceiveAsync(
        HttpRequest request,
        WebhookSecret secret,
        RegistryNews news,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (secret.Verifier is not { } verifier)
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        // The signature covers the bytes as they came. Kestrel refuses a body that is too long.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var isGenuine = verifier.Verifies(
            request.Headers["webhook-id"].ToString(),
            request.Headers["webhook-timestamp"].ToString(),
            request.Headers["webhook-signature"].ToString(),
            body.ToArray(),
            clock.GetUtcNow()
        );
        if (!isGenuine)
            return TypedResults.Unauthorized();
        // The registry waits for 15 s: the work is done after the answer.
        news.Look();
        return TypedResults.NoContent();
    }
}

/// <summary>
/// The studio's webhook and its secret, which the registry says once. It is in a file that the studio alone reads.
/// </summary>
internal sealed class WebhookSecret(ConsentRegistryClient registry, StudioOptions options)
{
    private static readonly string[] Kinds =
    [
        NotificationKinds.Recall,
        NotificationKinds.ApprovalApproved,
        NotificationKinds.ApprovalRefused,
    ];

    private readonly string path = Path.Combine(options.Data, "webhook-secret");
    private readonly string url = new Uri(options.Url, "webhooks/consent").ToString();

    private volatile WebhookVerifier? verifier;

    /// <summary>Verifies messages; null as long as there is no webhook.</summary>
    public WebhookVerifier? Verifier => verifier;

    /// <summary>Makes the webhook at first. Where its secret was lost, it gets a new one.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (verifier is not null)
            return;
        var existing = await registry
            .Webhooks.ListAsync(cancellation: cancellation)
            .FirstOrDefaultAsync(one => one.Audience == Audiences.Requester && one.Url == url, cancellation);
        if (existing is not null && File.Exists(path))
        {
            verifier = new(await File.ReadAllTextAsync(path, cancellation));
            return;
        }
        var made = existing is null
            ? await registry.Webhooks.CreateAsync(new(Audiences.Requester, url) { Kinds = Kinds }, cancellation)
            : await registry.Webhooks.RotateSecretAsync(existing.WebhookId, cancellation);
        // Whole or not at all, and nobody else's to read.
        var whole = path + ".new";
        await using (var file = new FileStream(whole, Secret))
        await using (var writer = new StreamWriter(file))
            await writer.WriteAsync(made.Secret.AsMemory(), cancellation);
        File.Move(whole, path, overwrite: true);
        verifier = new(made.Secret);
    }

    private static FileStreamOptions Secret
    {
        get
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return options;
        }
    }
}
