namespace ConsentRegistry.Domain.TestSupport;

/// <summary>
/// What a registry stores, in plain words, and how operations change it: R3's ratchet and R6's revocation from their
/// text.
/// </summary>
internal sealed class ReferenceRegistry
{
    public Dictionary<string, (bool Likeness, int IntroducedIn)> Purposes { get; } =
        new(StringComparer.Ordinal)
        {
            ["remix"] = (false, 1),
            ["remix.background"] = (false, 1),
            ["remix.meme"] = (true, 1),
            ["remix.voice"] = (true, 1),
            ["remix.likeness"] = (true, 1),
            ["training"] = (true, 1),
            ["training.generative"] = (true, 1),
            ["training.nongenerative"] = (true, 1),
            ["grounding"] = (false, 1),
            ["mining"] = (false, 1),
        };

    public Dictionary<string, ReferencePerson> People { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ReferenceVideo> Videos { get; } = new(StringComparer.Ordinal);

    public long Now { get; private set; } = 1_800_000_000_000_000;

    private int VocabularyVersion => Purposes.Values.Max(p => p.IntroducedIn);

    public static ReferenceRegistry Play(IEnumerable<Operation> operations)
    {
        var registry = new ReferenceRegistry();
        foreach (var operation in operations)
            registry.Apply(operation);
        return registry;
    }

    private void Apply(Operation operation)
    {
        Now += operation.Op == "wait" ? operation.Seconds * 1_000_000L : 60_000_000L;
        if (operation.Op == "wait")
            return;
        if (operation.Op == "registerPurpose")
        {
            Purposes.Add(operation.Purpose!, (operation.UsesLikeness, VocabularyVersion + 1));
            return;
        }
        if (operation.Op == "registerVideo")
        {
            Videos[$"{operation.CreatorId}/{operation.VideoId}"] = new(
                operation.Published switch
                {
                    "now" => Now,
                    "longAgo" => 1_577_836_800_000_000,
                    "unknown" or null => null,
                    var seconds => Now + (long.Parse(seconds) * 1_000_000L),
                },
                [.. (operation.Participants ?? []).Select(p => (p.CreatorId, p.Role)).Distinct()],
                [.. (operation.DerivedFrom ?? []).Select(KeyOf).Distinct()]
            );
            return;
        }
        if (!People.TryGetValue(operation.CreatorId!, out var person))
            People[operation.CreatorId!] = person = new();
        if (Change(person, operation))
            person.Version++;
    }

    /// <summary>
    /// Makes one creator's change under the next version; false if it already stood, which is no change.
    /// </summary>
    private bool Change(ReferencePerson person, Operation operation)
    {
        var version = person.Version + 1;
        var video = operation.Video is { } named ? KeyOf(named) : null;
        switch (operation.Op)
        {
            case "setDefault":
                var key = (operation.Purpose!, operation.Requester);
                var standing = person.Defaults.GetValueOrDefault(key) ?? [];
                var segments = Ratchet(standing, ChoiceOf(operation), operation.AppliesTo == "all", version);
                person.Defaults[key] = segments;
                return Revoke(person, operation, null) | !segments.SequenceEqual(standing);
            case "setOverride":
                var place = (video!, operation.Purpose!, operation.Requester);
                var before = person.Overrides.GetValueOrDefault(place);
                var choice = ChoiceOf(operation);
                if (before?.Choice != choice)
                    person.Overrides[place] = new(null, choice, version, Now);
                return Revoke(person, operation, video) | before?.Choice != choice;
            case "clearDefault":
                return person.Defaults.Remove((operation.Purpose!, operation.Requester));
            case "clearOverride":
                return person.Overrides.Remove((video!, operation.Purpose!, operation.Requester));
            case "hold" or "lockdown":
                return Stop(person, operation, version);
            case "liftHold":
                return person.Stops.Remove("hold");
            case "liftLockdown":
                return person.Stops.Remove("lockdown");
            case "erase":
                person.IsErased = true;
                return true;
            case "grant":
                person.Grants.Add(
                    new(
                        video!,
                        operation.UsedIn is { } usedIn ? KeyOf(usedIn) : video!,
                        operation.Purpose!,
                        operation.Requester!,
                        ConditionsOf(operation),
                        VocabularyVersion,
                        ExpiryOf(operation),
                        operation.Uses,
                        version,
                        Now
                    )
                );
                return true;
            default:
                throw new NotSupportedException(operation.Op);
        }
    }

    /// <summary>R3: what setting a default makes of its segments.</summary>
    private List<ReferenceSegment> Ratchet(
        List<ReferenceSegment> standing,
        ReferenceChoice choice,
        bool all,
        long version
    )
    {
        if (choice.Effect != "allow" || all)
        {
            return standing is [{ From: null } only] && only.Choice == choice
                ? standing
                : [new(null, choice, version, Now)];
        }
        var segments = new List<ReferenceSegment>();
        foreach (var segment in standing)
        {
            var clamped = Clamp(segment.Choice, choice);
            segments.Add(
                clamped == segment.Choice
                    ? segment
                    : segment with
                    {
                        Choice = clamped,
                        Version = version,
                        ChangedAt = Now,
                    }
            );
        }
        if (segments.Count == 0 || segments[^1].Choice != choice)
            segments.Add(new(Now, choice, version, Now));
        for (var i = segments.Count - 1; i > 0; i--)
        {
            if (segments[i].Choice == segments[i - 1].Choice)
                segments.RemoveAt(i);
        }
        return segments;
    }

    /// <summary>R3: a segment made at most as permissive as a new allow.</summary>
    private static ReferenceChoice Clamp(ReferenceChoice choice, ReferenceChoice allow) =>
        new(
            choice.Effect,
            choice.Effect == "deny" ? "" : Sorted($"{choice.Conditions} {allow.Conditions}".Split(' ')),
            choice.Effect != "allow" ? null
                : choice.ExpiresAt is null ? allow.ExpiresAt
                : allow.ExpiresAt is null ? choice.ExpiresAt
                : Math.Min(choice.ExpiresAt.Value, allow.ExpiresAt.Value),
            Math.Min(choice.Vocabulary, allow.Vocabulary)
        );

    /// <summary>R6: a deny revokes the grants that it touches.</summary>
    private static bool Revoke(ReferencePerson person, Operation deny, string? video)
    {
        var touched =
            deny.Effect != "deny"
                ? []
                : person
                    .Grants.Where(g => !g.IsRevoked)
                    .Where(g => video is null || g.Video == video)
                    .Where(g => deny.Requester is null || g.Requester == deny.Requester)
                    .Where(g =>
                        g.Purpose == deny.Purpose
                        || Reference.IsBelow(g.Purpose, deny.Purpose!)
                        || Reference.IsBelow(deny.Purpose!, g.Purpose)
                    )
                    .ToList();
        foreach (var grant in touched)
            grant.IsRevoked = true;
        return touched.Count > 0;
    }

    /// <summary>R1: a further stop adds to the one that stands.</summary>
    private bool Stop(ReferencePerson person, Operation operation, long version)
    {
        var standing = person.Stops.GetValueOrDefault(operation.Op);
        if (standing is { Purposes: null })
            return false;
        var listed = operation.Purposes is null
            ? null
            : (standing?.Purposes ?? []).Union(operation.Purposes).Order(StringComparer.Ordinal).ToList();
        if (standing is not null && listed is not null && listed.SequenceEqual(standing.Purposes!))
            return false;
        person.Stops[operation.Op] = new(listed, version, Now);
        return true;
    }

    private ReferenceChoice ChoiceOf(Operation operation) =>
        new(operation.Effect!, ConditionsOf(operation), ExpiryOf(operation), VocabularyVersion);

    private long? ExpiryOf(Operation operation) => Now + (operation.ExpiresInSeconds * 1_000_000L);

    private static string ConditionsOf(Operation operation) => Sorted(operation.Conditions ?? []);

    private static string Sorted(IEnumerable<string> words) =>
        string.Join(' ', words.Where(w => w.Length > 0).Distinct().Order(StringComparer.Ordinal));

    private static string KeyOf(VideoName video) => $"{video.CreatorId}/{video.VideoId}";
}

internal sealed class ReferencePerson
{
    public Dictionary<(string Purpose, string? Requester), List<ReferenceSegment>> Defaults { get; } = [];

    public Dictionary<(string Video, string Purpose, string? Requester), ReferenceSegment> Overrides { get; } = [];

    public Dictionary<string, ReferenceStop> Stops { get; } = new(StringComparer.Ordinal);

    public List<ReferenceGrant> Grants { get; } = [];

    public bool IsErased { get; set; }

    public long Version { get; set; }
}

internal sealed record ReferenceChoice(string Effect, string Conditions, long? ExpiresAt, int Vocabulary);

internal sealed record ReferenceSegment(long? From, ReferenceChoice Choice, long Version, long ChangedAt);

internal sealed record ReferenceStop(List<string>? Purposes, long Version, long ChangedAt);

internal sealed record ReferenceGrant(
    string Video,
    string UsedIn,
    string Purpose,
    string Requester,
    string Conditions,
    int Vocabulary,
    long? ExpiresAt,
    int? UsesLeft,
    long Version,
    long ChangedAt
)
{
    public bool IsRevoked { get; set; }
}

internal sealed record ReferenceVideo(
    long? PublishedAt,
    List<(string CreatorId, string Role)> Participants,
    List<string> Sources
);
