using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// A condition that a creator sets is an obligation of whoever is allowed, and is lost nowhere between.
/// </summary>
public sealed class ConditionsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly Conditions[] Singles =
    [
        .. Enum.GetValues<Conditions>().Where(value => BitOperations.IsPow2((uint)value)),
    ];

    private RegistryApplication App => registry.App;

    /// <summary>Each condition there is by itself, and all of them together.</summary>
    public static TheoryData<string> Sets =>
        [.. Singles.Select(single => single.Word()), string.Join(' ', Singles.Select(single => single.Word()))];

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_condition_goes_through_everything_that_keeps_and_answers_it(string set)
    {
        var creator = RegistryApplication.NewId();
        var client = App.Creator(creator);
        var consent = $"/v1/creators/{creator}/consent";
        var (conditions, sorted) = (set.Split(' '), set.Split(' ').Order(StringComparer.Ordinal).ToArray());
        // A plain one, one that names a requester, one that ends: memory keeps each in another way.
        string[] videos = ["default", "plain", "named", "ending"];
        await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new { videos = videos.Select(videoId => new { creatorId = creator, videoId }) }
            );
        object Override(string videoId, string? requester, string? expiresAt)
        {
            var video = new { creatorId = creator, videoId };
            return new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "allow",
                requester,
                expiresAt,
                conditions,
                video,
            };
        }
        object[] changes =
        [
            Override("plain", null, null),
            Override("named", "acme", null),
            Override("ending", null, "2999-01-01T00:00:00Z"),
            Override("ghost", null, null),
        ];
        (await client.PostAsync($"{consent}/changes", new { changes })).Is(200);
        var stored = await client.PutAsync(
            $"{consent}/defaults/remix",
            new
            {
                effect = "allow",
                appliesTo = "all",
                conditions,
            }
        );

        Assert.Equal(sorted, Words(stored.Is(200)["setting"]!["conditions"]));
        Assert.Equal(sorted, Words((await client.GetAsync(consent))["defaults"]![0]!["segments"]![0]!["conditions"]));
        var overrides = (await client.GetAsync($"{consent}/overrides"))["items"]!.AsArray();
        Assert.All(overrides, item => Assert.Equal(sorted, Words(item!["conditions"])));
        Assert.All(
            await App.QueryAsync<string[]>("SELECT conditions FROM consent.video_override WHERE creator = $1", creator),
            row => Assert.Equal(sorted, row)
        );
        var segments = await App.ScalarAsync<string>(
            "SELECT segments::text FROM consent.creator_default WHERE creator = $1",
            creator
        );
        Assert.Equal(sorted, Words(JsonNode.Parse(segments)![0]!["conditions"]));
        var bodies = await App.QueryAsync<byte[]>(
            "SELECT body FROM consent.event WHERE creator = $1 AND type IN ('defaultChanged', 'overrideChanged')",
            creator
        );
        Assert.Equal(5, bodies.Count);
        Assert.All(bodies, body => Assert.Equal(sorted, ConditionsOf(body)));

        foreach (var videoId in videos)
        {
            Assert.Equal(sorted, Words((await CheckAsync(creator, videoId, explain: null))["obligations"]));
            // With a member that is not of a plain check: written by another writer.
            Assert.Equal(sorted, Words((await CheckAsync(creator, videoId, explain: true))["obligations"]));
        }
        // A further condition must not be taken for the mark of a registered video.
        var ghost = await CheckAsync(creator, "ghost", explain: null);
        Assert.Equal((false, "videoNotRegistered"), ((bool)ghost["allowed"]!, (string?)ghost["detail"]));

        await LoadedAnewAsync(creator, videos, sorted);
        await Exports.CoveredAsync(App);
        var bundle = await Exports.OfCreatorAsync(App, creator);
        Assert.Equal(Verdict.Valid, Exports.Verify(bundle).Verdict);
        Assert.Equal(5, EntriesOf(bundle).Count(body => ConditionsOf(body).SequenceEqual(sorted)));
    }

    private async Task<Answer> CheckAsync(string creatorId, string videoId, bool? explain) =>
        (
            await App.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId,
                        videoId,
                        purpose = "remix",
                        requester = "acme",
                        explain,
                    }
                )
        ).Is(200);

    // What a node reads from the tables when it starts.
    private async Task LoadedAnewAsync(string creator, string[] videos, string[] sorted)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (memory, _) = await App.Services.GetRequiredService<Bootstrap>().LoadAsync(cancellation);
        var (acme, remix) = (Requester.Parse("acme"), memory.Vocabulary.Find(Purpose.Parse("remix")));
        foreach (var videoId in videos)
        {
            var key = new VideoKey(CreatorId.Parse(creator), VideoId.Parse(videoId));
            var facts = memory.Extract(
                [key],
                [acme],
                Instant.Beginning,
                Deadline.In(TimeSpan.FromMinutes(1), cancellation)
            )!;
            Assert.Equal(sorted, facts.Decide(key, remix, acme).Obligations.Words());
        }
    }

    private static string[] ConditionsOf(byte[] body) => Words(Find(JsonNode.Parse(body)));

    private static JsonNode? Find(JsonNode? node) =>
        node switch
        {
            JsonObject members when members["conditions"] is { } found => found,
            JsonObject members => members
                .Select(member => Find(member.Value))
                .FirstOrDefault(found => found is not null),
            JsonArray items => items.Select(Find).FirstOrDefault(found => found is not null),
            _ => null,
        };

    private static IEnumerable<byte[]> EntriesOf(byte[] bundle) =>
        Encoding
            .UTF8.GetString(bundle)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["kind"] == "entry" && line["body"] is not null)
            .Select(line => Encoding.UTF8.GetBytes((string)line["body"]!));

    private static string[] Words(JsonNode? list) =>
        list is null ? [] : [.. list.AsArray().Select(word => (string)word!)];
}
