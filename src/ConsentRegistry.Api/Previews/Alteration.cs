using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Previews;

/// <summary>What a change would alter: settings, and grants that its denies touch.</summary>
internal sealed class Alteration
{
    private readonly SettingsPlan plan;
    private readonly IReadOnlyList<StoredGrant> revoked;
    private readonly Vocabulary vocabulary;
    private readonly ILookup<Requester?, Altered<DefaultKey, DefaultSetting>> defaults;
    private readonly ILookup<VideoKey, Altered<OverrideKey, OverrideSetting>> overrides;
    private readonly ILookup<VideoKey, StoredGrant> grants;
    private readonly Reach everywhere = new();
    private readonly Dictionary<VideoKey, Reach> ofVideos = [];

    /// <param name="creator">Who changes their settings.</param>
    /// <param name="plan">The settings that are altered.</param>
    /// <param name="revoked">The grants that are revoked, as they are afterwards.</param>
    /// <param name="vocabulary">The vocabulary that the plan was made with.</param>
    public Alteration(CreatorId creator, SettingsPlan plan, IReadOnlyList<StoredGrant> revoked, Vocabulary vocabulary)
    {
        (Creator, this.plan, this.revoked, this.vocabulary) = (creator, plan, revoked, vocabulary);
        defaults = plan.Defaults.ToLookup(one => one.Key.Requester);
        overrides = plan.Overrides.ToLookup(one => one.Key.Video);
        grants = revoked.ToLookup(one => one.Grant.Video);
        foreach (var altered in plan.Defaults)
            Note(SettingKey.From(altered.Key));
        foreach (var altered in plan.Overrides)
            Note(SettingKey.From(altered.Key));
        foreach (var grant in revoked)
            Note(grant.Grant.Place);
        everywhere.Counted();
    }

    /// <summary>Who changes their settings.</summary>
    public CreatorId Creator { get; }

    public bool IsEmpty => plan.Count == 0 && revoked.Count == 0;

    /// <summary>Whether anything is altered that is about a single video.</summary>
    public bool IsOfVideos => ofVideos.Count > 0;

    /// <summary>For whom and for which purposes the change may flip a video's effective consent.</summary>
    /// <param name="video">The video.</param>
    /// <param name="facts">
    /// What is registered about it, and about what it was made from; null where nothing is altered of single videos.
    /// </param>
    public Reach BearingOn(VideoKey video, FactSet? facts)
    {
        if (facts is null)
            return everywhere;
        var own = SourcesOf(video, facts).Select(one => ofVideos.GetValueOrDefault(one)).OfType<Reach>().ToList();
        if (own.Count == 0)
            return everywhere;
        var reach = new Reach();
        reach.Add(everywhere);
        own.ForEach(reach.Add);
        return reach.Counted();
    }

    /// <summary>
    /// Alters facts of some videos, as far as they bear on some requesters and on one that nobody named.
    /// </summary>
    public void ApplyTo(FactSet facts, IReadOnlyCollection<Requester> requesters)
    {
        foreach (var requester in requesters.Select(one => (Requester?)one).Prepend(null))
        {
            foreach (var altered in defaults[requester])
                facts.Add(Creator, altered.Key, altered.After);
        }
        foreach (var video in facts.Videos)
        {
            foreach (var altered in overrides[video])
                facts.Add(Creator, altered.Key, altered.After);
            foreach (var grant in grants[video])
                facts.Add(Creator, grant.Id, grant.Grant);
        }
    }

    private void Note(SettingKey place)
    {
        var reach = everywhere;
        if (place.Video is { } video && !ofVideos.TryGetValue(video, out reach!))
            ofVideos.Add(video, reach = new());
        reach.Add(place.Requester, vocabulary.Related(vocabulary.Find(place.Purpose)));
    }

    // The video itself first. More than a check may consult are denied with any settings (R8).
    private static List<VideoKey> SourcesOf(VideoKey video, FactSet facts)
    {
        var reached = new List<VideoKey> { video };
        for (var at = 0; at < reached.Count; at++)
        {
            foreach (var source in facts.RecordOf(reached[at])?.Sources ?? [])
            {
                if (reached.Count < Limits.VideosPerCheck && !reached.Contains(source))
                    reached.Add(source);
            }
        }
        return reached;
    }
}
