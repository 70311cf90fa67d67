using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// The registry as it was, from events: folding is replacing records, never executing rules again. Events of a stream
/// are applied in their order; of several streams in any.
/// </summary>
public sealed class Fold
{
    private readonly List<PurposeDefinition> purposes = [];
    private readonly Dictionary<CreatorId, CreatorState> states = [];
    private readonly Dictionary<(CreatorId Creator, DefaultKey Key), DefaultSetting> defaults = [];
    private readonly Dictionary<(CreatorId Creator, OverrideKey Key), OverrideSetting> overrides = [];
    private readonly Dictionary<(CreatorId Creator, Guid Id), GrantRecord> grants = [];
    private readonly Dictionary<VideoKey, VideoRecord> videos = [];

    /// <summary>What is known of a creator beside settings.</summary>
    public CreatorState StateOf(CreatorId creator) => states.GetValueOrDefault(creator, CreatorState.Unknown);

    /// <summary>What was registered about a video; null if nothing was.</summary>
    public VideoRecord? RecordOf(VideoKey video) => videos.GetValueOrDefault(video);

    /// <summary>A creator's defaults.</summary>
    public IEnumerable<KeyValuePair<DefaultKey, DefaultSetting>> DefaultsOf(CreatorId creator) =>
        defaults
            .Where(setting => setting.Key.Creator == creator)
            .Select(setting => KeyValuePair.Create(setting.Key.Key, setting.Value));

    /// <summary>A creator's overrides.</summary>
    public IEnumerable<KeyValuePair<OverrideKey, OverrideSetting>> OverridesOf(CreatorId creator) =>
        overrides
            .Where(setting => setting.Key.Creator == creator)
            .Select(setting => KeyValuePair.Create(setting.Key.Key, setting.Value));

    /// <summary>A creator's grants, whatever became of them.</summary>
    public IEnumerable<KeyValuePair<Guid, GrantRecord>> GrantsOf(CreatorId creator) =>
        grants
            .Where(grant => grant.Key.Creator == creator)
            .Select(grant => KeyValuePair.Create(grant.Key.Id, grant.Value));

    /// <summary>What is registered about a creator's videos.</summary>
    public IEnumerable<KeyValuePair<VideoKey, VideoRecord>> VideosOf(CreatorId creator) =>
        videos.Where(video => video.Key.Creator == creator);

    /// <summary>How many overrides a creator has.</summary>
    public long CountOverridesOf(CreatorId creator) => overrides.Keys.LongCount(key => key.Creator == creator);

    /// <summary>Notes that a stream is at a version, whose events may not concern the question at hand.</summary>
    public void Reach(StreamId stream, long version)
    {
        if (stream.Creator is { } creator)
            states[creator] = StateOf(creator) with { Version = version };
    }

    /// <summary>Applies an event.</summary>
    public void Apply(StreamId stream, long version, RecordedChange change)
    {
        Reach(stream, version);
        if (change is RecordedChange.OfPurpose added)
            purposes.Add(added.Purpose);
        else if (stream.Creator is { } creator)
            Apply(creator, change);
    }

    /// <summary>
    /// The facts for a check, as they were. Videos that nobody had registered are known to be unregistered.
    /// </summary>
    /// <param name="video">The checked video.</param>
    /// <param name="at">The moment that expiries are compared with.</param>
    /// <exception cref="InvalidOperationException">
    /// No purpose was applied: there is no registry without a vocabulary.
    /// </exception>
    public FactSet FactsFor(VideoKey video, Instant at)
    {
        if (purposes.Count == 0)
            throw new InvalidOperationException("No vocabulary was folded.");
        var facts = new FactSet(new(purposes), at);
        foreach (var reached in Reached(video))
            facts.Add(reached, RecordOf(reached));
        foreach (var (creator, state) in states)
            facts.Add(creator, state);
        foreach (var ((creator, key), setting) in defaults)
            facts.Add(creator, key, setting);
        foreach (var ((creator, key), setting) in overrides)
            facts.Add(creator, key, setting);
        foreach (var ((creator, id), grant) in grants)
            facts.Add(creator, id, grant);
        return facts;
    }

    /// <inheritdoc cref="ReachedVideos.From"/>
    public IReadOnlyCollection<VideoKey> Reached(VideoKey video) => ReachedVideos.From(video, RecordOf);

    private void Apply(CreatorId creator, RecordedChange change)
    {
        switch (change)
        {
            case RecordedChange.OfDefault setting:
                Put(defaults, (creator, setting.Key), setting.After);
                break;
            case RecordedChange.OfOverride setting:
                Put(overrides, (creator, setting.Key), setting.After);
                break;
            case RecordedChange.OfStop { Kind: StopKind.Hold } hold:
                states[creator] = StateOf(creator) with { Hold = hold.After };
                break;
            case RecordedChange.OfStop lockdown:
                states[creator] = StateOf(creator) with { Lockdown = lockdown.After };
                break;
            case RecordedChange.OfVideo video:
                videos[video.Video] = video.After;
                break;
            case RecordedChange.OfGrant grant:
                grants[(creator, grant.Grant)] = grant.After;
                break;
            case RecordedChange.OfErasure:
                Erase(creator);
                break;
        }
    }

    private void Erase(CreatorId creator)
    {
        states[creator] = new(StateOf(creator).Version, IsErased: true, Hold: null, Lockdown: null);
        Remove(defaults, key => key.Creator == creator);
        Remove(overrides, key => key.Creator == creator);
        Remove(grants, key => key.Creator == creator);
        Remove(videos, video => video.Creator == creator);
    }

    private static void Remove<TKey, TRecord>(Dictionary<TKey, TRecord> records, Func<TKey, bool> isGone)
        where TKey : notnull
    {
        foreach (var key in records.Keys.Where(isGone).ToList())
            records.Remove(key);
    }

    private static void Put<TKey, TRecord>(Dictionary<TKey, TRecord> records, TKey key, TRecord? record)
        where TKey : notnull
        where TRecord : class
    {
        if (record is null)
            records.Remove(key);
        else
            records[key] = record;
    }
}
