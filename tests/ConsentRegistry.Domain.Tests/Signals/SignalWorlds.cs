using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Tests.Decisions;
using ConsentRegistry.Domain.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Signals;

/// <summary>A random registry, and which URLs its videos carry.</summary>
/// <param name="Scenario">What was done.</param>
/// <param name="Carried">The URLs of each video, as paths of the one site.</param>
/// <param name="Erased">URLs that an erased video carried.</param>
public sealed record SignalWorld(Scenario Scenario, (VideoName Video, string Path)[] Carried, string[] Erased)
{
    public override string ToString() =>
        $"{Scenario}\n{string.Join('\n', Carried.Select(one => $"{one.Video.CreatorId}/{one.Video.VideoId} {one.Path}"))}"
        + $"\nerased {string.Join(' ', Erased)}";
}

/// <summary>Random registries whose settings are about what formats have words for.</summary>
internal static class SignalWorlds
{
    public const string Origin = "https://videos.example";

    // Neighbours of each other, and what patterns of robots.txt and percent-encoding can confuse.
    private static readonly string[] Paths =
    [
        "/",
        "/v/1",
        "/v/12",
        "/v/123",
        "/v/123?x",
        "/v/123/",
        "/v/a*b",
        "/v/a%2Ab",
        "/v/a$",
        "/v/%C3%A9",
        "/v/c'd",
        "/watch?v=1",
        "/watch?v=12",
    ];

    private static readonly VideoName[] Videos =
    [
        new("ana", "v1"),
        new("ana", "v2"),
        new("Bea", "v1"),
        new("cem", "v1"),
    ];

    private static readonly string[] Broad = ["training", "training", "mining", "mining", "grounding"];

    private static readonly Gen<Operation> BroadWord =
        from creator in Gen.Elements(Scenarios.Creators)
        from purpose in Gen.Elements(Broad)
        from effect in Gen.Frequency((6, Gen.Constant("allow")), (1, Gen.Constant("ask")), (1, Gen.Constant("deny")))
        from condition in Gen.Frequency(
            (6, Gen.Constant<string[]?>(null)),
            (1, Gen.Constant<string[]?>(["attribution"])),
            (1, Gen.Constant<string[]?>(["nonCommercial", "attribution"]))
        )
        from expiry in Gen.Frequency((4, Gen.Constant<int?>(null)), (1, Gen.Choose(60, 200_000).Select(s => (int?)s)))
        select new Operation(
            "setDefault",
            creator,
            Purpose: purpose,
            Effect: effect,
            Conditions: effect == "deny" ? null : condition,
            AppliesTo: effect == "allow" ? "all" : null,
            ExpiresInSeconds: effect == "allow" ? expiry : null
        );

    private static readonly Gen<SignalWorld> Random =
        from scenario in Scenarios.Generator
        from kept in Gen.Choose(0, 16)
        from broad in BroadWord.ArrayOf(8)
        from carried in Gen.Elements(Videos)
            .SelectMany(video => Gen.Elements(Paths).Select(path => (video, path)))
            .ArrayOf(7)
        from erased in Gen.Frequency(
            (9, Gen.Constant<string[]>([])),
            (1, Gen.Elements(Paths).Select(path => new[] { path }))
        )
        select new SignalWorld(
            Scenarios.Valid(
                [
                    .. broad,
                    .. Videos.Select(video => new Operation(
                        "registerVideo",
                        video.CreatorId,
                        video.VideoId,
                        Published: "longAgo"
                    )),
                    .. scenario.Operations.Take(kept).Select(AboutWords),
                ],
                []
            ),
            [.. carried.Distinct()],
            erased
        );

    public static Arbitrary<SignalWorld> Arbitrary { get; } = Arb.From(Random, Shrink);

    public static Gen<SignalWorld> Generator => Random;

    /// <summary>
    /// URLs to read documents for: those that are carried, those that begin or end alike, and others.
    /// </summary>
    public static IEnumerable<string> Probes(SignalWorld world) =>
        world
            .Carried.Select(one => one.Path)
            .Concat(Paths)
            .SelectMany(path =>
                new[]
                {
                    path,
                    path + "4",
                    path + (path.Contains('?', StringComparison.Ordinal) ? "&t=1" : "?t=1"),
                    path + "/",
                    path.Replace("*", "%2A", StringComparison.Ordinal),
                    path.Replace("%2A", "*", StringComparison.Ordinal),
                    path.Replace("$", "%24", StringComparison.Ordinal),
                    path.Replace("'", "%27", StringComparison.Ordinal),
                }
            )
            .Append("/unregistered")
            .Distinct(StringComparer.Ordinal);

    /// <summary>The facts of a world. Grants are left out: they open nothing to anybody.</summary>
    public static FactSet FactsOf(World world)
    {
        var facts = new FactSet(world.Vocabulary, world.Now);
        foreach (var video in Videos.Select(video => CaseRunner.Key(video.CreatorId, video.VideoId)))
            facts.Add(video, world.Videos.GetValueOrDefault(video));
        foreach (var (creator, person) in world.People)
        {
            facts.Add(creator, new CreatorState(person.Version, person.IsErased, person.Hold, person.Lockdown));
            foreach (var (key, setting) in person.Defaults)
                facts.Add(creator, key, setting);
            foreach (var (key, setting) in person.Overrides)
                facts.Add(creator, key, setting);
        }
        return facts;
    }

    public static ContentIdentifier Url(string path) =>
        ContentIdentifier.Parse(IdentifierScheme.Url, Origin + path).Value;

    private static Operation AboutWords(Operation operation) =>
        operation with
        {
            Purpose = AboutWords(operation.Purpose),
            Purposes = operation.Purposes?.Select(purpose => AboutWords(purpose)!).ToArray(),
        };

    private static string? AboutWords(string? purpose) =>
        purpose switch
        {
            null => null,
            "training.generative" => "mining",
            "remix.background" or "remix.background.sky" => purpose.Replace(
                "remix.background",
                "training.nongenerative",
                StringComparison.Ordinal
            ),
            _ => purpose
                .Replace("remix.voice", "training.generative", StringComparison.Ordinal)
                .Replace("remix", "training", StringComparison.Ordinal),
        };

    private static IEnumerable<SignalWorld> Shrink(SignalWorld world)
    {
        for (var i = 0; i < world.Carried.Length; i++)
            yield return world with
            {
                Carried = [.. world.Carried[..i], .. world.Carried[(i + 1)..]],
            };
        if (world.Erased.Length > 0)
            yield return world with
            {
                Erased = [],
            };
        for (var i = 0; i < world.Scenario.Operations.Length; i++)
        {
            var operations = world.Scenario.Operations;
            yield return world with
            {
                Scenario = Scenarios.Valid([.. operations[..i], .. operations[(i + 1)..]], []),
            };
        }
    }
}
