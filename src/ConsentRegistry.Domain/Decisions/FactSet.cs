using System.Runtime.InteropServices;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>What the registry knows of a creator beside settings.</summary>
/// <param name="Version">The version of the creator's stream; 0 if there is none.</param>
/// <param name="IsErased">Whether the creator was erased.</param>
/// <param name="Hold">The operator's stop.</param>
/// <param name="Lockdown">The creator's stop.</param>
public sealed record CreatorState(long Version, bool IsErased, Stop? Hold, Stop? Lockdown)
{
    /// <summary>A creator never heard of.</summary>
    public static readonly CreatorState Unknown = new(0, false, null, null);
}

/// <summary>
/// The facts of some checks, all of one snapshot. Creators and videos are numbered in the order in which they turn up.
/// </summary>
public sealed class FactSet(Vocabulary vocabulary, Instant readAt)
{
    private readonly Numbering<CreatorId> creators = new();
    private readonly Numbering<VideoKey> videos = new();
    private readonly Dictionary<VideoKey, VideoEntry> registered = [];
    private readonly Dictionary<CreatorId, CreatorState> states = [];

    // By the requester too, so that a check looks at what bears on its own and not at what thousands of others are
    // named in.
    private readonly Dictionary<DefaultPlace, Dictionary<DefaultKey, DefaultSetting>> defaults = [];
    private readonly Dictionary<OverridePlace, Dictionary<OverrideKey, OverrideSetting>> overrides = [];
    private readonly Dictionary<GrantPlace, Dictionary<Guid, GrantRecord>> grants = [];
    private readonly Dictionary<CreatorId, HashSet<Requester>> named = [];

    /// <summary>The vocabulary of the snapshot.</summary>
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>The database's time of the snapshot, which is what expiries are compared with.</summary>
    public Instant ReadAt { get; } = readAt;

    /// <summary>Adds what is registered about a video; null if nothing is.</summary>
    public void Add(VideoKey video, VideoRecord? record) =>
        registered[video] = record is null
            ? new(null, [], [])
            : new(
                record,
                [
                    .. record.Participants.Select(participant => new Participant(
                        HandleOf(participant.Creator),
                        participant.Role
                    )),
                ],
                [.. record.Sources.Select(HandleOf)]
            );

    /// <summary>Adds what is known of a creator beside settings.</summary>
    public void Add(CreatorId creator, CreatorState state) => states[creator] = state;

    /// <summary>Adds or replaces a default; null takes it away.</summary>
    public void Add(CreatorId creator, DefaultKey key, DefaultSetting? setting)
    {
        Name(creator, key.Requester);
        Put(defaults, new(creator, key.Requester), key, setting);
    }

    /// <summary>Adds or replaces an override; null takes it away.</summary>
    public void Add(CreatorId creator, OverrideKey key, OverrideSetting? setting)
    {
        Name(creator, key.Requester);
        Put(overrides, new(creator, key.Video, key.Requester), key, setting);
    }

    /// <summary>Adds or replaces a grant.</summary>
    public void Add(CreatorId creator, Guid id, GrantRecord grant) =>
        Put(grants, new(creator, grant.Video, grant.UsedIn, grant.Requester), id, grant);

    /// <summary>
    /// The requesters whom settings of a creator name, of those that were added. One whose settings were taken away since
    /// may be among them.
    /// </summary>
    public IReadOnlyCollection<Requester> RequestersNamedBy(CreatorId creator) =>
        named.GetValueOrDefault(creator) ?? (IReadOnlyCollection<Requester>)[];

    /// <summary>
    /// The grants of a creator about a video that were given to a requester for use in the checked one, whether or not
    /// they answer.
    /// </summary>
    /// <param name="creator">The creator who decides.</param>
    /// <param name="video">The video about which they decide.</param>
    /// <param name="usedIn">The checked video.</param>
    /// <param name="requester">The requester of the check.</param>
    public IEnumerable<KeyValuePair<Guid, GrantRecord>> GrantsOf(
        CreatorId creator,
        VideoKey video,
        VideoKey usedIn,
        Requester requester
    ) => Index(grants, new(creator, video, usedIn, requester));

    /// <summary>
    /// Whether a creator has set a deny that touches a grant of theirs (R6), after what last became of the grant.
    /// </summary>
    /// <param name="creator">The creator who gave it.</param>
    /// <param name="grant">The grant.</param>
    public bool IsDeniedSince(CreatorId creator, GrantRecord grant)
    {
        bool Denies(SettingKey place, Choice choice, Stamp stamp) =>
            choice.Effect == Effect.Deny
            && stamp.Version > grant.Stamp.Version
            && Grant.IsTouchedBy(place, grant.Place);
        // One that names somebody else touches no grant of this requester.
        return NamedFor(grant.Requester)
            .Any(named =>
                Index(defaults, new(creator, named))
                    .Any(one =>
                        Denies(SettingKey.From(one.Key), one.Value.Segments[^1].Choice, one.Value.Segments[^1].Stamp)
                    )
                || Index(overrides, new(creator, grant.Video, named))
                    .Any(one => Denies(SettingKey.From(one.Key), one.Value.Choice, one.Value.Stamp))
            );
    }

    /// <summary>The videos whose facts were added, whether or not anybody has registered them.</summary>
    public IEnumerable<VideoKey> Videos => registered.Keys;

    /// <summary>What is registered about a video that was read; null if nothing is.</summary>
    public VideoRecord? RecordOf(VideoKey video) => registered.GetValueOrDefault(video).Record;

    /// <summary>What is known of a creator beside settings.</summary>
    public CreatorState StateOf(CreatorId creator) => states.GetValueOrDefault(creator, CreatorState.Unknown);

    /// <summary>The creator that a decision names.</summary>
    public CreatorId CreatorOf(CreatorHandle handle) => creators[handle.Value];

    /// <summary>The video that a decision names.</summary>
    public VideoKey VideoOf(VideoHandle handle) => videos[handle.Value];

    /// <summary>
    /// Decides one check from these facts, seen from a requester; from one that nobody named if there is none.
    /// </summary>
    public Decision Decide<TTrace>(VideoKey video, PurposeIndex purpose, Requester? requester, ref TTrace trace)
        where TTrace : ITrace
    {
        var view = new View(this, requester);
        return Evaluator.Decide(new Check(HandleOf(video), purpose, ReadAt), ref view, Vocabulary, ref trace);
    }

    /// <summary>
    /// Decides one check from these facts, seen from a requester; from one that nobody named if there is none.
    /// </summary>
    public Decision Decide(VideoKey video, PurposeIndex purpose, Requester? requester)
    {
        var silent = default(NoTrace);
        return Decide(video, purpose, requester, ref silent);
    }

    // Anybody first, then the requester where there is one.
    private static IEnumerable<Requester?> NamedFor(Requester? requester) =>
        requester is null ? [null] : [null, requester];

    private static Dictionary<TKey, TSetting> Index<TPlace, TKey, TSetting>(
        Dictionary<TPlace, Dictionary<TKey, TSetting>> all,
        TPlace place
    )
        where TPlace : notnull
        where TKey : notnull => all.GetValueOrDefault(place) ?? Nothing<TKey, TSetting>.Settings;

    private static class Nothing<TKey, TSetting>
        where TKey : notnull
    {
        public static readonly Dictionary<TKey, TSetting> Settings = [];
    }

    private CreatorHandle HandleOf(CreatorId creator) => new(creators.NumberOf(creator));

    private VideoHandle HandleOf(VideoKey video) => new(videos.NumberOf(video));

    private void Name(CreatorId creator, Requester? requester)
    {
        if (requester is null)
            return;
        ref var requesters = ref CollectionsMarshal.GetValueRefOrAddDefault(named, creator, out _);
        (requesters ??= []).Add(requester.Value);
    }

    private static void Put<TOwner, TKey, TSetting>(
        Dictionary<TOwner, Dictionary<TKey, TSetting>> all,
        TOwner owner,
        TKey key,
        TSetting? setting
    )
        where TOwner : notnull
        where TKey : notnull
        where TSetting : class
    {
        ref var settings = ref CollectionsMarshal.GetValueRefOrAddDefault(all, owner, out _);
        settings ??= [];
        if (setting is null)
            settings.Remove(key);
        else
            settings[key] = setting;
    }

    private readonly record struct DefaultPlace(CreatorId Creator, Requester? Requester);

    private readonly record struct OverridePlace(CreatorId Creator, VideoKey Video, Requester? Requester);

    private readonly record struct GrantPlace(CreatorId Creator, VideoKey Video, VideoKey UsedIn, Requester Requester);

    private readonly record struct VideoEntry(VideoRecord? Record, Participant[] Participants, VideoHandle[] Sources);

    /// <summary>The facts, seen from one requester.</summary>
    private readonly struct View(FactSet facts, Requester? requester) : IFacts
    {
        private readonly List<Setting> settings = [];
        private readonly List<Grant> given = [];

        public bool TryRead(VideoHandle video, out VideoFacts answer)
        {
            var key = facts.VideoOf(video);
            // A video beyond the limit was not read: not knowing it is not the same as nobody having registered it.
            if (!facts.registered.TryGetValue(key, out var entry))
            {
                answer = default;
                return false;
            }
            answer = new()
            {
                Owner = facts.HandleOf(key.Creator),
                IsRegistered = entry.Record is not null,
                PublishedAt = entry.Record?.PublishedAt,
                Participants = entry.Participants,
                Sources = entry.Sources,
            };
            return true;
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts answer)
        {
            var id = facts.CreatorOf(creator);
            settings.Clear();
            Add(id, facts.VideoOf(video), null);
            if (requester is not null)
                Add(id, facts.VideoOf(video), requester);
            given.Clear();
            if (requester is { } asking)
            {
                foreach (var (_, grant) in facts.GrantsOf(id, facts.VideoOf(video), facts.VideoOf(usedIn), asking))
                    given.Add(grant.AsFact(facts.Vocabulary.Find(grant.Terms.Purpose)));
            }
            var state = facts.StateOf(id);
            answer = new()
            {
                IsErased = state.IsErased,
                Stops = StopFact.Standing(state.Hold, state.Lockdown, facts.Vocabulary),
                Settings = CollectionsMarshal.AsSpan(settings),
                Grants = CollectionsMarshal.AsSpan(given),
            };
            return true;
        }

        private void Add(CreatorId creator, VideoKey about, Requester? named)
        {
            var audience = named is null ? Audience.Anybody : Audience.Requester;
            foreach (var (key, setting) in Index(facts.defaults, new(creator, named)))
                Setting.Add(settings, setting, facts.Vocabulary.Find(key.Purpose), audience);
            foreach (var (key, setting) in Index(facts.overrides, new(creator, about, named)))
                settings.Add(Setting.Create(setting, facts.Vocabulary.Find(key.Purpose), audience));
        }
    }
}

/// <summary>Numbers things in the order in which they turn up.</summary>
internal sealed class Numbering<T>
    where T : notnull
{
    private readonly Dictionary<T, int> numbers = [];
    private readonly List<T> items = [];

    public T this[long number] => items[(int)number];

    public int NumberOf(T item)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, item, out var known);
        if (!known)
        {
            number = items.Count;
            items.Add(item);
        }
        return number;
    }
}
