using System.Runtime.CompilerServices;
using System.Text;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// Memory, seen from one check. Whatever it reads may be half stored: nothing it does with that can fail, and whoever decides with it finds
/// out afterwards.
/// </summary>
internal ref struct MemoryView : IFacts
{
    private const int SmallestBuffer = 32;

    [ThreadStatic]
    private static Setting[]? reused;

    [ThreadStatic]
    private static Grant[]? reusedGrants;

    private readonly FactMemory memory;
    private readonly Vocabulary vocabulary;
    private readonly ref readonly PurposeSet related;
    private readonly ReadOnlySpan<byte> owner;
    private readonly ReadOnlySpan<byte> video;
    private readonly ReadOnlySpan<byte> requester;
    private readonly CheckKeys keys;
    private readonly CreatorSlot ownerSlot;
    private readonly VideoSlot videoSlot;
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
        ownerSlot = CopyCreator(keys.Owner);
        videoSlot = CopyVideo(keys.Video, ownerSlot);
    }

    /// <summary>The version of the stream of the checked video's owner.</summary>
    public readonly long OwnerVersion => ownerSlot.Version;

    public bool TryRead(VideoHandle video, out VideoFacts facts)
    {
        if (video == Names.CheckedVideo)
            return Known(TryRead(Names.CheckedOwner, ownerSlot, videoSlot, out facts));
        var named = memory.Names[video];
        var creator = CopyCreator(memory.Names[named.Owner].Key);
        return Known(TryRead(named.Owner, creator, CopyVideo(named.Key, creator), out facts));
    }

    public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts) => Known(TryRead(creator, video, out facts));

    private bool Known(bool isKnown)
    {
        IsInDoubt |= !isKnown;
        return isKnown;
    }

    private bool TryRead(CreatorHandle creator, VideoHandle video, out CreatorFacts facts)
    {
        facts = default;
        // Whose, and about what.
        var isOwner = video == Names.CheckedVideo && creator == Names.CheckedOwner;
        var said = isOwner ? ownerSlot : CopyCreator(KeyOf(creator));
        if (said.Word.IsUnreadable)
            return false;
        CreatorExtra? wide = null;
        if (said.Word.Link != 0 && (wide = memory.Extras.FindCreator(said.Word.Link)) is null)
            return false;
        if (wide is { IsErased: true })
        {
            facts = new() { IsErased = true };
            return true;
        }
        var about = isOwner ? videoSlot : CopyVideo(PlaceOf(creator, video), said);
        VideoExtra? narrow = null;
        if (about.Word.Link != 0 && (narrow = memory.Extras.FindVideo(about.Word.Link)) is null)
            return false;

        var settings = new Collected(reused ??= new Setting[SmallestBuffer], related, vocabulary.Purposes.Length);
        if (said.Word.HasPlain)
            settings.Add(said.Plain);
        if (wide is not null)
            AddAll(ref settings, wide.Defaults);
        if (about.Word.HasPlain)
            settings.Add(about.Plain);
        if (narrow is not null)
            AddAll(ref settings, narrow.Overrides);
        reused = settings.Buffer;
        if (settings.IsOfAnotherVocabulary)
            return false;
        facts = new()
        {
            Hold = wide?.HoldFact ?? default,
            Lockdown = wide?.LockdownFact ?? default,
            Settings = settings.All,
            Grants = narrow is null || narrow.Grants.Length == 0 ? default : GrantsAmong(narrow.Grants),
        };
        return true;
    }

    // Those given to this requester for use in the checked video.
    private ReadOnlySpan<Grant> GrantsAmong(HeldGrant[] held)
    {
        if (requester.IsEmpty)
            return default;
        if (requesterKey.IsEmpty)
            requesterKey = memory.Hasher.OfRequester(requester);
        if (reusedGrants is null || reusedGrants.Length < held.Length)
            reusedGrants = new Grant[Math.Max(held.Length, SmallestBuffer)];
        var count = 0;
        foreach (var grant in held)
        {
            if (grant.Requester == requesterKey && grant.UsedIn == keys.Video)
                reusedGrants[count++] = grant.Fact;
        }
        return reusedGrants.AsSpan(0, count);
    }

    private readonly bool TryRead(CreatorHandle creator, scoped in CreatorSlot said, scoped in VideoSlot slot, out VideoFacts facts)
    {
        facts = new() { Owner = creator };
        if (said.Word.IsUnreadable)
            return false;
        if (!slot.Word.IsRegistered)
            return true;
        VideoExtra? extra = null;
        if (slot.Word.Link != 0 && (extra = memory.Extras.FindVideo(slot.Word.Link)) is null)
            return false;
        facts = new()
        {
            Owner = creator,
            IsRegistered = true,
            PublishedAt = slot.Published,
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
        if (list.Named.Length == 0 || requester.IsEmpty)
            return;
        if (requesterKey.IsEmpty)
            requesterKey = memory.Hasher.OfRequester(requester);
        settings.AddAll(list.For(requesterKey));
    }

    private readonly FactKey KeyOf(CreatorHandle creator) => creator == Names.CheckedOwner ? keys.Owner : memory.Names[creator].Key;

    // Where memory keeps what a creator has said about a video.
    private readonly FactKey PlaceOf(CreatorHandle creator, VideoHandle about)
    {
        var decider = KeyOf(creator);
        if (about == Names.CheckedVideo)
        {
            if (decider == keys.Owner)
                return keys.Video;
            Span<byte> id = stackalloc byte[Identifier.MaxLength];
            return memory.Hasher.OfAppearance(id[..Encoding.ASCII.GetBytes(memory.Names[creator].Id.Value, id)], owner, video);
        }
        var named = memory.Names[about];
        return decider == memory.Names[named.Owner].Key ? named.Key : memory.Hasher.Of(memory.Names[creator].Id, named.Id);
    }

    private readonly CreatorSlot CopyCreator(in FactKey key)
    {
        ref readonly var slot = ref memory.FindCreator(key);
        return Unsafe.IsNullRef(in slot) ? default : slot;
    }

    // Of an epoch that is over, nothing holds any more.
    private readonly VideoSlot CopyVideo(in FactKey key, in CreatorSlot decider)
    {
        ref readonly var slot = ref memory.FindVideo(key);
        return Unsafe.IsNullRef(in slot) || slot.Word.Epoch != decider.Word.Epoch ? default : slot;
    }

    /// <summary>The settings that may bear on a check, one after the other in a buffer that is used again.</summary>
    private ref struct Collected(Setting[] buffer, in PurposeSet related, int purposes)
    {
        private readonly ref readonly PurposeSet related = ref related;
        private int count;

        public Setting[] Buffer { get; private set; } = buffer;

        /// <summary>Whether a setting is for a purpose that the vocabulary at hand does not have: both were not of one state.</summary>
        public bool IsOfAnotherVocabulary { get; private set; }

        public readonly ReadOnlySpan<Setting> All => Buffer.AsSpan(0, count);

        public void AddAll(ReadOnlySpan<Setting> settings)
        {
            foreach (ref readonly var setting in settings)
                Add(setting);
        }

        // A setting for an unrelated purpose has no part in the decision, nor in its detail.
        public void Add(in Setting setting)
        {
            if (!related.Contains(setting.Purpose))
            {
                IsOfAnotherVocabulary |= setting.Purpose.Value >= purposes;
                return;
            }
            if (count == Buffer.Length)
            {
                var larger = new Setting[count * 2];
                Buffer.CopyTo(larger, 0);
                Buffer = larger;
            }
            Buffer[count++] = setting;
        }
    }
}
