using System.Text.Json.Nodes;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Videos and settings that are drawn at random, for tests that compare two ways of answering.</summary>
internal static class RandomConsent
{
    public static readonly string[] Purposes =
    [
        "remix",
        "remix.voice",
        "remix.meme",
        "training",
        "training.generative",
        "grounding",
        "mining",
    ];
    public static readonly string[] Effects = ["allow", "ask", "deny"];

    /// <summary>Registers three videos of each creator, and sets random settings; a fourth has settings alone.</summary>
    /// <param name="app">The service.</param>
    /// <param name="random">Draws.</param>
    /// <param name="creators">The creators.</param>
    /// <param name="identifiersOf">What a video is known by; null for nothing.</param>
    public static async Task PrepareAsync(
        RegistryApplication app,
        Random random,
        string[] creators,
        Func<string, int, object?>? identifiersOf = null
    )
    {
        foreach (var creator in creators)
        {
            for (var video = 0; video < 3; video++)
            {
                (
                    await app.Platform()
                        .PutAsync(
                            $"/v1/creators/{creator}/videos/v{video}",
                            new
                            {
                                publishedAt = random.Next(2) == 0 ? "2026-01-01T00:00:00Z" : null,
                                participants = random.Next(2) == 0
                                    ? new[]
                                    {
                                        new
                                        {
                                            creatorId = creators[random.Next(3)],
                                            role = random.Next(2) == 0 ? "depicted" : "coCreator",
                                        },
                                    }
                                    : null,
                                derivedFrom = video > 0 && random.Next(2) == 0
                                    ? new[] { new { creatorId = creators[random.Next(3)], videoId = "v0" } }.Where(
                                        one => one.creatorId != creator
                                    )
                                    : null,
                                identifiers = identifiersOf?.Invoke(creator, video),
                            }
                        )
                ).Is(200);
            }
            foreach (var purpose in Purposes.Where(_ => random.Next(4) > 0))
            {
                var effect = Effects[random.Next(3)];
                (
                    await app.Creator(creator)
                        .PutAsync(
                            $"/v1/creators/{creator}/consent/defaults/{purpose}{(random.Next(3) == 0 ? "?requester=rival" : "")}",
                            new
                            {
                                effect,
                                appliesTo = effect == "allow" ? "all" : null,
                                conditions = effect != "deny" && random.Next(2) == 0
                                    ? new[] { "attribution", "labelAsAi" }
                                    : null,
                                expiresAt = effect == "allow" && random.Next(2) == 0
                                    ? Instant
                                        .From(TimeProvider.System.GetUtcNow())
                                        .Plus(TimeSpan.FromHours(1))
                                        .ToString()
                                    : null,
                            }
                        )
                ).Is(200);
                var one = Effects[random.Next(3)];
                (
                    await app.Creator(creator)
                        .PutAsync(
                            $"/v1/creators/{creator}/videos/v{random.Next(4)}/consent/{purpose}",
                            new { effect = one }
                        )
                ).Is(200);
            }
        }
        if (random.Next(2) == 0)
            (
                await app.Creator(creators[0])
                    .PutAsync($"/v1/creators/{creators[0]}/lockdown", new { purposes = new[] { "mining" } })
            ).Is(200);
    }

    /// <summary>An answer without when it was read, and the age of what expires.</summary>
    public static string WithoutTimes(string text)
    {
        static JsonNode? Without(JsonNode? node) =>
            node switch
            {
                JsonObject members => new JsonObject(
                    members.Select(member =>
                        KeyValuePair.Create(
                            member.Key,
                            member.Key is "freshAt" or "maxAgeMs" ? null : Without(member.Value)
                        )
                    )
                ),
                JsonArray items => new JsonArray([.. items.Select(Without)]),
                _ => node?.DeepClone(),
            };
        var json = Without(JsonNode.Parse(text))!.ToJsonString();
        // The order of members, and their spelling, are compared as they stand; only values of times are not.
        Assert.Equal(text.Count(c => c == ','), json.Count(c => c == ','));
        return json;
    }
}
