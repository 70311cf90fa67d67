using System.Runtime.CompilerServices;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>Facts of some checks.</summary>
/// <param name="Facts">The facts.</param>
/// <param name="Contents">What each content stands for, in the order in which they were asked for.</param>
internal sealed record ExtractedFacts(FactSet Facts, IReadOnlyList<CarriedContent> Contents);

/// <summary>
/// Takes the facts of some checks out of memory, for those who want to explain, sign, or try a change on them.
/// </summary>
internal static class Extraction
{
    /// <summary>The facts for checks of these videos by these requesters, all of one state of memory.</summary>
    /// <param name="memory">Memory.</param>
    /// <param name="videos">The checked videos.</param>
    /// <param name="requesters">The requesters; settings for others are left out.</param>
    /// <param name="now">The moment that expiries are compared with.</param>
    /// <param name="deadline">Until when the facts are of use.</param>
    /// <returns>The facts; null where memory is in doubt about a creator, or the deadline has passed.</returns>
    public static FactSet? Extract(
        this FactMemory memory,
        IReadOnlyCollection<VideoKey> videos,
        IReadOnlyCollection<Requester> requesters,
        Instant now,
        Deadline deadline
    ) => memory.Extract(videos, [], requesters, now, deadline)?.Facts;

    /// <summary>The facts for checks of these videos and contents by these requesters, all of one state of memory.</summary>
    /// <param name="memory">Memory.</param>
    /// <param name="videos">The checked videos.</param>
    /// <param name="contents">The identifiers of each checked content.</param>
    /// <param name="requesters">
    /// The requesters; settings for others are left out. Null takes the settings for everybody, and no grants.
    /// </param>
    /// <param name="now">The moment that expiries are compared with.</param>
    /// <param name="deadline">Until when the facts are of use.</param>
    /// <returns>
    /// The facts; null where memory is in doubt about a creator, cannot tell what was erased, or the deadline has passed.
    /// </returns>
    public static ExtractedFacts? Extract(
        this FactMemory memory,
        IReadOnlyCollection<VideoKey> videos,
        IReadOnlyCollection<IReadOnlyList<ContentIdentifier>> contents,
        IReadOnlyCollection<Requester>? requesters,
        Instant now,
        Deadline deadline
    )
    {
        var named = requesters
            ?.Select(requester => (memory.Hasher.Of(requester.Value), requester))
            .DistinctBy(one => one.requester)
            .ToArray();
        return memory.Read(
            (state, until) => new OneState(state, named, new(state.Vocabulary, now), until).Read(videos, contents),
            deadline
        );
    }

    private sealed class OneState(
        FactMemory memory,
        (FactKey Key, Requester Requester)[]? requesters,
        FactSet facts,
        Deadline deadline
    )
    {
        private readonly Dictionary<VideoKey, VideoRecord?> records = [];
        private readonly HashSet<CreatorId> creators = [];
        private readonly HashSet<FactKey> wanted = [.. (requesters ?? []).Select(one => one.Key)];
        private bool isInDoubt;

        public ExtractedFacts? Read(
            IReadOnlyCollection<VideoKey> videos,
            IReadOnlyCollection<IReadOnlyList<ContentIdentifier>> contents
        )
        {
            foreach (var video in videos)
                Add(video);
            var carried = contents.Select(CarriedBy).ToList();
            return isInDoubt ? null : new(facts, carried);
        }

        private CarriedContent CarriedBy(IReadOnlyList<ContentIdentifier> content)
        {
            isInDoubt |= memory.ErasedIdentifiers.LacksKey;
            var videos = new SortedSet<VideoKey>();
            foreach (var identifier in content)
            {
                foreach (var video in Carriers(memory.Identifiers.Find(memory.Hasher.Of(identifier))))
                {
                    // One video more than a check may consult is enough to see that there are too many.
                    if (videos.Count < CarriedContent.MostVideos && IsRegistered(video))
                        videos.Add(video);
                }
            }
            foreach (var video in videos)
                Add(video);
            return new([.. videos], content.Any(memory.ErasedIdentifiers.Contains));
        }

        private static IEnumerable<VideoKey> Carriers(Carriers found) =>
            found.IsNone ? [] : found.Several ?? [IdentifierIndex.NameOf(found.Owner, found.Video)];

        private bool IsRegistered(VideoKey video) => Current(video.Creator, memory.Hasher.Of(video)).Word.IsRegistered;

        private void Add(VideoKey root)
        {
            // One video more than a check may consult is enough to see that it is too many.
            var reached = new List<VideoKey> { root };
            for (var at = 0; at < reached.Count; at++)
            {
                foreach (var source in AddVideo(reached[at])?.Sources ?? [])
                {
                    if (reached.Count <= Limits.VideosPerCheck && !reached.Contains(source))
                        reached.Add(source);
                }
            }
        }

        private VideoRecord? AddVideo(VideoKey video)
        {
            if (records.TryGetValue(video, out var known))
                return known;
            // Whoever gave up has read nothing that may be used.
            if (isInDoubt |= deadline.HasPassed)
                return null;
            var record = RecordOf(video);
            records.Add(video, record);
            facts.Add(video, record);
            AddDecider(video.Creator, video);
            foreach (var participant in record?.Participants ?? [])
            {
                if (participant.Creator != video.Creator)
                    AddDecider(participant.Creator, video);
            }
            return record;
        }

        private VideoRecord? RecordOf(VideoKey video)
        {
            var slot = Current(video.Creator, memory.Hasher.Of(video));
            if (!slot.Word.IsRegistered)
                return null;
            var extra = Extra(slot);
            return new(
                slot.Published,
                extra.Participants.Select(one => new RegisteredParticipant(memory.Names[one.Creator].Id, one.Role)),
                extra.Sources.Select(one => memory.Names[one].Id)
            );
        }

        private void AddDecider(CreatorId creator, VideoKey video)
        {
            AddCreator(creator);
            var slot = Current(creator, memory.Hasher.Of(creator, video));
            var extra = Extra(slot);
            var overrides = slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra.Overrides;
            foreach (var grant in extra.AllGrants.Where(grant => wanted.Contains(grant.Place.Requester)))
                facts.Add(creator, grant.Id, grant.Record);
            foreach (var (requester, settings) in ForAll(overrides))
            {
                foreach (var setting in settings)
                    facts.Add(
                        creator,
                        new OverrideKey(video, PurposeOf(setting), requester),
                        new OverrideSetting(ChoiceOf(setting), setting.Stamp)
                    );
            }
        }

        private void AddCreator(CreatorId creator)
        {
            if (!creators.Add(creator))
                return;
            var slot = Creator(creator);
            isInDoubt |= slot.Word.IsUnreadable;
            CreatorOverflow? extra = null;
            if (slot.Word.Link != 0)
                isInDoubt |= (extra = memory.Overflow.FindCreator(slot.Word.Link)) is null;
            facts.Add(creator, new CreatorState(slot.Version, extra?.IsErased ?? false, extra?.Hold, extra?.Lockdown));
            var defaults = slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra?.Defaults ?? SettingList.Empty;
            foreach (var (requester, settings) in ForAll(defaults))
            {
                foreach (var segments in settings.GroupBy(setting => setting.Purpose))
                {
                    facts.Add(
                        creator,
                        new DefaultKey(PurposeOf(segments.First()), requester),
                        new DefaultSetting([
                            .. segments.Select(segment => new Segment(
                                segment.From == Instant.Beginning ? null : segment.From,
                                ChoiceOf(segment),
                                segment.Stamp
                            )),
                        ])
                    );
                }
            }
        }

        private IEnumerable<(Requester? Requester, Setting[] Settings)> ForAll(SettingList list)
        {
            yield return (null, list.ForAnybody);
            if (requesters is null)
            {
                foreach (var named in list.Named)
                    yield return (named.Requester, named.Settings);
                yield break;
            }
            // Of the requesters and of those who are named, the fewer.
            if (list.NamedCount < requesters.Length)
            {
                foreach (var named in list.Named.Where(named => wanted.Contains(named.Key)))
                    yield return (named.Requester, named.Settings);
                yield break;
            }
            foreach (var (key, requester) in requesters)
                yield return (requester, list.For(key).ToArray());
        }

        private CreatorSlot Creator(CreatorId creator)
        {
            ref readonly var slot = ref memory.FindCreator(memory.Hasher.Of(creator.Value));
            return Unsafe.IsNullRef(in slot) ? default : slot;
        }

        private VideoSlot Current(CreatorId decider, FactKey place)
        {
            ref readonly var slot = ref memory.FindVideo(place);
            return Unsafe.IsNullRef(in slot) || slot.Word.Epoch != Creator(decider).Word.Epoch ? default : slot;
        }

        private VideoOverflow Extra(in VideoSlot slot)
        {
            if (slot.Word.Link == 0)
                return new();
            var extra = memory.Overflow.FindVideo(slot.Word.Link);
            isInDoubt |= extra is null;
            return extra ?? new();
        }

        // A purpose beyond the vocabulary, or a choice that nobody can make, is half stored: this is read again.
        private Domain.Purposes.Purpose PurposeOf(in Setting setting)
        {
            isInDoubt |= setting.Purpose.Value >= facts.Vocabulary.Purposes.Length;
            return facts.Vocabulary[isInDoubt ? default : setting.Purpose].Purpose;
        }

        private static Choice ChoiceOf(in Setting setting) =>
            Choice.Create(
                setting.Effect,
                setting.Conditions,
                setting.ExpiresAt == Instant.Never ? null : setting.ExpiresAt,
                setting.VocabularyVersion
            );
    }
}
