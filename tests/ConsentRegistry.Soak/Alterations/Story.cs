using System.Globalization;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// What happened in the registry before somebody alters it: records of every kind, and for each alteration that nodes
/// have to find a creator of its own. It has two parts; the rows of the first are kept, and are what rows are set
/// back to.
/// </summary>
/// <param name="calls">Calls the registry.</param>
/// <param name="victims">Creators whose rows are altered.</param>
/// <param name="erased">Creators who are erased, and whose rows are altered then.</param>
internal sealed class Story(RegistryCaller calls, IReadOnlyList<string> victims, IReadOnlyList<string> erased)
{
    /// <summary>A creator whom no alteration concerns, and who allows everything.</summary>
    public const string Untouched = "untouched";

    /// <summary>Whose events are the newest of the log: what somebody with the keys of the log forges.</summary>
    public const string Newest = "zoe";

    /// <summary>Creators with a change that waits for the log.</summary>
    public static readonly IReadOnlyList<string> Waiting = ["fay0", "fay1", "fay2"];

    /// <summary>The platform that has grants, and asks.</summary>
    public const string Requester = "lab";

    private const string Far = "2100-01-01T00:00:00Z";

    private static readonly string[] Purposes = ["training", "remix", "mining", "grounding"];

    private static readonly string[] Attribution = ["attribution"];

    /// <summary>The creators whom the others' videos concern, and who allow everything.</summary>
    private static readonly string[] Open = ["ben", "cat", "gil", Untouched];

    private readonly List<string> recalls = [];

    /// <summary>What is asked about a creator.</summary>
    public static IEnumerable<Question> QuestionsAbout(string creator) =>
        Purposes.Select(purpose => new Question(creator, "v", purpose, Requester));

    /// <summary>The first part.</summary>
    public async Task BeginAsync()
    {
        await calls.PostAsync(
            "admin",
            "/v1/purposes",
            new
            {
                purpose = "remix.voice.dub",
                usesLikeness = true,
                description = "Dubbing.",
            }
        );
        foreach (var creator in Open)
        {
            await RegisterAsync(creator, "v");
            foreach (var purpose in Purposes)
                await SetAsync(creator, purpose, new { effect = "allow", appliesTo = "all" });
        }
        await Parallel.ForEachAsync(victims, Several, async (victim, _) => await BeginAsync(victim));
        await Parallel.ForEachAsync(
            erased,
            Several,
            async (creator, _) =>
            {
                await RegisterAsync(creator, "v", new { identifiers = IdentifiersOf(creator) });
                await SetAsync(creator, "remix", new { effect = "allow", appliesTo = "all" });
                await calls.PutAsync($"creator {creator}", $"/v1/creators/{creator}/lockdown");
            }
        );
        await calls.PutAsync("creator ben", "/v1/creators/ben/blocked-requesters/pest");
        // Enough events for full tiles, most of them in one change.
        var videos = Enumerable
            .Range(0, 120)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"v{i}"))
            .ToList();
        await calls.PostAsync(
            "platform upload",
            "/v1/videos/batch",
            new { videos = videos.Select(video => new { creatorId = "dan", videoId = video }) }
        );
        await ChangeAsync("dan", videos, "deny");
        await AskAsync();
        await RelyAsync();
    }

    /// <summary>The second part.</summary>
    public async Task GoOnAsync()
    {
        await Parallel.ForEachAsync(victims, Several, async (victim, _) => await GoOnAsync(victim));
        await UseAsync("studio", "hal");
        await calls.PostAsync(
            $"platform {Requester}",
            $"/v1/recalls/{recalls[0]}/acknowledge",
            new { statement = "Gone." }
        );
        await ChangeAsync("dan", ["v1", "v2", "v3"], "ask");
        await Parallel.ForEachAsync(
            erased,
            Several,
            async (creator, _) =>
                await calls.PostAsync("admin", $"/v1/creators/{creator}/erasure", new { reason = "Asked for." })
        );
        await calls.PutAsync("creator cat", "/v1/creators/cat/blocked-requesters/pest");
        await RegisterAsync(Newest, "v");
        await SetAsync(Newest, "training", new { effect = "deny" });
        await SetAsync(Newest, "remix", new { effect = "deny" });
        await SetAsync(Newest, "training", new { effect = "ask" });
        await calls.PutAsync(
            $"creator {Newest}",
            $"/v1/creators/{Newest}/videos/v/consent/mining",
            new { effect = "deny" }
        );
        await calls.PutAsync($"creator {Newest}", $"/v1/creators/{Newest}/lockdown", new { reason = "Enough." });
        await SetAsync(Newest, "training", new { effect = "deny" });
    }

    /// <summary>Changes that the log does not have yet.</summary>
    public async Task WaitAsync()
    {
        foreach (var creator in Waiting)
            await SetAsync(creator, "grounding", new { effect = "deny" });
    }

    private static ParallelOptions Several => new() { MaxDegreeOfParallelism = 8 };

    // At first training is allowed and mining as well; a grant stands.
    private async Task BeginAsync(string victim)
    {
        await RegisterAsync(
            victim,
            "v",
            new
            {
                publishedAt = "2020-01-01T00:00:00Z",
                participants = new[]
                {
                    new { creatorId = "ben", role = "coCreator" },
                    new { creatorId = "gil", role = "depicted" },
                },
                derivedFrom = new[] { new { creatorId = "cat", videoId = "v" } },
                identifiers = IdentifiersOf(victim),
            }
        );
        await SetAsync(victim, "training", new { effect = "allow", appliesTo = "all" });
        await SetAsync(victim, "remix", new { effect = "ask", conditions = Attribution });
        await SetOverrideAsync(victim, "mining", new { effect = "allow", conditions = Attribution });
        await SetOverrideAsync(
            victim,
            "remix.meme",
            new
            {
                effect = "allow",
                conditions = Attribution,
                expiresAt = Far,
            }
        );
        await ApproveAsync(await AskAsync(Requester, victim, 5), victim);
        await calls.PutAsync(
            "admin",
            $"/v1/creators/{victim}/hold",
            new { reason = "An order.", purposes = HeldPurposes }
        );
        await calls.PutAsync($"creator {victim}", $"/v1/creators/{victim}/lockdown", new { purposes = LockedPurposes });
    }

    private static readonly string[] HeldPurposes = ["training.generative"];

    private static readonly string[] LockedPurposes = ["grounding"];

    // Then nothing is any more.
    private async Task GoOnAsync(string victim)
    {
        await SetAsync(victim, "training", new { effect = "deny" });
        await SetOverrideAsync(victim, "mining", new { effect = "ask", conditions = Attribution });
        await RegisterAsync(
            victim,
            "v",
            new
            {
                publishedAt = "2020-01-01T00:00:00Z",
                participants = new[]
                {
                    new { creatorId = "ben", role = "coCreator" },
                    new { creatorId = "gil", role = "depicted" },
                },
                derivedFrom = new[] { new { creatorId = "cat", videoId = "v" } },
                identifiers = IdentifiersOf(victim).Concat(IdentifiersOf($"{victim}/2")),
            }
        );
        await UseAsync(Requester, victim);
    }

    private Task SetOverrideAsync(string victim, string purpose, object setting) =>
        calls.PutAsync($"creator {victim}", $"/v1/creators/{victim}/videos/v/consent/{purpose}", setting);

    // One request of every state, grants of every state.
    private async Task AskAsync()
    {
        foreach (var creator in new[] { "hal", "ida" })
            await SetAsync(creator, "remix", new { effect = "ask", conditions = Attribution });
        await RegisterAsync("hal", "v", new { participants = new[] { new { creatorId = "ida", role = "coCreator" } } });
        foreach (var (requester, uses) in new[] { (Requester, 1), ("studio", 3), ("band", 0) })
        {
            var request = await AskAsync(requester, "hal", uses == 0 ? null : uses);
            await ApproveAsync(request, "hal");
            await ApproveAsync(request, "ida");
            await UseAsync(requester, "hal");
        }
        await AskAsync("open", "hal", 3);
        var refused = await AskAsync("pest", "hal", null);
        await calls.PostAsync(
            "creator ida",
            $"/v1/creators/ida/approval-requests/{refused}/refuse",
            new { reason = "No, thanks." }
        );
        var withdrawn = await AskAsync("shy", "hal", null);
        await calls.PostAsync("platform shy", $"/v1/approval-requests/{withdrawn}/withdraw");
        var grants = (await calls.GetAsync("creator ida", "/v1/creators/ida/grants"))["items"]!.AsArray();
        var revoked = grants.First(grant => (string)grant!["requester"]! == "band")!["id"];
        await calls.DeleteAsync("creator ida", $"/v1/creators/ida/grants/{revoked}");
    }

    // Kim takes back what two rely on.
    private async Task RelyAsync()
    {
        await RegisterAsync("kim", "v");
        await SetAsync("kim", "remix", new { effect = "allow", appliesTo = "all" });
        await UseAsync(Requester, "kim", new { trainingRun = "run-1" });
        await UseAsync("studio", "kim", new { video = new { creatorId = "gil", videoId = "v" } });
        var receipt = await calls.ReceiptAsync(new("gil", "v", "remix", "studio"), decisionId: false);
        await calls.PostAsync(
            "platform studio",
            "/v1/usages",
            new
            {
                purpose = "remix",
                videos = new[]
                {
                    new
                    {
                        creatorId = "gil",
                        videoId = "v",
                        receipt,
                    },
                },
            }
        );
        await SetAsync("kim", "remix", new { effect = "deny" });
        foreach (var requester in new[] { Requester, "studio" })
        {
            JsonNode? recall;
            while (
                (
                    recall = (await calls.GetAsync($"platform {requester}", "/v1/recalls"))["items"]!
                        .AsArray()
                        .FirstOrDefault(one => (string)one!["video"]!["creatorId"]! == "kim")
                )
                    is null
            )
                await Task.Delay(200);
            recalls.Add((string)recall["id"]!);
        }
    }

    private static object[] IdentifiersOf(string name) =>
        [
            new
            {
                scheme = "url",
                value = $"https://example.com/{name}",
                listed = true,
            },
        ];

    private Task RegisterAsync(string creator, string video, object? facts = null) =>
        calls.PutAsync("platform upload", $"/v1/creators/{creator}/videos/{video}", facts ?? new { });

    private Task SetAsync(string creator, string purpose, object setting) =>
        calls.PutAsync($"creator {creator}", $"/v1/creators/{creator}/consent/defaults/{purpose}", setting);

    private Task ChangeAsync(string creator, IReadOnlyList<string> videos, string effect) =>
        calls.PostAsync(
            $"creator {creator}",
            $"/v1/creators/{creator}/consent/changes",
            new
            {
                changes = videos.Select(video => new
                {
                    op = "setOverride",
                    video = new { creatorId = creator, videoId = video },
                    purpose = "remix",
                    effect,
                }),
            }
        );

    private async Task<string> AskAsync(string requester, string creator, int? uses) =>
        (string)
            (
                await calls.PostAsync(
                    $"platform {requester}",
                    "/v1/approval-requests",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix",
                        use = "A remix for the summer.",
                        uses,
                        until = Far,
                    }
                )
            )!["request"]!["id"]!;

    private Task ApproveAsync(string request, string creator) =>
        calls.PostAsync($"creator {creator}", $"/v1/creators/{creator}/approval-requests/{request}/approve");

    private Task UseAsync(string requester, string creator, object? made = null) =>
        calls.PostAsync(
            $"platform {requester}",
            "/v1/usages",
            new
            {
                purpose = "remix",
                videos = new[] { new { creatorId = creator, videoId = "v" } },
                made,
            }
        );
}
