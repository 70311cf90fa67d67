using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// Memory, seen from one check. Whatever it reads may be half stored: nothing it does with that can fail, and whoever
/// decides with it finds out afterwards.
/// </summary>
internal ref struct MemoryView : IFacts
{
    [ThreadStatic]
    private static Buffers? reused;

    private readonly FactMemory memory;
    private readonly Vocabulary vocabulary;
    private readonly ref readonly PurposeSet related;
    private readonly ReadOnlySpan<byte> owner;
    private readonly ReadOnlySpan<byte> video;
    private readonly ReadOnlySpan<byte> requester;
    private readonly CheckKeys keys;
    private readonly Seen<CreatorSlot> owned;
    private readonly Seen<VideoSlot> registered;
    private FactKey requesterKey;

    /// <summary>Whether a fact could not be read.</summary>
    public bool IsInDoubt { get; private set; }

    public MemoryView(FactMemory memory, Vocabulary vocabulary, scoped in AskedCheck check, in CheckKeys keys)
    {
        this.memory = memory;
        this.vocabulary = vocabulary;
        related = ref vocabulary.Related(check.Purpose);
        this.keys = keys;
        owner = check.Creator;
        video = check.Video;
        requester = check.Requester;
        owned = SeeCreator(keys.Owner);
        registered = SeeVideo(keys.Video, owned.Word);
    }

    /// <summary>The version of the stream of the checked video's owner.</summary>
    public readonly long OwnerVersion => owned.Slot.Version;

    /// <summary>Whether the checked video is registered.</summary>
    public readonly bool IsRegistered => registered.Word.IsRegistered;

    public bool TryRead(VideoHandle video, out VideoFacts facts)
    {
        if (video == Names.CheckedVideo)
            return Known(TryRead(Names.CheckedOwner, owned.Word, registered, out facts));
        var named = memory.Names[video];
        var creator = SeeCreator(memory.Names[named.Owner].Key);
        return Known(TryRead(named.Owner, creator.Word, SeeVideo(named.Key, creator.Word), out facts));
    }

    public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
    {
        if (video == Names.CheckedVideo && creator == Names.CheckedOwner)
            return Known(TryRead(owned, registered, out facts));
        var said = SeeCreator(KeyOf(creator));
        return Known(TryRead(said, SeeVideo(PlaceOf(creator, video), said.Word), out facts));
    }

    private bool Known(bool isKnown)
    {
        IsInDoubt |= !isKnown;
        return isKnown;
    }

    private bool TryRead(scoped in Seen<CreatorSlot> said, scoped in Seen<VideoSlot> about, out CreatorFacts facts)
    {
        facts = default;
        if (said.Word.IsUnreadable)
            return false;
        CreatorOverflow? wide = null;
        if (said.Word.Link != 0 && (wide = memory.Overflow.FindCreator(said.Word.Link)) is null)
            return false;
        if (wide is { IsErased: true })
        {
            facts = new() { IsErased = true };
            return true;
        }
        VideoOverflow? narrow = null;
        if (about.Word.Link != 0 && (narrow = memory.Overflow.FindVideo(about.Word.Link)) is null)
            return false;

        var buffers = reused ??= new();
        var settings = new Collected(buffers, related, vocabulary.Purposes.Length);
        if (said.Word.HasPlain && settings.Takes(said.Word.Purpose))
            settings.Next() = said.Word.Plain(Scope.Default, said.Slot.Stamp);
        if (wide is not null)
            AddAll(ref settings, wide.Defaults);
        if (about.Word.HasPlain && settings.Takes(about.Word.Purpose))
            settings.Next() = about.Word.Plain(Scope.Override, about.Slot.Stamp);
        if (narrow is not null)
            AddAll(ref settings, narrow.Overrides);
        if (settings.IsOfAnotherVocabulary)
            return false;
        facts = new()
        {
            Stops = wide is null ? default : wide.Stops,
            Settings = settings.All,
            Grants = narrow is null || narrow.GrantCount == 0 ? default : GrantsAmong(narrow, buffers),
        };
        return true;
    }

    // Those given to this requester for use in the checked video.
    private ReadOnlySpan<Grant> GrantsAmong(VideoOverflow extra, Buffers buffers)
    {
        if (requester.IsEmpty)
            return default;
        var place = new GrantPlace(RequesterKey(), keys.Video);
        var held = extra.ManyGrants is null ? extra.Grants : extra.ManyGrants.GetValueOrDefault(place, []);
        if (buffers.Grants.Length < held.Length)
            buffers.Grants = new Grant[held.Length];
        var count = 0;
        foreach (ref readonly var grant in held.AsSpan())
        {
            if (grant.Place == place)
                buffers.Grants[count++] = grant.Fact;
        }
        return buffers.Grants.AsSpan(0, count);
    }

    private readonly bool TryRead(
        CreatorHandle creator,
        SlotWord said,
        scoped in Seen<VideoSlot> video,
        out VideoFacts facts
    )
    {
        facts = new() { Owner = creator };
        if (said.IsUnreadable)
            return false;
        if (!video.Word.IsRegistered)
            return true;
        VideoOverflow? extra = null;
        if (video.Word.Link != 0 && (extra = memory.Overflow.FindVideo(video.Word.Link)) is null)
            return false;
        facts = new()
        {
            Owner = creator,
            IsRegistered = true,
            PublishedAt = video.Slot.Published,
            Participants = extra is null ? default : extra.Participants,
            Sources = extra is null ? default : WithoutAlias(extra.Sources),
        };
        return true;
    }

    // A source of a source may be the checked video itself, which has a number of its own.
    private readonly ReadOnlySpan<VideoHandle> WithoutAlias(VideoHandle[] sources)
    {
        for (var i = 0; i < sources.Length; i++)
        {
            if (memory.Names[sources[i]].Key != keys.Video)
                continue;
            var own = sources.AsSpan().ToArray();
            own[i] = Names.CheckedVideo;
            return own;
        }
        return sources;
    }

    private void AddAll(ref Collected settings, SettingList list)
    {
        settings.AddAll(list.ForAnybody);
        if (list.NamedCount == 0 || requester.IsEmpty)
            return;
        settings.AddAll(list.For(RequesterKey()));
    }

    // Made where somebody is named at all, and once.
    private FactKey RequesterKey()
    {
        if (requesterKey.IsEmpty)
            requesterKey = memory.Hasher.OfRequester(requester);
        return requesterKey;
    }

    private readonly FactKey KeyOf(CreatorHandle creator) =>
        creator == Names.CheckedOwner ? keys.Owner : memory.Names[creator].Key;

    // Where memory keeps what a creator has said about a video.
    private readonly FactKey PlaceOf(CreatorHandle creator, VideoHandle about)
    {
        var decider = KeyOf(creator);
        if (about == Names.CheckedVideo)
            return decider == keys.Owner ? keys.Video : KeyHasher.OfAppearance(decider, owner, video);
        var named = memory.Names[about];
        return decider == memory.Names[named.Owner].Key
            ? named.Key
            : memory.Hasher.Of(memory.Names[creator].Id, named.Id);
    }

    private readonly Seen<CreatorSlot> SeeCreator(scoped in FactKey key)
    {
        ref readonly var slot = ref memory.FindCreator(key);
        return Unsafe.IsNullRef(in slot) ? new(in Nothing<CreatorSlot>.Slots[0], default) : new(in slot, slot.Word);
    }

    // Of an epoch that is over, nothing holds any more.
    private readonly Seen<VideoSlot> SeeVideo(scoped in FactKey key, SlotWord decider)
    {
        ref readonly var slot = ref memory.FindVideo(key);
        if (Unsafe.IsNullRef(in slot))
            return new(in Nothing<VideoSlot>.Slots[0], default);
        var word = slot.Word;
        return word.Epoch == decider.Epoch ? new(in slot, word) : new(in Nothing<VideoSlot>.Slots[0], default);
    }

    /// <summary>
    /// A slot, and its word as it was read once: what is decided by the word is of one piece, whatever is stored
    /// meanwhile.
    /// </summary>
    private readonly ref struct Seen<T>(ref readonly T slot, SlotWord word)
        where T : unmanaged
    {
        public readonly ref readonly T Slot = ref slot;
        public readonly SlotWord Word = word;
    }

    /// <summary>The slot of what is not there.</summary>
    private static class Nothing<T>
        where T : unmanaged
    {
        public static readonly T[] Slots = new T[1];
    }

    /// <summary>Room that a thread uses for one creator after the other.</summary>
    private sealed class Buffers
    {
        private const int UsualSize = 32;

        public Setting[] Settings = new Setting[UsualSize];
        public Grant[] Grants = new Grant[UsualSize];
    }

    /// <summary>The settings that may bear on a check, one after the other in a buffer that is used again.</summary>
    private ref struct Collected(Buffers buffers, in PurposeSet related, int purposes)
    {
        private readonly ref readonly PurposeSet related = ref related;
        private int count;

        /// <summary>
        /// Whether a setting is for a purpose that the vocabulary at hand does not have: both were not of one state.
        /// </summary>
        public bool IsOfAnotherVocabulary { get; private set; }

        public readonly ReadOnlySpan<Setting> All => buffers.Settings.AsSpan(0, count);

        public void AddAll(ReadOnlySpan<Setting> settings)
        {
            foreach (ref readonly var setting in settings)
            {
                if (Takes(setting.Purpose))
                    Next() = setting;
            }
        }

        /// <summary>
        /// Whether settings for a purpose may bear on the check: one for an unrelated purpose has no part in the
        /// decision, nor in its detail.
        /// </summary>
        public bool Takes(PurposeIndex purpose)
        {
            if (related.Contains(purpose))
                return true;
            IsOfAnotherVocabulary |= purpose.Value >= purposes;
            return false;
        }

        /// <summary>The place of the next setting, to be written there.</summary>
        public ref Setting Next()
        {
            if (count == buffers.Settings.Length)
                Array.Resize(ref buffers.Settings, count * 2);
            return ref buffers.Settings[count++];
        }
    }
}
