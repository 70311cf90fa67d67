using System.Diagnostics;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>
/// Random histories, lived over HTTP and in memory by the domain alone: both must decide every check the same.
/// </summary>
public sealed class RandomDecisionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Operations = 40;
    private const int Checks = 150;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(15);
    private static readonly string[] People = ["ann", "Bob", "c~d", "dan"];
    private static readonly string[] Clips = ["v1", "v2", "v3"];
    private static readonly string[] Requesters = ["acme", "beta"];
    private static readonly string[] Effects = ["allow", "ask", "deny"];
    private static readonly string[] AllConditions = ["attribution", "labelAsAi", "nonCommercial"];

    private readonly List<string> purposes = [.. Vocabulary.Initial.Purposes.Select(p => p.Purpose.Name)];
    private readonly List<(string Name, bool UsesLikeness)> _registered = [];

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Decides_random_histories_as_the_domain_alone_does()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var started = Stopwatch.GetTimestamp();
        var compared = 0;
        for (var round = 0; Stopwatch.GetElapsedTime(started) < Budget; round++)
        {
            await CompareAsync(random, round, seed);
            compared += Checks;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} checks compared");
        Assert.True(compared > 0);
    }

    private async Task CompareAsync(Random random, int round, int seed)
    {
        var prefix = $"r{round}-";
        var http = new CasesOverHttp(App, prefix);
        var world = new World();
        foreach (var (name, usesLikeness) in _registered)
            world.RegisterPurpose(Purpose.Parse(name), usesLikeness);
        var moments = new List<string>();
        for (var i = 0; i < Operations; i++)
        {
            moments.Add(await App.NowAsync());
            var operation = Draw(random, world);
            world.Now = Parse(await App.NowAsync());
            if (operation.Op == "registerVideo")
            {
                var published = random.Next(3) == 0 ? null : moments[random.Next(moments.Count)];
                await RegisterAsync(world, prefix, operation, published);
            }
            else if (operation.Op == "registerPurpose")
            {
                _registered.Add((operation.Purpose!, operation.UsesLikeness));
                purposes.Add(operation.Purpose!);
                world.RegisterPurpose(Purpose.Parse(operation.Purpose!), operation.UsesLikeness);
                await http.PlayAsync(operation);
            }
            else
            {
                Apply(world, operation);
                await http.PlayAsync(operation);
            }
        }
        world.Now = Parse(await App.NowAsync());
        var questions = Enumerable
            .Range(0, Checks)
            .Select(_ => new CaseQuestion(
                Pick(random, People),
                Pick(random, Clips),
                random.Next(20) == 0 ? "dubbing" : Pick(random, purposes),
                Pick(random, Requesters)
            ))
            .ToList();
        var answers = await AskAsync(prefix, questions);
        for (var i = 0; i < questions.Count; i++)
        {
            Assert.Equal(
                $"seed {seed}, round {round}, {questions[i]}: "
                    + $"{CasesOverHttp.Text(CaseRunner.Check(world, questions[i]))}",
                $"seed {seed}, round {round}, {questions[i]}: {CasesOverHttp.Text(answers[i])}"
            );
        }
    }

    // All in one batch, some of them again one by one.
    private async Task<IReadOnlyList<Expectation>> AskAsync(string prefix, List<CaseQuestion> questions)
    {
        var http = new CasesOverHttp(App, prefix);
        await http.AskAsync([.. questions.Take(5)], explain: true);
        return await http.AskBatchAsync(questions);
    }

    private Operation Draw(Random random, World world)
    {
        var creator = Pick(random, People);
        var purpose = Pick(random, purposes);
        var requester = random.Next(3) == 0 ? Pick(random, Requesters) : null;
        var effect = Pick(random, Effects);
        var conditions = effect == "deny" ? null : AllConditions.Where(_ => random.Next(3) == 0).ToArray();
        int? expiry = effect == "allow" && random.Next(4) == 0 ? 3_600 + random.Next(3) : null;
        string[]? stopped = random.Next(3) == 0 ? null : [purpose];
        switch (random.Next(20))
        {
            case < 5:
                return new(
                    "registerVideo",
                    creator,
                    Pick(random, Clips),
                    Participants:
                    [
                        .. Enumerable
                            .Range(0, random.Next(3))
                            .Select(_ => new ParticipantName(
                                Pick(random, People),
                                random.Next(2) == 0 ? "depicted" : "coCreator"
                            )),
                    ],
                    DerivedFrom:
                    [
                        .. Enumerable
                            .Range(0, random.Next(3))
                            .Select(_ => new VideoName(Pick(random, People), Pick(random, Clips))),
                    ]
                );
            case < 12:
                return new(
                    "setDefault",
                    creator,
                    Purpose: purpose,
                    Requester: requester,
                    Effect: effect,
                    AppliesTo: random.Next(2) == 0 ? "all" : null,
                    Conditions: conditions,
                    ExpiresInSeconds: expiry
                );
            case < 13:
                return new("clearDefault", creator, Purpose: purpose, Requester: requester);
            case < 17:
                var concerned = world
                    .Videos.Where(v => v.Value.Participants.Any(p => p.Creator.Value == creator))
                    .Select(v => new VideoName(v.Key.Creator.Value, v.Key.Video.Value))
                    .ToList();
                concerned.Add(new(creator, Pick(random, Clips)));
                return new(
                    "setOverride",
                    creator,
                    Purpose: purpose,
                    Requester: requester,
                    Effect: effect,
                    Conditions: conditions,
                    ExpiresInSeconds: expiry,
                    Video: concerned[random.Next(concerned.Count)]
                );
            case < 18:
                return new(
                    "clearOverride",
                    creator,
                    Purpose: purpose,
                    Requester: requester,
                    Video: new(creator, Pick(random, Clips))
                );
            case < 19:
                return random.Next(4) switch
                {
                    0 => new("lockdown", creator, Purposes: stopped),
                    1 => new("hold", creator, Purposes: stopped),
                    2 => new("liftLockdown", creator),
                    _ => new("liftHold", creator),
                };
            default:
                return _registered.Count < 12 && purpose.Count(c => c == '.') < 3
                    ? new(
                        "registerPurpose",
                        Purpose: $"{purpose}.p{_registered.Count}",
                        UsesLikeness: random.Next(2) == 0
                    )
                    : new("liftLockdown", creator);
        }
    }

    // Facts only ever grow, as a platform without the administrator's scope may change them.
    private async Task RegisterAsync(World world, string prefix, Operation operation, string? published)
    {
        var video = CaseRunner.Key(operation.CreatorId!, operation.VideoId!);
        var known = world.Videos.GetValueOrDefault(video);
        var at = known is null ? (published is null ? (Instant?)null : Parse(published)) : known.PublishedAt;
        var participants = (known?.Participants ?? [])
            .Concat(
                operation.Participants!.Select(p => new RegisteredParticipant(
                    CreatorId.Parse(p.CreatorId),
                    p.Role == "depicted" ? Role.Depicted : Role.CoCreator
                ))
            )
            .Distinct()
            .ToList();
        var sources = (known?.Sources ?? [])
            .Concat(operation.DerivedFrom!.Select(s => CaseRunner.Key(s.CreatorId, s.VideoId)))
            .Where(source => source != video)
            .Distinct()
            .ToList();
        world.RegisterVideo(video, at, participants, sources);
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{prefix}{operation.CreatorId}/videos/{operation.VideoId}",
                    new
                    {
                        publishedAt = at?.ToString(),
                        participants = participants.Select(p => new
                        {
                            creatorId = prefix + p.Creator.Value,
                            role = p.Role == Role.Depicted ? "depicted" : "coCreator",
                        }),
                        derivedFrom = sources.Select(s => new
                        {
                            creatorId = prefix + s.Creator.Value,
                            videoId = s.Video.Value,
                        }),
                    }
                )
        ).Is(200);
    }

    private static void Apply(World world, Operation operation)
    {
        var creator = CreatorId.Parse(operation.CreatorId!);
        Requester? requester = operation.Requester is { } named ? Requester.Parse(named) : null;
        switch (operation.Op)
        {
            case "setDefault":
                world.SetDefault(
                    creator,
                    new(Purpose.Parse(operation.Purpose!), requester),
                    ChoiceOf(world, operation),
                    operation.Effect == "allow" && operation.AppliesTo == "all" ? AppliesTo.All : AppliesTo.Future
                );
                break;
            case "clearDefault":
                world.ClearDefault(creator, new(Purpose.Parse(operation.Purpose!), requester));
                break;
            case "setOverride":
                world.SetOverride(
                    creator,
                    new(
                        CaseRunner.Key(operation.Video!.CreatorId, operation.Video.VideoId),
                        Purpose.Parse(operation.Purpose!),
                        requester
                    ),
                    ChoiceOf(world, operation)
                );
                break;
            case "clearOverride":
                world.ClearOverride(
                    creator,
                    new(
                        CaseRunner.Key(operation.Video!.CreatorId, operation.Video.VideoId),
                        Purpose.Parse(operation.Purpose!),
                        requester
                    )
                );
                break;
            case "lockdown":
                world.Lockdown(creator, operation.Purposes?.Select(Purpose.Parse).ToArray());
                break;
            case "hold":
                world.Hold(creator, operation.Purposes?.Select(Purpose.Parse).ToArray());
                break;
            case "liftLockdown":
                world.LiftLockdown(creator);
                break;
            case "liftHold":
                world.LiftHold(creator);
                break;
            default:
                throw new NotSupportedException(operation.Op);
        }
    }

    private static Choice ChoiceOf(World world, Operation operation) =>
        Choice.Create(
            Wording.Parse<Effect>(operation.Effect!),
            (operation.Conditions ?? []).Aggregate(Conditions.None, (all, one) => all | Wording.Parse<Conditions>(one)),
            operation.ExpiresInSeconds is { } seconds ? world.Now.Plus(TimeSpan.FromSeconds(seconds)) : null,
            world.Vocabulary.Version
        );

    private static Instant Parse(string time) =>
        Instant.TryParse(time, out var instant) ? instant : throw new FormatException(time);

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
