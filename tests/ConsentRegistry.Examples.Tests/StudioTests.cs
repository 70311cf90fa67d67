using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Client;

namespace ConsentRegistry.Examples.Tests;

/// <summary>The studio's whole story, from an upload to a recall.</summary>
[Collection(RegistryTests.Name)]
public sealed class StudioTests(RunningRegistry registry) : IAsyncLifetime
{
    private readonly string ana = $"ana-{Guid.NewGuid():N}";
    private readonly string ben = $"ben-{Guid.NewGuid():N}";
    private readonly ConsentRegistryClient creators = registry.Client("admin");
    private readonly string id = $"studio-{Guid.NewGuid():N}";
    private Studio? started;

    private Studio Studio => started!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        started = new(registry, id);
        await started.StartAsync();
    }

    public ValueTask DisposeAsync() => started?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_remix_is_refused_asked_for_approved_made_recorded_recalled_and_taken_down()
    {
        var video = await Studio.UploadAsync(ana, $"{ben} depicted");
        var name = NameOf(video);
        Assert.Equal(
            ben,
            Assert.Single((await creators.Videos.GetAsync(ana, name.VideoId, Cancellation)).Participants).CreatorId
        );

        // Nobody has said anything.
        var silence = await Studio.RemixAsync(video);
        Assert.Equal(403, silence.Status);
        Assert.Contains("Silence is not consent.", silence.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ask for approval", silence.Text, StringComparison.Ordinal);

        // One of them allows it, the other wants to be asked. The answer of before is kept for a moment.
        await SetAsync(ben, new(Effect.Allow) { AppliesTo = AppliesTo.All });
        await SetAsync(ana, new(Effect.Ask));
        var ask = await SeeAsync(video, 403, "Ask for approval");
        Assert.Contains("asked first", ask.Text, StringComparison.Ordinal);
        Assert.Equal(302, (await Studio.PostAsync($"{video}/requests", ("use", "A meme"))).Status);
        var twice = await Studio.PostAsync($"{video}/requests", ("use", "A meme"));
        Assert.Equal(409, twice.Status);
        Assert.Contains("Not now", twice.Text, StringComparison.Ordinal);

        // She approves, and a webhook tells the studio.
        var asked = Assert.Single(
            await creators.Approvals.ListAskedAsync(ana, "open", cancellation: Cancellation).ToListAsync(Cancellation)
        );
        await creators.Approvals.ApproveAsync(
            ana,
            asked.Id,
            new() { Conditions = [Conditions.Attribution, Conditions.LabelAsAi] },
            cancellation: Cancellation
        );
        await Wait.UntilAsync(
            "the page shows the approval",
            async () => (await Studio.GetAsync(video)).Text.Contains("approved", StringComparison.Ordinal)
        );

        // The remix meets the obligations, and its use is recorded.
        var made = await SeeAsync(video, 302);
        var remix = await Studio.GetAsync(made.Location!);
        Assert.Equal(200, remix.Status);
        Assert.Contains($"by {ana}", remix.Text, StringComparison.Ordinal);
        Assert.Contains("Made with AI", remix.Text, StringComparison.Ordinal);
        Assert.Contains("Sun &lt;3", remix.Text, StringComparison.Ordinal);
        var use = Assert.Single(
            await creators.Usages.ListAsync(ana, cancellation: Cancellation).ToListAsync(Cancellation)
        );
        Assert.Equal((id, "consented", "grant"), (use.Requester, use.Status, use.Reason));
        Assert.Equal(new("dora", made.Location!["/remixes/".Length..]), use.Made!.Video);

        // She withdraws: the remix goes, and the registry is told.
        await SetAsync(ana, new(Effect.Deny));
        await Wait.UntilAsync(
            "the remix is taken down",
            async () => (await Studio.GetAsync(made.Location!)).Status == 410
        );
        await SeeRecallAsync("acknowledged", "1 remixes were taken down.");
        Assert.Equal(403, (await Studio.RemixAsync(video)).Status);

        // It was told, and did not only look by itself.
        var webhooks = registry.Client("platform", id).Webhooks;
        var webhook = Assert.Single(await webhooks.ListAsync(cancellation: Cancellation).ToListAsync(Cancellation));
        await Wait.UntilAsync(
            "both messages are delivered",
            async () =>
                (
                    await webhooks
                        .ListDeliveriesAsync(webhook.WebhookId, cancellation: Cancellation)
                        .ToListAsync(Cancellation)
                )
                    .Where(delivery => delivery.State == "delivered")
                    .Select(delivery => delivery.Kind)
                    .Order()
                    .SequenceEqual([NotificationKinds.ApprovalApproved, NotificationKinds.Recall])
        );
    }

    [Fact]
    public async Task An_allow_under_a_condition_that_the_studio_cannot_meet_is_refused()
    {
        var video = await Studio.UploadAsync(ana);
        await SetAsync(ana, new(Effect.Allow) { AppliesTo = AppliesTo.All, Conditions = [Conditions.NonCommercial] });

        await SeeAsync(video, 403, "conditions that this studio cannot meet");
        Assert.DoesNotContain("remixBegun", await JournalAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..", "depicted")]
    [InlineData("nobody/at all", "depicted")]
    [InlineData("ana", "enemy")]
    public async Task What_the_registry_refuses_is_not_uploaded(string owner, string role)
    {
        var refused = await Studio.PostAsync(
            "/videos",
            ("owner", owner),
            ("title", "<b>"),
            ("participants", $"ben {role}")
        );

        Assert.True(refused.Status is 400 or 404 or 422, refused.Text);
        Assert.Contains("Not now", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("videoUploaded", await JournalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_counts_only_with_a_signature_of_now_and_may_come_twice()
    {
        await Wait.UntilAsync(
            "there is a webhook",
            () => Task.FromResult(File.Exists(Studio.PathOf("webhook-secret")))
        );
        var secret = await File.ReadAllTextAsync(Studio.PathOf("webhook-secret"), Cancellation);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        const string Body = """{"type":"recall","timestamp":"2026-11-23T09:30:00Z","data":{}}""";
        await Wait.UntilAsync("it can verify", async () => await SendAsync(secret, now, Body, Body) != 503);

        Assert.Equal(204, await SendAsync(secret, now, Body, Body));
        Assert.Equal(204, await SendAsync(secret, now, Body, Body));
        Assert.Equal(401, await SendAsync(secret, now, Body, Body + " "));
        Assert.Equal(401, await SendAsync(secret, now - 600, Body, Body));
        Assert.Equal(401, await SendAsync("whsec_" + Convert.ToBase64String(new byte[32]), now, Body, Body));
        Assert.Equal(401, (await Studio.SendAsync(HttpMethod.Post, "/webhooks/consent", null)).Status);
        var tooLong = new string(' ', 70_000);
        Assert.NotEqual(204, await SendAsync(secret, now, tooLong, tooLong));
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_recorded_once_and_a_recall_is_taken_after_a_restart()
    {
        var video = await Studio.UploadAsync(ana);
        await SetAsync(ana, new(Effect.Allow) { AppliesTo = AppliesTo.All });
        var first = await SeeAsync(video, 302);
        await Studio.KillAsync();

        // A studio that died after it had begun a remix, and while it began another one.
        var journal = await File.ReadAllTextAsync(Studio.Journal, Cancellation);
        var begun = journal.Split('\n').Single(line => line.Contains("remixBegun", StringComparison.Ordinal));
        var second = first.Location![..^4] + "dead";
        var left = begun.Replace(
            first.Location!["/remixes/".Length..],
            second["/remixes/".Length..],
            StringComparison.Ordinal
        );
        await File.AppendAllTextAsync(Studio.Journal, $"{left}\n{begun[..30]}", Cancellation);
        await Studio.StartAsync();
        await Wait.UntilAsync("it is published", async () => (await Studio.GetAsync(second)).Status == 200);
        Assert.Equal(200, (await Studio.GetAsync(first.Location!)).Status);
        Assert.Equal(2, await CountUsesAsync());

        // Consent is withdrawn while the studio is down.
        await Studio.KillAsync();
        await SetAsync(ana, new(Effect.Deny));
        await SeeRecallAsync("open");
        await Studio.StartAsync();
        await SeeRecallAsync("acknowledged", "2 remixes were taken down.");
        Assert.Equal(410, (await Studio.GetAsync(first.Location!)).Status);
        Assert.Equal(410, (await Studio.GetAsync(second)).Status);
        Assert.Equal(2, await CountUsesAsync());
    }

    private Task SetAsync(string creator, Choice choice) =>
        creators.Settings.SetDefaultAsync(creator, "remix", choice, cancellation: Cancellation);

    // Presses the button until the answer is the one that is meant: a deny is kept for two seconds.
    private async Task<Shown> SeeAsync(string video, int status, string text = "")
    {
        Shown? shown = null;
        await Wait.UntilAsync(
            $"{status} {text}",
            async () =>
            {
                shown = await Studio.RemixAsync(video);
                return shown.Status == status && shown.Text.Contains(text, StringComparison.Ordinal);
            },
            () => $"{shown} {Studio.Output}"
        );
        return shown!;
    }

    private async Task SeeRecallAsync(string status, string? statement = null)
    {
        IReadOnlyList<Recall> recalls = [];
        await Wait.UntilAsync(
            $"the recall is {status}",
            async () =>
            {
                recalls = await creators.Recalls.ListAsync(ana, cancellation: Cancellation).ToListAsync(Cancellation);
                return recalls is [{ } recall] && recall.Status == status;
            },
            () => $"{string.Join('\n', recalls)} {Studio.Output}"
        );
        Assert.Equal(statement, recalls[0].Statement);
    }

    private async Task<int> CountUsesAsync() =>
        await creators.Usages.ListAsync(ana, cancellation: Cancellation).CountAsync(Cancellation);

    // The studio has it open.
    private async Task<string> JournalAsync()
    {
        await using var file = new FileStream(Studio.Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(Cancellation);
    }

    private async Task<int> SendAsync(string secret, long timestamp, string signed, string sent)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"m1.{timestamp}.{signed}"));
        try
        {
            var answer = await Studio.SendAsync(
                HttpMethod.Post,
                "/webhooks/consent",
                new StringContent(sent),
                ("webhook-id", "m1"),
                ("webhook-timestamp", $"{timestamp}"),
                ("webhook-signature", $"v1,{Convert.ToBase64String(signature)}")
            );
            return answer.Status;
        }
        catch (HttpRequestException)
        {
            // It hung up.
            return 0;
        }
    }

    private static VideoName NameOf(string path) =>
        path.Split('/') is [_, _, var owner, var video]
            ? new(owner, video)
            : throw new ArgumentException(path, nameof(path));
}
