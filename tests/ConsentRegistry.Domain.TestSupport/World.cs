using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.TestSupport;

/// <summary>A registry in memory, built from the domain alone: what tests change and check.</summary>
internal sealed class World
{
    private readonly Dictionary<CreatorId, Person> people = [];
    private readonly Dictionary<VideoKey, VideoRecord> videos = [];

    public Vocabulary Vocabulary { get; private set; } = Vocabulary.Initial;

    public Instant Now { get; set; } = new(1_800_000_000_000_000);

    public IReadOnlyDictionary<VideoKey, VideoRecord> Videos => videos;

    public Person this[CreatorId creator] =>
        people.TryGetValue(creator, out var person) ? person : people[creator] = new();

    public IReadOnlyDictionary<CreatorId, Person> People => people;

    public void RegisterVideo(
        VideoKey video,
        Instant? publishedAt,
        IEnumerable<RegisteredParticipant> participants,
        IEnumerable<VideoKey> sources
    ) =>
        videos[video] = VideoRecord
            .Register(video, null, new(publishedAt, [.. participants], [.. sources]), Now, mayWiden: false)
            .Value;

    public void RegisterPurpose(Purpose purpose, bool likeness) =>
        Vocabulary = new([
            .. Vocabulary.Purposes,
            Vocabulary.Register(purpose, likeness, "A purpose of a test.").Value,
        ]);

    public Result<DefaultSetting> SetDefault(CreatorId creator, DefaultKey key, Choice choice, AppliesTo appliesTo)
    {
        var person = this[creator];
        var standing = person.Defaults.GetValueOrDefault(key);
        var result = DefaultSetting.Set(standing, choice, appliesTo, person.NextStamp(Now));
        if (!result.Succeeded(out var setting, out _))
            return result;
        person.Defaults[key] = setting;
        var revokes = choice.Effect == Effect.Deny && person.RevokeGrants(SettingKey.From(key));
        person.Changed(!ReferenceEquals(setting, standing) || revokes);
        return result;
    }

    public void SetOverride(CreatorId creator, OverrideKey key, Choice choice)
    {
        var person = this[creator];
        var stands = person.Overrides.GetValueOrDefault(key)?.Choice == choice;
        if (!stands)
            person.Overrides[key] = new(choice, person.NextStamp(Now));
        var revokes = choice.Effect == Effect.Deny && person.RevokeGrants(SettingKey.From(key));
        person.Changed(!stands || revokes);
    }

    public void ClearDefault(CreatorId creator, DefaultKey key) =>
        this[creator].Changed(this[creator].Defaults.Remove(key));

    public void ClearOverride(CreatorId creator, OverrideKey key) =>
        this[creator].Changed(this[creator].Overrides.Remove(key));

    public void Hold(CreatorId creator, IReadOnlyCollection<Purpose>? purposes)
    {
        var person = this[creator];
        var standing = person.Hold;
        person.Hold = Stop.Add(standing, purposes, person.NextStamp(Now));
        person.Changed(!ReferenceEquals(person.Hold, standing));
    }

    public void LiftHold(CreatorId creator)
    {
        this[creator].Changed(this[creator].Hold is not null);
        this[creator].Hold = null;
    }

    public void Lockdown(CreatorId creator, IReadOnlyCollection<Purpose>? purposes)
    {
        var person = this[creator];
        var standing = person.Lockdown;
        person.Lockdown = Stop.Add(standing, purposes, person.NextStamp(Now));
        person.Changed(!ReferenceEquals(person.Lockdown, standing));
    }

    public void LiftLockdown(CreatorId creator)
    {
        this[creator].Changed(this[creator].Lockdown is not null);
        this[creator].Lockdown = null;
    }

    public void Erase(CreatorId creator)
    {
        this[creator].IsErased = true;
        this[creator].Changed(true);
    }

    public void Grant(CreatorId creator, GrantKey key, Grant grant)
    {
        this[creator].Grants.Add((key, grant with { Stamp = this[creator].NextStamp(Now) }));
        this[creator].Changed(true);
    }

    public Decision Decide(VideoKey video, Purpose purpose, Requester requester)
    {
        var silent = default(NoTrace);
        return Decide(video, purpose, requester, ref silent, out _);
    }

    public Decision Decide<TTrace>(
        VideoKey video,
        Purpose purpose,
        Requester requester,
        ref TTrace trace,
        out WorldFacts facts
    )
        where TTrace : ITrace
    {
        facts = new WorldFacts(this, requester);
        return Evaluator.Decide(
            new Check(facts.HandleOf(video), Vocabulary.Find(purpose), Now),
            ref facts,
            Vocabulary,
            ref trace
        );
    }
}

internal readonly record struct GrantKey(VideoKey Video, VideoKey UsedIn, Purpose Purpose, Requester Requester);

/// <summary>What one creator has said.</summary>
internal sealed class Person
{
    public Dictionary<DefaultKey, DefaultSetting> Defaults { get; } = [];

    public Dictionary<OverrideKey, OverrideSetting> Overrides { get; } = [];

    public List<(GrantKey Key, Grant Grant)> Grants { get; } = [];

    public Stop? Hold { get; set; }

    public Stop? Lockdown { get; set; }

    public bool IsErased { get; set; }

    public long Version { get; private set; }

    /// <summary>The stamp of the next change, if it is one: changing what already stands makes no version.</summary>
    public Stamp NextStamp(Instant now) => new(Version + 1, now);

    public void Changed(bool changed) => Version += changed ? 1 : 0;

    public bool RevokeGrants(SettingKey deny)
    {
        var revoked = false;
        for (var i = 0; i < Grants.Count; i++)
        {
            var (key, grant) = Grants[i];
            if (
                grant.IsRevoked || !Domain.Decisions.Grant.IsTouchedBy(deny, new(key.Video, key.Purpose, key.Requester))
            )
                continue;
            Grants[i] = (key, grant with { IsRevoked = true });
            revoked = true;
        }
        return revoked;
    }
}

/// <summary>The facts of a <see cref="World"/>, seen from one requester.</summary>
internal sealed class WorldFacts(World world, Requester requester) : IFacts
{
    private readonly List<CreatorId> creators = [];
    private readonly List<VideoKey> videos = [];

    /// <summary>Turns the settings into another order, to show that none matters.</summary>
    public Func<List<List<Setting>>, IEnumerable<List<Setting>>> Arrange { get; set; } = settings => settings;

    /// <summary>Turns the grants into another order, for the same purpose.</summary>
    public Func<IEnumerable<Grant>, IEnumerable<Grant>> ArrangeGrants { get; set; } = grants => grants;

    public CreatorId CreatorOf(CreatorHandle handle) => creators[(int)handle.Value];

    public VideoKey VideoOf(VideoHandle handle) => videos[(int)handle.Value];

    public CreatorHandle HandleOf(CreatorId creator) => new(IndexOf(creators, creator));

    public VideoHandle HandleOf(VideoKey video) => new(IndexOf(videos, video));

    public bool TryRead(VideoHandle video, out VideoFacts facts)
    {
        var key = VideoOf(video);
        facts = world.Videos.TryGetValue(key, out var record)
            ? new()
            {
                Owner = HandleOf(key.Creator),
                IsRegistered = true,
                PublishedAt = record.PublishedAt,
                Participants = record.Participants.Select(p => new Participant(HandleOf(p.Creator), p.Role)).ToArray(),
                Sources = record.Sources.Select(HandleOf).ToArray(),
            }
            : new() { Owner = HandleOf(key.Creator) };
        return true;
    }

    public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
    {
        var person = world.People.GetValueOrDefault(CreatorOf(creator)) ?? new();
        var groups = new List<List<Setting>>();
        foreach (var (key, setting) in person.Defaults)
        {
            groups.Add([]);
            Setting.Add(groups[^1], setting, world.Vocabulary.Find(key.Purpose), AudienceOf(key.Requester));
        }
        foreach (var (key, setting) in person.Overrides.Where(o => o.Key.Video == VideoOf(video)))
            groups.Add([Setting.Create(setting, world.Vocabulary.Find(key.Purpose), AudienceOf(key.Requester))]);
        facts = new()
        {
            IsErased = person.IsErased,
            Stops = StopFact.Standing(person.Hold, person.Lockdown, world.Vocabulary),
            Settings = Arrange(groups).SelectMany(g => g).ToArray(),
            Grants = ArrangeGrants(
                    person
                        .Grants.Where(g =>
                            g.Key.Requester == requester
                            && g.Key.Video == VideoOf(video)
                            && g.Key.UsedIn == VideoOf(usedIn)
                        )
                        .Select(g => g.Grant)
                )
                .ToArray(),
        };
        return true;
    }

    private Audience AudienceOf(Requester? named) =>
        named is null ? Audience.Anybody
        : named == requester ? Audience.Requester
        : Audience.SomebodyElse;

    private static int IndexOf<T>(List<T> list, T item)
    {
        if (list.IndexOf(item) is >= 0 and var at)
            return at;
        list.Add(item);
        return list.Count - 1;
    }
}
