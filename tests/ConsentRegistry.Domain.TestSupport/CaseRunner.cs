using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.TestSupport;

/// <summary>
/// Plays the operations of a decision case in a <see cref="World"/> and puts its decisions into the words of the
/// format.
/// </summary>
internal static class CaseRunner
{
    private static readonly TimeSpan BetweenOperations = TimeSpan.FromMinutes(1);

    public static World Play(IEnumerable<Operation> operations)
    {
        var world = new World();
        foreach (var operation in operations)
        {
            if (operation.Op == "wait")
            {
                world.Now = world.Now.Plus(TimeSpan.FromSeconds(operation.Seconds));
                continue;
            }
            world.Now = world.Now.Plus(BetweenOperations);
            Apply(world, operation);
        }
        return world;
    }

    public static Expectation Check(World world, CaseQuestion check)
    {
        if (!world.Vocabulary.TryFind(Purpose.Parse(check.Purpose), out _))
            return new(Allowed: false, Error: "unknownPurpose");
        var silent = default(NoTrace);
        var decision = world.Decide(
            Key(check.CreatorId, check.VideoId),
            Purpose.Parse(check.Purpose),
            Requester.Parse(check.Requester),
            ref silent,
            out var facts
        );
        return InWords(decision, facts, world.Vocabulary, check.Requester);
    }

    public static Answer CheckInFull(World world, CaseQuestion check)
    {
        var silent = default(NoTrace);
        var decision = world.Decide(
            Key(check.CreatorId, check.VideoId),
            Purpose.Parse(check.Purpose),
            Requester.Parse(check.Requester),
            ref silent,
            out var facts
        );
        return InFull(decision, facts, world.Vocabulary, check.Requester);
    }

    public static Expectation InWords(
        in Decision decision,
        WorldFacts facts,
        Vocabulary vocabulary,
        string requester
    ) =>
        new(
            decision.IsAllowed,
            Word(decision.Effect),
            Word(decision.Reason),
            decision.Detail == Detail.None ? null : Word(decision.Detail),
            Words(decision.Obligations),
            [.. vocabulary.Names(decision.Excludes).Select(p => p.Name)],
            decision.DecidedBy is not { } by
                ? null
                : new(
                    facts.CreatorOf(by.Creator).Value,
                    Word(by.Role),
                    new(facts.VideoOf(by.Video).Creator.Value, facts.VideoOf(by.Video).Video.Value),
                    decision.Setting is not { } setting ? null
                        : setting.Scope is { } scope ? Word(scope)
                        : "grant",
                    decision.Setting is { } deciding ? vocabulary[deciding.Purpose].Purpose.Name : null,
                    decision.Setting is { NamesRequester: true } ? requester : null
                )
        );

    /// <summary>
    /// A decision with everything that a caller sees of it, in the words in which the reference answers.
    /// </summary>
    public static Answer InFull(in Decision decision, WorldFacts facts, Vocabulary vocabulary, string requester)
    {
        var words = InWords(decision, facts, vocabulary, requester);
        return new(
            words.Allowed,
            words.Effect!,
            words.Reason!,
            words.Detail,
            string.Join(' ', words.Obligations!),
            string.Join(' ', words.Excludes!),
            words.DecidedBy is not { } by
                ? null
                : new(
                    by.CreatorId,
                    by.Role,
                    $"{by.Video.CreatorId}/{by.Video.VideoId}",
                    by.Scope,
                    by.Purpose,
                    by.Requester,
                    decision.Stamp?.Version,
                    decision.Stamp?.At.Microseconds
                )
        )
        {
            HoldsUntil = decision.HoldsUntil.Microseconds,
            RestsOnCountedGrant = decision.RestsOnCountedGrant,
        };
    }

    public static VideoKey Key(string creatorId, string videoId) =>
        new(CreatorId.Parse(creatorId), VideoId.Parse(videoId));

    private static void Apply(World world, Operation operation)
    {
        if (operation.Op == "registerPurpose")
        {
            world.RegisterPurpose(Purpose.Parse(operation.Purpose!), operation.UsesLikeness);
            return;
        }
        var creator = CreatorId.Parse(operation.CreatorId!);
        switch (operation.Op)
        {
            case "registerVideo":
                world.RegisterVideo(
                    Key(operation.CreatorId!, operation.VideoId!),
                    PublicationOf(world, operation),
                    (operation.Participants ?? []).Select(p => new RegisteredParticipant(
                        CreatorId.Parse(p.CreatorId),
                        p.Role == "depicted" ? Role.Depicted : Role.CoCreator
                    )),
                    (operation.DerivedFrom ?? []).Select(Key)
                );
                break;
            case "setDefault":
                var appliesTo = operation.AppliesTo == "all" ? AppliesTo.All : AppliesTo.Future;
                _ = world
                    .SetDefault(
                        creator,
                        new(Purpose.Parse(operation.Purpose!), Named(operation)),
                        ChoiceOf(world, operation),
                        appliesTo
                    )
                    .Value;
                break;
            case "clearDefault":
                world.ClearDefault(creator, new(Purpose.Parse(operation.Purpose!), Named(operation)));
                break;
            case "setOverride":
                world.SetOverride(creator, OverrideKeyOf(operation), ChoiceOf(world, operation));
                break;
            case "clearOverride":
                world.ClearOverride(creator, OverrideKeyOf(operation));
                break;
            case "lockdown":
                world.Lockdown(creator, PurposesOf(operation));
                break;
            case "liftLockdown":
                world.LiftLockdown(creator);
                break;
            case "hold":
                world.Hold(creator, PurposesOf(operation));
                break;
            case "liftHold":
                world.LiftHold(creator);
                break;
            case "erase":
                world.Erase(creator);
                break;
            case "grant":
                var video = Key(operation.Video!);
                world.Grant(
                    creator,
                    new(
                        video,
                        operation.UsedIn is { } usedIn ? Key(usedIn) : video,
                        Purpose.Parse(operation.Purpose!),
                        Requester.Parse(operation.Requester!)
                    ),
                    new()
                    {
                        Purpose = world.Vocabulary.Find(Purpose.Parse(operation.Purpose!)),
                        Conditions = ConditionsOf(operation),
                        VocabularyVersion = world.Vocabulary.Version,
                        ExpiresAt = ExpiryOf(world, operation) ?? Instant.Never,
                        UsesLeft = operation.Uses,
                    }
                );
                break;
            default:
                throw new NotSupportedException($"The format has no operation '{operation.Op}'.");
        }
    }

    // Besides the format's three words a number of seconds, so that a video can be published at the very moment of an
    // earlier operation.
    private static Instant? PublicationOf(World world, Operation operation) =>
        operation.Published switch
        {
            "now" => world.Now,
            "longAgo" => Instant.From(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
            "unknown" or null => null,
            var seconds => world.Now.Plus(TimeSpan.FromSeconds(int.Parse(seconds))),
        };

    private static VideoKey Key(VideoName name) => Key(name.CreatorId, name.VideoId);

    private static OverrideKey OverrideKeyOf(Operation operation) =>
        new(Key(operation.Video!), Purpose.Parse(operation.Purpose!), Named(operation));

    private static Requester? Named(Operation operation) =>
        operation.Requester is { } named ? Requester.Parse(named) : null;

    private static Purpose[]? PurposesOf(Operation operation) => operation.Purposes?.Select(Purpose.Parse).ToArray();

    private static Instant? ExpiryOf(World world, Operation operation) =>
        operation.ExpiresInSeconds is { } seconds ? world.Now.Plus(TimeSpan.FromSeconds(seconds)) : null;

    private static Choice ChoiceOf(World world, Operation operation) =>
        Choice.Create(
            Enum.Parse<Effect>(operation.Effect!, ignoreCase: true),
            ConditionsOf(operation),
            ExpiryOf(world, operation),
            world.Vocabulary.Version
        );

    private static Conditions ConditionsOf(Operation operation) =>
        (operation.Conditions ?? []).Aggregate(
            Conditions.None,
            (all, one) => all | Enum.Parse<Conditions>(one, ignoreCase: true)
        );

    private static string[] Words(Conditions conditions) =>
        [.. Enum.GetValues<Conditions>().Where(c => c != Conditions.None && conditions.HasFlag(c)).Select(Word)];

    private static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
