using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>Operations as a decision case has them, and checks after the last one. It prints as such a case.</summary>
public sealed record Scenario(Operation[] Operations, CaseQuestion[] Questions)
{
    private static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override string ToString() =>
        string.Join(
            '\n',
            Operations
                .Select(o => JsonSerializer.Serialize(o, Compact))
                .Concat(Questions.Select(q => JsonSerializer.Serialize(q, Compact)))
        );
}

/// <summary>
/// Random registries, crowded on purpose: few creators, videos, requesters and purposes, so that settings meet, beat,
/// clamp and expire each other all the time. What they meet is counted in <see cref="ScenarioStatisticsTests"/>.
/// </summary>
internal static class Scenarios
{
    public static readonly string[] Creators = ["ana", "Bea", "cem"];

    public static readonly string[] Requesters = ["studio", "label", "search"];

    private static readonly string[] FurtherPurposes =
    [
        "remix.dub",
        "remix.voice.song",
        "remix.voice.song.cover",
        "remix.background.sky",
        "grounding.live",
        "grounding.live.tv",
    ];

    private static readonly Gen<string> Creator = Gen.Elements(Creators);

    private static readonly Gen<VideoName> Video = Gen.Elements(
        new VideoName("ana", "v1"),
        new VideoName("ana", "v1"),
        new VideoName("ana", "v2"),
        new VideoName("Bea", "v1"),
        new VideoName("cem", "v1")
    );

    private static readonly Gen<string> KnownPurpose = Weighted(
        (12, "remix"),
        (8, "remix.voice"),
        (1, "remix.background"),
        (1, "training.generative"),
        (2, "grounding")
    );

    private static readonly Gen<string> AnyPurpose = Gen.Frequency(
        (2, KnownPurpose),
        (1, Gen.Elements(FurtherPurposes))
    );

    private static readonly Gen<string?> Named = Weighted<string?>(
        (5, null),
        (4, "studio"),
        (1, "label"),
        (1, "search")
    );

    private static readonly Gen<string> Effect = Weighted((6, "allow"), (4, "ask"), (1, "deny"));

    private static readonly Gen<string> AppliesTo = Gen.Elements("all", "future");

    private static readonly Gen<string[]?> Conditions = Weighted<string[]?>(
        (6, null),
        (2, ["attribution"]),
        (1, ["labelAsAi"]),
        (1, ["nonCommercial", "attribution"])
    );

    // Operations are a minute apart, so that many expiries fall just before, at or just after the moment of a check.
    private static readonly Gen<int?> Expiry = Gen.Frequency(
        (5, Gen.Constant<int?>(null)),
        (
            3,
            Gen.Choose(1, 16)
                .SelectMany(minutes => Gen.Choose(-1, 1).Select(seconds => (int?)((60 * minutes) + seconds)))
        )
    );

    private static readonly Gen<string> Published = Gen.Frequency(
        (4, Gen.Constant("now")),
        (2, Gen.Constant("longAgo")),
        (1, Gen.Constant("unknown")),
        (5, Gen.Choose(1, 14).Select(minutes => $"-{60 * minutes}"))
    );

    private static readonly Gen<Operation> SetDefault =
        from creator in Creator
        from purpose in AnyPurpose
        from requester in Named
        from operation in Choice(new("setDefault", creator, Purpose: purpose, Requester: requester))
        from appliesTo in AppliesTo
        select operation with
        {
            AppliesTo = operation.Effect == "allow" ? appliesTo : null,
        };

    // The same few defaults allowed again and again: what the ratchet clamps, appends and merges.
    private static readonly Gen<Operation> AllowAgain =
        from operation in SetDefault
        from purpose in Weighted((3, "remix"), (1, "remix.voice"))
        select operation with
        {
            Purpose = purpose,
            Requester = null,
            Effect = "allow",
            AppliesTo = "future",
            ExpiresInSeconds = operation.Effect == "allow" ? operation.ExpiresInSeconds : null,
        };

    private static readonly Gen<Operation> SetOverride =
        from video in Video
        from creator in Gen.Frequency((3, Gen.Constant(video.CreatorId)), (2, Creator))
        from purpose in AnyPurpose
        from requester in Named
        from operation in Choice(new("setOverride", creator, Purpose: purpose, Requester: requester, Video: video))
        select operation;

    private static readonly Gen<Operation> Grant =
        from video in Video
        from usedIn in Gen.Frequency((4, Gen.Constant(video)), (1, Video))
        from creator in Gen.Frequency((3, Gen.Constant(video.CreatorId)), (1, Creator))
        from purpose in Gen.Frequency((2, Gen.Constant("remix")), (3, AnyPurpose))
        from requester in Weighted((6, "studio"), (1, "label"))
        from conditions in Conditions
        from expiry in Expiry
        from uses in Weighted<int?>((6, null), (1, 0), (2, 3))
        select new Operation(
            "grant",
            creator,
            Purpose: purpose,
            Requester: requester,
            Conditions: conditions,
            ExpiresInSeconds: expiry,
            Video: video,
            UsedIn: usedIn == video ? null : usedIn,
            Uses: uses
        );

    private static readonly Gen<Operation> Clear =
        from video in Video
        from creator in Creator
        from purpose in AnyPurpose
        from requester in Named
        from scope in Gen.Elements(true, false)
        select scope
            ? new Operation("clearDefault", creator, Purpose: purpose, Requester: requester)
            : new Operation("clearOverride", video.CreatorId, Purpose: purpose, Requester: requester, Video: video);

    private static readonly Gen<Operation> Stop =
        from creator in Creator
        from kind in Gen.Elements("hold", "lockdown")
        from one in AnyPurpose
        from other in AnyPurpose
        from purposes in Gen.Frequency(
            (1, Gen.Constant<string[]?>(null)),
            (3, Gen.Constant<string[]?>([one])),
            (2, Gen.Constant<string[]?>([one, other]))
        )
        select new Operation(kind, creator, Purposes: purposes);

    private static readonly Gen<Operation> Lift =
        from creator in Creator
        from kind in Gen.Elements("liftHold", "liftLockdown")
        select new Operation(kind, creator);

    private static readonly Gen<Operation> RegisterPurpose =
        from purpose in Gen.Elements(FurtherPurposes)
        from likeness in Weighted((3, false), (1, true))
        select new Operation("registerPurpose", Purpose: purpose, UsesLikeness: likeness);

    private static readonly Gen<Operation> RegisterVideo = Video.SelectMany(Registered);

    private static readonly Gen<Operation> Change = Gen.Frequency(
        (50, SetDefault),
        (30, AllowAgain),
        (30, SetOverride),
        (50, Grant),
        (8, Clear),
        (5, Stop),
        (14, Lift),
        (20, RegisterPurpose),
        (15, RegisterVideo),
        (1, Creator.Select(c => new Operation("erase", c))),
        (8, Gen.Choose(1, 4).Select(minutes => new Operation("wait", Seconds: (60 * minutes) - 1)))
    );

    // Without a broad first word of everybody nearly every answer would be silence.
    private static readonly Gen<Operation> FirstWord =
        from operation in SetDefault
        from effect in Weighted((4, "allow"), (3, "ask"))
        from purpose in Weighted((12, "remix"), (1, "grounding"))
        from appliesTo in Weighted((3, "all"), (2, "future"))
        select operation with
        {
            Purpose = purpose,
            Effect = effect,
            AppliesTo = effect == "allow" ? appliesTo : null,
            Requester = null,
            ExpiresInSeconds = null,
        };

    private static readonly Gen<CaseQuestion> Question =
        from video in Video
        from purpose in Gen.Frequency((2, KnownPurpose), (1, Gen.Elements(FurtherPurposes)))
        from requester in Weighted((6, "studio"), (1, "label"), (1, "search"))
        select new CaseQuestion(video.CreatorId, video.VideoId, purpose, requester);

    private static readonly Gen<Scenario> Random =
        from words in FirstWord.ArrayOf(3)
        from spoken in Weighted((8, 3), (1, 2), (1, 1), (1, 0))
        from length in Gen.Choose(2, 16)
        from changes in Change.ArrayOf(length)
        from one in Registered(new("ana", "v1"))
        from two in Registered(new("ana", "v2"))
        from three in Registered(new("Bea", "v1"))
        from four in Registered(new("cem", "v1"))
        from registered in Weighted((12, 4), (1, 3), (1, 1))
        from questions in Question.ArrayOf(6)
        select Valid(
            [
                .. words[..spoken].Select((w, i) => w with { CreatorId = Creators[i] }),
                .. changes,
                .. new[] { one, two, three, four }[..registered],
            ],
            questions
        );

    public static Arbitrary<Scenario> Arbitrary { get; } = Arb.From(Random, Shrink);

    public static Gen<Scenario> Generator => Random;

    public static Gen<Operation> AnySetDefault => SetDefault;

    public static Gen<Operation> AnySetOverride => SetOverride;

    private static Gen<Operation> Registered(VideoName video) =>
        from published in Published
        from participants in Participants
        from sources in Gen.Frequency((5, Gen.Constant<VideoName[]>([])), (2, Video.ArrayOf(1)), (1, Video.ArrayOf(2)))
        select new Operation(
            "registerVideo",
            video.CreatorId,
            video.VideoId,
            published,
            participants,
            [.. sources.Where(s => s != video)]
        );

    private static Gen<ParticipantName[]> Participants =>
        from count in Weighted((5, 0), (2, 1), (1, 2))
        from participants in Creator
            .SelectMany(c => Gen.Elements("coCreator", "depicted").Select(r => new ParticipantName(c, r)))
            .ArrayOf(count)
        select participants;

    private static Gen<Operation> Choice(Operation operation) =>
        from effect in Effect
        from conditions in Conditions
        from expiry in Expiry
        select operation with
        {
            Effect = effect,
            Conditions = effect == "deny" ? null : conditions,
            ExpiresInSeconds = effect == "allow" ? expiry : null,
        };

    /// <summary>
    /// The scenario with every purpose that is not registered yet replaced by the nearest one above it that is.
    /// </summary>
    internal static Scenario Valid(IEnumerable<Operation> operations, IEnumerable<CaseQuestion> questions)
    {
        var known = Vocabulary.Initial.Purposes.Select(p => p.Purpose.Name).ToHashSet();
        var valid = new List<Operation>();
        foreach (var operation in operations)
        {
            if (operation.Op != "registerPurpose")
            {
                valid.Add(
                    operation with
                    {
                        Purpose = operation.Purpose is { } purpose ? NearestKnown(purpose) : null,
                        Purposes = operation.Purposes is { } list ? [.. list.Select(NearestKnown)] : null,
                    }
                );
            }
            else if (NearestKnown(operation.Purpose!) is var above && above == Parent(operation.Purpose!))
            {
                known.Add(operation.Purpose!);
                valid.Add(operation);
            }
        }
        return new([.. valid], [.. questions.Select(q => q with { Purpose = NearestKnown(q.Purpose) })]);

        string NearestKnown(string purpose) => known.Contains(purpose) ? purpose : NearestKnown(Parent(purpose));
    }

    private static string Parent(string purpose) => purpose[..purpose.LastIndexOf('.')];

    private static IEnumerable<Scenario> Shrink(Scenario scenario)
    {
        var (operations, questions) = (scenario.Operations, scenario.Questions);
        if (questions.Length > 1)
        {
            foreach (var question in questions)
                yield return Valid(operations, [question]);
        }
        for (var size = operations.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= operations.Length; start += size)
                yield return Valid([.. operations[..start], .. operations[(start + size)..]], questions);
        }
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = operations[i];
            Operation[] simpler =
            [
                operation with
                {
                    Conditions = null,
                },
                operation with
                {
                    ExpiresInSeconds = null,
                },
                operation with
                {
                    Uses = null,
                },
                operation with
                {
                    Participants = [],
                },
                operation with
                {
                    DerivedFrom = [],
                },
            ];
            foreach (var other in simpler.Where(s => !Same(s, operation)))
                yield return Valid([.. operations[..i], other, .. operations[(i + 1)..]], questions);
        }
    }

    private static bool Same(Operation a, Operation b) =>
        a == b
        || a with { Participants = b.Participants, DerivedFrom = b.DerivedFrom } == b
            && a.Participants?.Length == b.Participants?.Length
            && a.DerivedFrom?.Length == b.DerivedFrom?.Length
        || (a.Participants is { Length: 0 } && b.Participants is null)
        || (a.DerivedFrom is { Length: 0 } && b.DerivedFrom is null);

    private static Gen<T> Weighted<T>(params (int Weight, T Value)[] values) =>
        Gen.Frequency([.. values.Select(v => (v.Weight, Gen.Constant(v.Value)))]);
}
