using System.Diagnostics;
using System.Text.Json;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// How the story hears of what happens: by webhooks, where the registry sends to this machine. Elsewhere the creator's
/// inbox is read, and the studio finds in its lists what it would have been told.
/// </summary>
internal sealed class DemoContext : IAsyncDisposable
{
    /// <summary>
    /// How long the registry may take to tell: a notification takes a tenth of a second, and a recall a second or two,
    /// on a busy machine more.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly ConsentRegistryClient registry;
    private readonly string creator;
    private readonly DemoConsole narrator;
    private readonly Receiver receiver = Receiver.Start();
    private readonly List<Guid> webhooks = [];

    private DemoContext(ConsentRegistryClient registry, string creator, DemoConsole narrator) =>
        (this.registry, this.creator, this.narrator) = (registry, creator, narrator);

    private bool HasWebhooks => webhooks.Count > 0;

    /// <summary>Makes the webhooks, if this registry sends to this machine.</summary>
    public static async Task<DemoContext> OpenAsync(
        ConsentRegistryClient registry,
        string creator,
        DemoConsole narrator,
        CancellationToken cancellation
    )
    {
        var telling = new DemoContext(registry, creator, narrator);
        try
        {
            await telling.OpenAsync(
                new(Audiences.Requester, telling.receiver.Studio.Url.AbsoluteUri),
                telling.receiver.Studio,
                "the studio",
                cancellation
            );
            await telling.OpenAsync(
                new(Audiences.Creator, telling.receiver.Creator.Url.AbsoluteUri) { Owner = creator },
                telling.receiver.Creator,
                "the creator's agent",
                cancellation
            );
        }
        catch (UnreachableReceiverException e)
        {
            await telling.CloseAsync();
            narrator.Tell(
                "webhooks",
                $"this registry sends none to here ({e.Message}): the creator's inbox is read in their place"
            );
        }
        catch
        {
            await telling.DisposeAsync();
            throw;
        }
        return telling;
    }

    /// <summary>The creator has to be told.</summary>
    /// <param name="kind">What of, a word of <see cref="NotificationKinds"/>.</param>
    /// <param name="isMeant">Whether the notification is about what is meant.</param>
    /// <param name="about">What is meant, in words.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task CreatorHearsAsync(
        string kind,
        Func<JsonElement, bool> isMeant,
        string about,
        CancellationToken cancellation
    )
    {
        if (HasWebhooks)
        {
            Report(
                await receiver.Creator.FindAsync(kind, isMeant, LongestWait, cancellation),
                "the creator's agent",
                kind,
                about
            );
            return;
        }
        var isThere = await EventuallyAsync(
            async () =>
                await registry
                    .Notifications.ListAsync(creator, kind, cancellation: cancellation)
                    .AnyAsync(item => isMeant(item.Data), cancellation),
            cancellation
        );
        narrator.Promise(isThere, $"the creator's inbox has {kind}: {about}");
    }

    /// <summary>The studio has to be told, where there are webhooks.</summary>
    /// <returns>The message; null without webhooks, or if it did not come.</returns>
    /// <inheritdoc cref="CreatorHearsAsync"/>
    public async Task<ReceivedMessage?> StudioHearsAsync(
        string kind,
        Func<JsonElement, bool> isMeant,
        string about,
        CancellationToken cancellation
    )
    {
        if (!HasWebhooks)
            return null;
        // A requester is told of every creator's answers, and another story may be told at the same time.
        var letter = await receiver.Studio.FindAsync(
            kind,
            data => Owner(data) == creator && isMeant(data),
            LongestWait,
            cancellation
        );
        Report(letter, "the studio", kind, about);
        return letter;
    }

    /// <summary>
    /// The receiver has to refuse what is not as it was sent: the same message with one byte altered, and the same with
    /// another id.
    /// </summary>
    public async Task RefusesTamperedAsync(ReceivedMessage? letter, CancellationToken cancellation)
    {
        if (letter is null)
            return;
        byte[] altered = [.. letter.Body];
        altered[^2] ^= 1;
        var forBody = await SendAsync(letter with { Body = altered }, cancellation);
        var forId = await SendAsync(letter with { Id = Guid.NewGuid().ToString() }, cancellation);
        narrator.Promise(
            (forBody, forId) == (401, 401),
            $"the same message with one bit altered is refused with {forBody}, and under another id with {forId}"
        );
        var again = await SendAsync(letter, cancellation);
        narrator.Promise(
            again == 204,
            "the same message once more is taken, and passed over: delivery is at least once"
        );
    }

    /// <summary>Waits until something holds; false if it does not in time.</summary>
    public static async Task<bool> EventuallyAsync(Func<Task<bool>> holds, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > LongestWait)
                return false;
            await Task.Delay(BetweenLooks, cancellation);
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await receiver.DisposeAsync();
    }

    private async Task OpenAsync(
        WebhookToCreate wanted,
        ReceivedMessages mailbox,
        string who,
        CancellationToken cancellation
    )
    {
        NewWebhook made;
        try
        {
            made = await registry.Webhooks.CreateAsync(wanted, cancellation);
        }
        catch (ConsentRegistryException e) when (e.Status == System.Net.HttpStatusCode.UnprocessableEntity)
        {
            throw new UnreachableReceiverException(
                e.Errors.TryGetValue("url", out var messages) ? $"it wants: {messages[0]}" : e.Message
            );
        }
        webhooks.Add(made.Webhook.WebhookId);
        mailbox.Secure(made.Secret);
        var ping = await registry.Webhooks.PingAsync(made.Webhook.WebhookId, cancellation);
        if (!ping.Delivered)
            throw new UnreachableReceiverException(
                $"{mailbox.Url} does not lead from there to here: {ping.Error ?? ping.Status?.ToString()}"
            );
        narrator.Tell("webhook", $"{who} ({made.Webhook.Owner}) is told at {mailbox.Url}, and a ping has arrived");
    }

    private void Report(ReceivedMessage? letter, string who, string kind, string about) =>
        narrator.Promise(
            letter is not null,
            letter is null
                ? $"{who} is told within {LongestWait.TotalSeconds:0} seconds of {kind}: {about}"
                : $"{who} is told, signature verified: {kind}, {about}"
        );

    private static async Task<int> SendAsync(ReceivedMessage letter, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, letter.SentTo)
        {
            Content = new ByteArrayContent(letter.Body),
        };
        request.Headers.Add("webhook-id", letter.Id);
        request.Headers.Add("webhook-timestamp", letter.Timestamp);
        request.Headers.Add("webhook-signature", letter.Signatures);
        using var answer = await http.SendAsync(request, cancellation);
        return (int)answer.StatusCode;
    }

    private static string? Owner(JsonElement data) =>
        data.TryGetProperty("video", out var video) && video.TryGetProperty("creatorId", out var owner)
            ? owner.GetString()
            : null;

    // What was made for the story goes with it, also when the story is ended in the middle.
    private async Task CloseAsync()
    {
        foreach (var webhook in webhooks)
        {
            try
            {
                await registry.Webhooks.DeleteAsync(webhook, CancellationToken.None);
            }
            catch (Exception e) when (e is ConsentRegistryException or HttpRequestException or TaskCanceledException)
            {
                // The registry is gone, and what ended the story is said already.
            }
        }
        webhooks.Clear();
    }

    /// <summary>The registry cannot, or will not, send to this process.</summary>
    private sealed class UnreachableReceiverException(string message) : Exception(message);
}
