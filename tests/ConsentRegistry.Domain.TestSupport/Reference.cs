namespace ConsentRegistry.Domain.TestSupport;

/// <summary>
/// The rules R1 to R9 a second time, written from their text alone, naive and slow on purpose: strings, lists and LINQ,
/// and nothing of the domain. What it says and what the evaluator says are compared on random registries.
/// </summary>
internal sealed class Reference(ReferenceRegistry registry)
{
    private sealed record Speaker(string Scope, string Purpose, string? Requester, ReferenceSegment Segment)
    {
        public ReferenceChoice Choice => Segment.Choice;
    }

    private sealed record Turn(string Effect, string Reason, string? Detail, AnsweringDecider Decider)
    {
        public List<Speaker> Unbeaten { get; init; } = [];

        public List<ReferenceGrant> Answered { get; init; } = [];
    }

    private static readonly string[] Restrictiveness = ["allow", "ask", "deny"];

    public Answer Decide(string video, string purpose, string requester)
    {
        // R8: the video and everything it was made from, once each, depth first.
        var videos = new List<string>();
        Visit(video, videos);
        if (videos.Count > 64)
            return Answer.Indeterminate;

        // R7, R9: everybody, in the order in which a decision names them.
        var turns = videos
            .SelectMany(v =>
                Concerned(v, purpose).Select(who => TakeTurn(who.CreatorId, who.Role, v, video, purpose, requester))
            )
            .ToList();
        var decisive = turns.OrderByDescending(t => Array.IndexOf(Restrictiveness, t.Effect)).First();
        if (decisive.Effect != "allow")
            return new(false, decisive.Effect, decisive.Reason, decisive.Detail, "", "", decisive.Decider);

        var allows = turns.SelectMany(t => t.Unbeaten).Where(s => s.Choice.Effect == "allow").ToList();
        var grants = turns.SelectMany(t => t.Answered).ToList();
        var obligations = turns
            .SelectMany(t => t.Unbeaten)
            .SelectMany(s => s.Choice.Conditions.Split(' '))
            .Concat(grants.SelectMany(g => g.Conditions.Split(' ')))
            .Where(c => c.Length > 0)
            .Distinct()
            .Order(StringComparer.Ordinal);
        var excludes = registry
            .Purposes.Keys.Where(q => IsBelow(q, purpose))
            .Where(q =>
                allows.Any(a => IsBelow(q, a.Purpose) && !Reaches(a.Purpose, a.Choice.Vocabulary, q))
                || grants.Any(g => IsBelow(q, g.Purpose) && !Reaches(g.Purpose, g.Vocabulary, q))
            )
            .Order(StringComparer.Ordinal);
        return new(
            true,
            "allow",
            decisive.Reason,
            null,
            string.Join(' ', obligations),
            string.Join(' ', excludes),
            decisive.Decider
        )
        {
            HoldsUntil =
                allows.Select(a => a.Choice.ExpiresAt).Concat(grants.Select(g => g.ExpiresAt)).Min() ?? long.MaxValue,
            RestsOnCountedGrant = grants.Any(g => g.UsesLeft is not null),
        };
    }

    private void Visit(string video, List<string> seen)
    {
        if (seen.Contains(video))
            return;
        seen.Add(video);
        foreach (var source in registry.Videos.GetValueOrDefault(video)?.Sources ?? [])
            Visit(source, seen);
    }

    /// <summary>R7.</summary>
    private IEnumerable<(string CreatorId, string Role)> Concerned(string video, string purpose)
    {
        var likeness = registry.Purposes.Any(q => (q.Key == purpose || IsBelow(q.Key, purpose)) && q.Value.Likeness);
        var participants = registry.Videos.GetValueOrDefault(video)?.Participants ?? [];
        return participants
            .Where(p => p.Role == "coCreator" || likeness)
            .OrderBy(p => p.CreatorId, StringComparer.Ordinal)
            .ThenBy(p => p.Role == "coCreator" ? 0 : 1)
            .Prepend((OwnerOf(video), "owner"));
    }

    private Turn TakeTurn(
        string creatorId,
        string role,
        string video,
        string checkedVideo,
        string purpose,
        string requester
    )
    {
        var person = registry.People.GetValueOrDefault(creatorId) ?? new();
        var nobodysWord = new AnsweringDecider(creatorId, role, video, null, null, null, null, null);
        var turn =
            Stopped(person, purpose, nobodysWord)
            ?? Settled(person, video, checkedVideo, purpose, requester, nobodysWord);

        // R5: nobody knows who else is concerned by a video that is not registered.
        return turn.Effect != "deny" && !registry.Videos.ContainsKey(video)
            ? new("deny", "noConsent", "videoNotRegistered", nobodysWord)
            : turn;
    }

    /// <summary>R1.</summary>
    private static Turn? Stopped(ReferencePerson person, string purpose, AnsweringDecider decider)
    {
        if (person.IsErased)
            return new("deny", "noConsent", "erased", decider);
        foreach (var kind in new[] { "hold", "lockdown" })
        {
            if (!person.Stops.TryGetValue(kind, out var stop))
                continue;
            if (
                stop.Purposes is null
                || stop.Purposes.Any(l => l == purpose || IsBelow(purpose, l) || IsBelow(l, purpose))
            )
                return new("deny", kind, null, decider with { Version = stop.Version, ChangedAt = stop.ChangedAt });
        }
        return null;
    }

    /// <summary>R2 to R6.</summary>
    private Turn Settled(
        ReferencePerson person,
        string video,
        string checkedVideo,
        string purpose,
        string requester,
        AnsweringDecider nobodysWord
    )
    {
        // R2: scope and requester.
        var inScope = person
            .Defaults.Select(d => (Scope: "default", d.Key.Purpose, d.Key.Requester, Segments: d.Value))
            .Concat(
                person
                    .Overrides.Where(o => o.Key.Video == video)
                    .Select(o =>
                        (
                            Scope: "override",
                            o.Key.Purpose,
                            o.Key.Requester,
                            Segments: new List<ReferenceSegment> { o.Value }
                        )
                    )
            )
            .Where(s => s.Requester is null || s.Requester == requester)
            .ToList();

        // R3: the latest segment that starts at or before the publication; one without a start covers everything.
        var publishedAt = registry.Videos.GetValueOrDefault(video)?.PublishedAt;
        var covering = inScope
            .Select(s =>
                (
                    s.Scope,
                    s.Purpose,
                    s.Requester,
                    Segment: s.Segments.LastOrDefault(x => x.From is null || x.From <= publishedAt)
                )
            )
            .ToList();
        var speakers = covering
            .Where(s => s.Segment is not null)
            .Select(s => new Speaker(s.Scope, s.Purpose, s.Requester, s.Segment!))
            .ToList();
        bool IsExpired(Speaker s) => s.Choice.Effect == "allow" && s.Choice.ExpiresAt <= registry.Now;
        bool IsTooOld(Speaker s) => s.Choice.Effect == "allow" && !Reaches(s.Purpose, s.Choice.Vocabulary, purpose);

        var atOrAbove = speakers.Where(s => IsAtOrAbove(s.Purpose, purpose)).ToList();
        var candidates = atOrAbove.Where(s => !IsExpired(s) && !IsTooOld(s)).ToList();

        // R5.
        if (candidates.Count == 0)
        {
            var detail =
                covering.Any(s => IsAtOrAbove(s.Purpose, purpose) && s.Segment is null) ? "publishedBeforeConsent"
                : atOrAbove.Any(IsTooOld) ? "purposeNewerThanConsent"
                : atOrAbove.Any(IsExpired) ? "expired"
                : "neverSet";
            return new("deny", "noConsent", detail, nobodysWord);
        }

        // R4.
        var unbeaten = candidates.Where(b => !candidates.Exists(a => Beats(a, b))).ToList();
        var lower = speakers.Where(s => IsBelow(s.Purpose, purpose) && !IsExpired(s)).ToList();
        var unbeatenLower = lower.Where(b => !lower.Exists(a => a.Purpose == b.Purpose && Beats(a, b))).ToList();
        var heard = unbeaten.Concat(unbeatenLower).ToList();
        var effect = heard.Select(s => s.Choice.Effect).MaxBy(e => Array.IndexOf(Restrictiveness, e))!;
        var named = (effect == "allow" ? unbeaten : heard)
            .Where(s => s.Choice.Effect == effect)
            .OrderBy(s => s.Scope == "override" ? 0 : 1)
            .ThenBy(s => s.Requester is not null ? 0 : 1)
            .ThenByDescending(s => s.Purpose.Split('.').Length)
            .ThenBy(s => s.Purpose, StringComparer.Ordinal)
            .First();

        // R6.
        var answered =
            effect != "ask"
                ? []
                : person
                    .Grants.Where(g =>
                        g.Requester == requester
                        && g.UsedIn == checkedVideo
                        && g.Video == video
                        && IsAtOrAbove(g.Purpose, purpose)
                    )
                    .Where(g => Reaches(g.Purpose, g.Vocabulary, purpose))
                    .Where(g => !(g.ExpiresAt <= registry.Now) && !g.IsRevoked && g.UsesLeft is null or > 0)
                    .ToList();
        if (answered.Count > 0)
        {
            var grant = answered
                .OrderByDescending(g => g.Purpose.Split('.').Length)
                .ThenByDescending(g => g.Version)
                .First();
            var granter = nobodysWord with
            {
                Scope = "grant",
                Purpose = grant.Purpose,
                Requester = requester,
                Version = grant.Version,
                ChangedAt = grant.ChangedAt,
            };
            return new("allow", "grant", null, granter) { Unbeaten = heard, Answered = answered };
        }

        var decider = nobodysWord with
        {
            Scope = named.Scope,
            Purpose = named.Purpose,
            Requester = named.Requester,
            Version = named.Segment.Version,
            ChangedAt = named.Segment.ChangedAt,
        };
        return new(effect, named.Scope == "override" ? "videoOverride" : "creatorDefault", null, decider)
        {
            Unbeaten = heard,
        };
    }

    /// <summary>R4: at least as specific in all three respects, and more specific in one.</summary>
    private static bool Beats(Speaker a, Speaker b)
    {
        var (scope, otherScope) = (a.Scope == "override" ? 1 : 0, b.Scope == "override" ? 1 : 0);
        var (requester, otherRequester) = (a.Requester is null ? 0 : 1, b.Requester is null ? 0 : 1);
        var (purpose, otherPurpose) = (a.Purpose.Split('.').Length, b.Purpose.Split('.').Length);
        return scope >= otherScope
            && requester >= otherRequester
            && purpose >= otherPurpose
            && (scope > otherScope || requester > otherRequester || purpose > otherPurpose);
    }

    /// <summary>
    /// R3's vocabulary rule: an allow or a grant does not reach a purpose below its own that is newer than it.
    /// </summary>
    private bool Reaches(string purpose, int vocabulary, string target) =>
        purpose == target || registry.Purposes[target].IntroducedIn <= vocabulary;

    internal static bool IsBelow(string purpose, string other) =>
        purpose.StartsWith(other + ".", StringComparison.Ordinal);

    private static bool IsAtOrAbove(string purpose, string other) => purpose == other || IsBelow(other, purpose);

    private static string OwnerOf(string video) => video[..video.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>A decision in plain words, the same from the evaluator and from the reference.</summary>
internal sealed record Answer(
    bool Allowed,
    string Effect,
    string Reason,
    string? Detail,
    string Obligations,
    string Excludes,
    AnsweringDecider? DecidedBy
)
{
    public static Answer Indeterminate { get; } = new(false, "deny", "indeterminate", null, "", "", null);

    /// <summary>When an allow ends at the latest; the last moment for everything else.</summary>
    public long HoldsUntil { get; init; } = long.MaxValue;

    public bool RestsOnCountedGrant { get; init; }
}

internal sealed record AnsweringDecider(
    string CreatorId,
    string Role,
    string Video,
    string? Scope,
    string? Purpose,
    string? Requester,
    long? Version,
    long? ChangedAt
);
