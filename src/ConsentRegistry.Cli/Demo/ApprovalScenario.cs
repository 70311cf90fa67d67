using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli.Demo;

/// <summary>What the creator approved, and what came of it.</summary>
/// <param name="Studio">The requester, as the registry knows it.</param>
/// <param name="Lasting">The grant that has a use left.</param>
/// <param name="Spent">The grant of which the last use was spent.</param>
/// <param name="Made">What was made by the use of <paramref name="Lasting"/>.</param>
internal sealed record ApprovedUses(string Studio, Grant Lasting, Grant Spent, VideoName Made);

/// <summary>
/// The second part, up to the use: the creator wants to be asked, a studio asks, is approved less than it wanted, and
/// records what it made.
/// </summary>
internal sealed class ApprovalScenario(
    ConsentRegistryClient registry,
    string creator,
    DemoConsole narrator,
    DemoContext telling
)
{
    /// <summary>How many chapters this has.</summary>
    public const int Chapters = 4;

    /// <summary>What the creator decides about.</summary>
    public const string Remix = "remix";

    /// <summary>What the creator approves of it.</summary>
    public const string Meme = "remix.meme";

    private const string First = "video-001";
    private const string Second = "video-002";
    private const string Untouched = "video-003";

    private static readonly TimeSpan WantedFor = TimeSpan.FromDays(90);
    private static readonly TimeSpan ApprovedFor = TimeSpan.FromDays(30);

    private readonly List<ApprovalRequest> requests = [];
    private readonly List<Grant> grants = [];
    private ApprovedUses? approved;

    /// <summary>What the creator approved; there once the story is told.</summary>
    public ApprovedUses Approved => approved ?? throw new InvalidOperationException("The story has not been told.");

    /// <summary>Tells this part.</summary>
    /// <param name="bar">How far the story is; null where nobody watches.</param>
    /// <param name="cancellation">Ends the story.</param>
    public async Task TellAsync(ProgressTask? bar, CancellationToken cancellation)
    {
        foreach (
            var chapter in new Func<CancellationToken, Task>[]
            {
                WantsToBeAskedAsync,
                AsksAsync,
                ApprovesLessAsync,
                UsesAsync,
            }
        )
        {
            await chapter(cancellation);
            bar?.Increment(1);
        }
    }

    /// <summary>Whether a notification is about one of the creator's videos.</summary>
    public static bool IsAbout(JsonElement data, string videoId) =>
        data.TryGetProperty("video", out var video)
        && video.TryGetProperty("videoId", out var id)
        && id.GetString() == videoId;

    private async Task WantsToBeAskedAsync(CancellationToken cancellation)
    {
        narrator.Begin("The creator wants to be asked", "nobody remixes without a word");
        var start = Stopwatch.GetTimestamp();
        var change = await registry.Settings.SetDefaultAsync(
            creator,
            Remix,
            new(Effect.Ask),
            cancellation: cancellation
        );
        narrator.Tell("creator", $"sets {Remix} to ask, in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        var batch = await registry.Checks.CheckBatchAsync(
            [
                .. Enumerable
                    .Range(1, SwitchScenario.Videos)
                    .Select(number => new Check(null, $"video-{number:000}", null)),
            ],
            new() { CreatorId = creator, Purpose = Remix },
            cancellation
        );
        var asks = batch.Results.Count(decision => decision is { Allowed: false, Effect: Effect.Ask, AskAt: not null });
        narrator.Promise(
            asks == SwitchScenario.Videos,
            $"{asks} of {SwitchScenario.Videos} checks are answered ask, which allows nothing and says where to ask"
        );
        await telling.CreatorHearsAsync(
            NotificationKinds.ConsentChanged,
            data => data.GetProperty("version").GetInt64() == change.Version,
            $"version {change.Version}, {Remix} is ask",
            cancellation
        );
    }

    private async Task AsksAsync(CancellationToken cancellation)
    {
        narrator.Begin("A studio asks", "with what it means to do, for how long and how often");
        var decision = await registry.Checks.CheckAsync(new(creator, First, Remix), cancellation);
        narrator.Tell("studio", $"checks {First} for {Remix}: {Word(decision.Effect)}, at {decision.AskAt}");
        foreach (var video in new[] { First, Second })
        {
            var wanted = new WantedApproval(
                creator,
                video,
                Remix,
                "A short clip for our spring campaign, with new music."
            )
            {
                Until = TimeProvider.System.GetUtcNow() + WantedFor,
                Uses = 10,
            };
            var request = (await registry.Approvals.RequestAsync(wanted, cancellation: cancellation)).Request;
            requests.Add(request);
            narrator.Tell(
                "studio",
                $"asks for {video}: {Remix}, uses: {wanted.Uses}, until {Day(wanted.Until)}: \"{wanted.Use}\""
            );
            narrator.Promise(
                request.Status == "open" && request.Asked.Select(asked => asked.CreatorId).SequenceEqual([creator]),
                $"the request is open, and whoever decides on {video} is asked: the creator alone"
            );
            await telling.CreatorHearsAsync(
                NotificationKinds.ApprovalRequested,
                data => IsAbout(data, video),
                $"{request.Requester} asks for {video}",
                cancellation
            );
        }
        var refused = await CodeOfAsync(
            registry.Approvals.RequestAsync(new(creator, First, Remix, "Once more."), cancellation: cancellation)
        );
        narrator.Promise(
            refused == "alreadyAsked",
            $"to ask the same again before there is an answer is refused: {refused}"
        );
    }

    private async Task ApprovesLessAsync(CancellationToken cancellation)
    {
        narrator.Begin("The creator approves less", "a narrower purpose, a shorter time, fewer uses, on a condition");
        var inbox = await registry.Notifications.GetAsync(creator, cancellation: cancellation);
        var unread = inbox.Items.Count(item => item.Kind == NotificationKinds.ApprovalRequested && item.ReadAt is null);
        narrator.Promise(
            unread == requests.Count,
            $"of {inbox.Unread} unread notifications in the inbox {unread} are questions"
        );
        await registry.Notifications.MarkReadAsync(
            creator,
            [.. inbox.Items.Select(item => item.NotificationId)],
            cancellation
        );
        var asked = await registry
            .Approvals.ListAskedAsync(creator, "open", cancellation: cancellation)
            .ToListAsync(cancellation);
        narrator.Promise(
            asked.Select(one => one.Id).ToHashSet().SetEquals(requests.Select(one => one.Id)),
            $"{asked.Count} requests wait for an answer"
        );
        foreach (var (request, uses) in requests.Zip([2, 1]))
        {
            var approval = new Approval
            {
                Purpose = Meme,
                Uses = uses,
                Until = TimeProvider.System.GetUtcNow() + ApprovedFor,
                Conditions = [Conditions.Attribution],
            };
            var change = await registry.Approvals.ApproveAsync(
                creator,
                request.Id,
                approval,
                cancellation: cancellation
            );
            var grant = change.Request.Grants.Single();
            grants.Add(grant);
            narrator.Tell(
                "creator",
                $"approves {request.Video.VideoId}: {grant.Purpose}, uses: {grant.Uses}, until {Day(grant.ExpiresAt)}, "
                    + $"condition: {string.Join(", ", grant.Conditions)}"
            );
            narrator.Promise(
                (grant.Status, grant.Requester, grant.Purpose, grant.Uses, change.EffectiveEverywhere)
                    == ("standing", request.Requester, Meme, uses, true),
                "the grant says just that, and is in force on every node"
            );
            await telling.StudioHearsAsync(
                NotificationKinds.ApprovalApproved,
                data => IsAbout(data, request.Video.VideoId),
                $"the request for {request.Video.VideoId}",
                cancellation
            );
        }
        narrator.Promise(
            (await registry.Checks.CheckAsync(new(creator, First, Remix), cancellation)).Effect == Effect.Ask,
            $"{First} for {Remix}, which was asked for: still ask"
        );
        narrator.Promise(
            (await registry.Checks.CheckAsync(new(creator, Untouched, Meme), cancellation)).Effect == Effect.Ask,
            $"{Untouched} for {Meme}, about which nobody asked: still ask"
        );
    }

    private async Task UsesAsync(CancellationToken cancellation)
    {
        narrator.Begin("The studio uses what it may", "each use is recorded, and seen by the creator");
        VideoName? made = null;
        var counts = new List<Grant>();
        foreach (var grant in grants)
        {
            var video = grant.Video.VideoId;
            var decision = await registry.Checks.CheckAsync(new(creator, video, Meme) { Receipt = true }, cancellation);
            narrator.Promise(
                decision is { Allowed: true, Reason: Reasons.Grant, Receipt: not null }
                    && decision.Obligations.SequenceEqual([Conditions.Attribution])
                    && decision.MaxAge == TimeSpan.Zero,
                $"{video} for {Meme}: {Word(decision.Effect)} by the grant, not to be reused, with the obligation "
                    + $"{string.Join(", ", decision.Obligations)} and a signed receipt"
            );
            var derived = new VideoName($"studio-{creator}", $"clip-of-{video}");
            made ??= derived;
            var use = await registry.Usages.RecordAsync(
                new UseToRecord(Meme, [new(creator, video, decision.Receipt)])
                {
                    Made = new() { Video = derived, PublishedAt = TimeProvider.System.GetUtcNow() },
                },
                cancellation: cancellation
            );
            narrator.Tell("studio", $"records a use: {derived.VideoId} was made of {video}");
            counts.Add(
                await registry
                    .Approvals.ListGrantsAsync(creator, cancellation: cancellation)
                    .FirstAsync(one => one.Id == grant.Id, cancellation)
            );
            narrator.Promise(
                use is { Status: "consented", Reason: "grant" }
                    && use.Videos[0].SpentGrants.SequenceEqual([grant.Id])
                    && counts[^1].Used == 1,
                $"the use is {use.Status}, and spends a use of the grant, {counts[^1].Used} of {grant.Uses}: "
                    + $"{counts[^1].Status}"
            );
            narrator.Promise(
                (
                    await registry.Videos.GetAsync(derived.CreatorId, derived.VideoId, cancellation)
                ).DerivedFrom.SequenceEqual([grant.Video]),
                $"{derived.VideoId} has {video} as its source, so that the creator's word counts for it too"
            );
            await telling.CreatorHearsAsync(
                NotificationKinds.Used,
                data => IsAbout(data, video),
                $"{use.Requester} used {video} for {Meme}",
                cancellation
            );
        }
        narrator.Promise(
            counts.Select(grant => grant.Status).SequenceEqual(["standing", "spent"])
                && (await registry.Checks.CheckAsync(new(creator, Second, Meme), cancellation)).Effect == Effect.Ask,
            $"{Second} for {Meme}, now that the grant is spent: ask"
        );
        var totals = await registry.Usages.CountAsync(creator, cancellation: cancellation);
        narrator.Promise(
            (totals.Consented, totals.Unconsented) == (2, 0),
            $"the creator counts {totals.Consented} uses with consent and {totals.Unconsented} without"
        );
        approved = new(requests[0].Requester, counts[0], counts[1], made!);
    }

    private static string Word(Effect? effect) => effect?.ToString().ToLowerInvariant() ?? "nothing";

    private static string Day(DateTimeOffset? moment) =>
        moment?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "for good";

    private static async Task<string> CodeOfAsync<T>(Task<T> request)
    {
        try
        {
            await request;
            return "accepted";
        }
        catch (ConsentRegistryException e) when ((int)e.Status < 500)
        {
            return e.Code;
        }
    }
}
