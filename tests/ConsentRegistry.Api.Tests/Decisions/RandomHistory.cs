using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>A random history, lived over HTTP and in memory by the domain alone.</summary>
/// <param name="app">The service.</param>
/// <param name="random">What draws it.</param>
/// <param name="prefix">What its creators' ids begin with, so that no other test speaks of them.</param>
/// <param name="registered">Purposes that were registered with the service; the history adds its own.</param>
internal sealed class RandomHistory(
    RegistryApplication app,
    Random random,
    string prefix,
    List<(string Name, bool UsesLikeness)> registered
)
{
    private static readonly string[] People = ["ann", "Bob", "c~d", "dan"];
    private static readonly string[] Clips = ["v1", "v2", "v3"];
    private static readonly string[] Requesters = ["acme", "beta"];
    private static readonly string[] Effects = ["allow", "ask", "deny"];
    private static readonly string[] AllConditions = [.. Wording.All<Conditions>()];

    private readonly List<string> moments = [];
    private readonly List<string> purposes =
    [
        .. Vocabulary.Initial.Purposes.Select(p => p.Purpose.Name),
        .. registered.Select(p => p.Name),
    ];

    /// <summary>The same history in memory.</summary>
    public World World { get; } = WorldOf(registered);

    /// <summary>Asks over HTTP.</summary>
    public CasesOverHttp Http { get; } = new(app, prefix);

    /// <summary>A random check of something in this history; a few for a purpose that there is none of.</summary>
    public CaseQuestion Question() =>
        new(Pick(People), Pick(Clips), random.Next(20) == 0 ? "dubbing" : Pick(purposes), Pick(Requesters));

    /// <summary>Does one random thing, here and there.</summary>
    public async Task StepAsync()
    {
        moments.Add(await app.NowAsync());
        var operation = Draw();
        World.Now = Parse(await app.NowAsync());
        if (operation.Op == "registerVideo")
        {
            await RegisterAsync(operation, random.Next(3) == 0 ? null : Pick(moments));
        }
        else if (operation.Op == "registerPurpose")
        {
            registered.Add((operation.Purpose!, operation.UsesLikeness));
            purposes.Add(operation.Purpose!);
            World.RegisterPurpose(Purpose.Parse(operation.Purpose!), operation.UsesLikeness);
            await Http.PlayAsync(operation);
        }
        else
        {
            Apply(operation);
            await Http.PlayAsync(operation);
        }
    }

    /// <summary>Sets the time of the world in memory to the service's.</summary>
    public async Task CatchUpAsync() => World.Now = Parse(await app.NowAsync());

    private static World WorldOf(IEnumerable<(string Name, bool UsesLikeness)> registered)
    {
        var world = new World();
        foreach (var (name, usesLikeness) in registered)
            world.RegisterPurpose(Purpose.Parse(name), usesLikeness);
        return world;
    }

    private Operation Draw()
    {
        var creator = Pick(People);
        var purpose = Pick(purposes);
        var requester = random.Next(3) == 0 ? Pick(Requesters) : null;
        var effect = Pick(Effects);
        var conditions = effect == "deny" ? null : AllConditions.Where(_ => random.Next(3) == 0).ToArray();
        int? expiry = effect == "allow" && random.Next(4) == 0 ? 3_600 + random.Next(3) : null;
        string[]? stopped = random.Next(3) == 0 ? null : [purpose];
        switch (random.Next(20))
        {
            case < 5:
                return new(
                    "registerVideo",
                    creator,
                    Pick(Clips),
                    Participants:
                    [
                        .. Enumerable
                            .Range(0, random.Next(3))
                            .Select(_ => new ParticipantName(
                                Pick(People),
                                random.Next(2) == 0 ? "depicted" : "coCreator"
                            )),
                    ],
                    DerivedFrom:
                    [
                        .. Enumerable.Range(0, random.Next(3)).Select(_ => new VideoName(Pick(People), Pick(Clips))),
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
                var concerned = World
                    .Videos.Where(v => v.Value.Participants.Any(p => p.Creator.Value == creator))
                    .Select(v => new VideoName(v.Key.Creator.Value, v.Key.Video.Value))
                    .ToList();
                concerned.Add(new(creator, Pick(Clips)));
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
                    Video: new(creator, Pick(Clips))
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
                return registered.Count < 12 && purpose.Count(c => c == '.') < 3
                    ? new(
                        "registerPurpose",
                        Purpose: $"{purpose}.p{registered.Count}",
                        UsesLikeness: random.Next(2) == 0
                    )
                    : new("liftLockdown", creator);
        }
    }

    // Facts only ever grow, as a platform without the administrator's scope may change them.
    private async Task RegisterAsync(Operation operation, string? published)
    {
        var video = CaseRunner.Key(operation.CreatorId!, operation.VideoId!);
        var known = World.Videos.GetValueOrDefault(video);
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
        World.RegisterVideo(video, at, participants, sources);
        (
            await app.Platform()
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

    private void Apply(Operation operation)
    {
        var creator = CreatorId.Parse(operation.CreatorId!);
        Requester? requester = operation.Requester is { } named ? Requester.Parse(named) : null;
        switch (operation.Op)
        {
            case "setDefault":
                World.SetDefault(
                    creator,
                    new(Purpose.Parse(operation.Purpose!), requester),
                    ChoiceOf(operation),
                    operation.Effect == "allow" && operation.AppliesTo == "all" ? AppliesTo.All : AppliesTo.Future
                );
                break;
            case "clearDefault":
                World.ClearDefault(creator, new(Purpose.Parse(operation.Purpose!), requester));
                break;
            case "setOverride":
                World.SetOverride(
                    creator,
                    new(
                        CaseRunner.Key(operation.Video!.CreatorId, operation.Video.VideoId),
                        Purpose.Parse(operation.Purpose!),
                        requester
                    ),
                    ChoiceOf(operation)
                );
                break;
            case "clearOverride":
                World.ClearOverride(
                    creator,
                    new(
                        CaseRunner.Key(operation.Video!.CreatorId, operation.Video.VideoId),
                        Purpose.Parse(operation.Purpose!),
                        requester
                    )
                );
                break;
            case "lockdown":
                World.Lockdown(creator, operation.Purposes?.Select(Purpose.Parse).ToArray());
                break;
            case "hold":
                World.Hold(creator, operation.Purposes?.Select(Purpose.Parse).ToArray());
                break;
            case "liftLockdown":
                World.LiftLockdown(creator);
                break;
            case "liftHold":
                World.LiftHold(creator);
                break;
            default:
                throw new NotSupportedException(operation.Op);
        }
    }

    private Choice ChoiceOf(Operation operation) =>
        Choice.Create(
            Wording.Parse<Effect>(operation.Effect!),
            (operation.Conditions ?? []).Aggregate(Conditions.None, (all, one) => all | Wording.Parse<Conditions>(one)),
            operation.ExpiresInSeconds is { } seconds ? World.Now.Plus(TimeSpan.FromSeconds(seconds)) : null,
            World.Vocabulary.Version
        );

    private static Instant Parse(string time) =>
        Instant.TryParse(time, out var instant) ? instant : throw new FormatException(time);

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
