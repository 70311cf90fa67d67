using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>
/// Every check that a change gives another answer is among those that the feed names: a cache that drops what is named
/// keeps nothing that is wrong.
/// </summary>
public sealed class AffectedChecksTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Operations = 40;
    private const int Checks = 120;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    private readonly List<(string Name, bool UsesLikeness)> registered = [];

    private RegistryApplication App => registry.App;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task The_feed_names_every_check_that_is_answered_otherwise()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var started = Stopwatch.GetTimestamp();
        var (changed, kept) = (0, 0);
        for (var round = 0; Stopwatch.GetElapsedTime(started) < Budget; round++)
        {
            var prefix = $"a{round}-";
            var history = new RandomHistory(App, random, prefix, registered);
            var questions = Enumerable.Range(0, Checks).Select(_ => history.Question()).ToList();
            var before = await AskAsync(prefix, questions);
            for (var i = 0; i < Operations; i++)
            {
                await Exports.CoveredAsync(App);
                var end = await App.ScalarAsync<long>("SELECT coalesce(max(seq), -1) FROM consent.history");
                await history.StepAsync();
                await Exports.CoveredAsync(App);
                var named = await AffectsAsync(end);
                var after = await AskAsync(prefix, questions);
                for (var at = 0; at < Checks; at++)
                {
                    var question = questions[at];
                    var isNamed = named.Exists(one => Covers(one, question, before[at], history.World, prefix));
                    if (Decision(before[at]) == Decision(after[at]))
                        kept += isNamed ? 0 : 1;
                    else
                    {
                        changed++;
                        Assert.True(
                            isNamed,
                            $"seed {seed}: {question} was {before[at].ToJsonString()} and is {after[at].ToJsonString()}; "
                                + $"named were {string.Join(' ', named.Select(one => one.ToJsonString()))}"
                        );
                    }
                }
                before = after;
            }
        }
        // Otherwise nothing was tried, or everything is always named.
        Assert.True(changed > 50 && kept > 50, $"{changed} changed, {kept} were not named");
    }

    private async Task<List<JsonNode>> AffectsAsync(long after)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/v1/changes?limit=1000{(after < 0 ? "" : $"&after={after}")}"
        );
        return
        [
            .. (await App.Platform().GetAsync(path)).Is(200)["items"]!
                .AsArray()
                .Select(item => item!["affects"])
                .OfType<JsonNode>(),
        ];
    }

    private async Task<List<JsonNode>> AskAsync(string prefix, List<CaseQuestion> questions) => [.. (
                await App.Platform()
                    .PostAsync(
                        "/v1/checks/batch",
                        new
                        {
                            defaults = new { versions = true },
                            checks = questions.Select(question => new
                            {
                                creatorId = prefix + question.CreatorId,
                                videoId = question.VideoId,
                                purpose = question.Purpose,
                                requester = question.Requester,
                            }),
                        }
                    )
            ).Is(200)["results"]!.AsArray().Select(result => result!)];

    // What a user of the answer acts on.
    private static string Decision(JsonNode answer) =>
        $"{answer["effect"]} {answer["reason"]} {answer["detail"]} {answer["obligations"]!.ToJsonString()} "
        + $"{answer["excludes"]!.ToJsonString()} {answer["error"]?["code"]}";

    private static bool Covers(JsonNode affects, CaseQuestion question, JsonNode answer, World world, string prefix)
    {
        var restsOn =
            answer["versions"]?.AsObject().Select(stream => stream.Key).ToHashSet(StringComparer.Ordinal) ?? [];
        return ((string?)affects["creatorId"] is not { } creator || restsOn.Contains(creator))
            && ((string?)affects["requester"] is not { } requester || requester == question.Requester)
            && (
                affects["purposes"] is not JsonArray purposes
                || purposes.Any(purpose => AreRelated((string)purpose!, question.Purpose))
            )
            && (affects["video"] is not { } video || IsMadeFrom(world, question, video, prefix));
    }

    private static bool AreRelated(string one, string other) =>
        one == other
        || one.StartsWith(other + ".", StringComparison.Ordinal)
        || other.StartsWith(one + ".", StringComparison.Ordinal);

    private static bool IsMadeFrom(World world, CaseQuestion question, JsonNode video, string prefix)
    {
        var wanted = $"{((string)video["creatorId"]!)[prefix.Length..]}/{video["videoId"]}";
        var seen = new HashSet<VideoKey>();
        var open = new Stack<VideoKey>([CaseRunner.Key(question.CreatorId, question.VideoId)]);
        while (open.TryPop(out var next))
        {
            if ($"{next.Creator}/{next.Video}" == wanted)
                return true;
            if (seen.Add(next) && world.Videos.TryGetValue(next, out var facts))
            {
                foreach (var source in facts.Sources)
                    open.Push(source);
            }
        }
        return false;
    }
}
