using System.Runtime.CompilerServices;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>What is prepared beside memory while readers go on, and then published as a whole.</summary>
internal sealed class Draft : ISlotStore
{
    private readonly FactMemory memory;
    private readonly Dictionary<FactKey, VideoSlot> videos = [];
    private readonly Dictionary<FactKey, CreatorSlot> creators = [];
    private readonly List<IdentifierChange> identifiers = [];
    private readonly List<ErasedIdentifiers> erased = [];
    private readonly List<int> released = [];
    private readonly HashSet<int> kept = [];
    private readonly HashSet<FactKey> emptied = [];
    private readonly Vocabulary before;

    /// <param name="memory">Memory.</param>
    /// <param name="now">The database's time, by which grants have ended or not.</param>
    public Draft(FactMemory memory, Instant now)
    {
        (this.memory, before) = (memory, memory.Vocabulary);
        Editor = new(memory.Hasher, memory.Names, memory.Overflow, this, before, now);
    }

    /// <summary>Alters the draft.</summary>
    public FactEditor Editor { get; }

    /// <summary>Whether nothing was altered.</summary>
    public bool IsEmpty =>
        videos.Count == 0
        && creators.Count == 0
        && identifiers.Count == 0
        && erased.Count == 0
        && ReferenceEquals(Editor.Vocabulary, before);

    /// <summary>Publishes everything at once. The draft is of no use afterwards.</summary>
    public void Publish()
    {
        if (IsEmpty)
            return;
        memory.Publish(
            videos.Values,
            creators.Values,
            identifiers,
            erased,
            ReferenceEquals(Editor.Vocabulary, before) ? null : Editor.Vocabulary
        );
        foreach (var link in released)
            memory.Overflow.Free(link);
        if (emptied.Count > 0)
            memory.Overflow.Empty(emptied);
    }

    VideoSlot ISlotStore.Video(in FactKey key)
    {
        if (videos.TryGetValue(key, out var drafted))
            return drafted;
        ref readonly var slot = ref memory.FindVideo(key);
        return Unsafe.IsNullRef(in slot) ? new() { Name = key } : slot;
    }

    CreatorSlot ISlotStore.Creator(in FactKey key)
    {
        if (creators.TryGetValue(key, out var drafted))
            return drafted;
        ref readonly var slot = ref memory.FindCreator(key);
        return Unsafe.IsNullRef(in slot) ? new() { Name = key } : slot;
    }

    void ISlotStore.Set(in VideoSlot slot) => videos[slot.Name] = slot;

    void ISlotStore.Set(in CreatorSlot slot) => creators[slot.Name] = slot;

    int ISlotStore.Keep(object? extra, int before)
    {
        // A place of this draft's own is altered as often as its records are: no reader comes by it before the draft is
        // published.
        if (extra is not null && kept.Contains(before))
        {
            memory.Overflow.Replace(before, extra);
            return before;
        }
        // Readers may still be at the old place until the draft is published.
        if (before != 0)
            released.Add(before);
        if (extra is null)
            return 0;
        var link = memory.Overflow.Add(extra);
        kept.Add(link);
        return link;
    }

    void ISlotStore.Empty(in FactKey creator) => emptied.Add(creator);

    void ISlotStore.Index(in IdentifierChange change) => identifiers.Add(change);

    // What is drafted of a creator and not taken away again is taken away as well.
    void ISlotStore.Unindex(CreatorId creator) =>
        identifiers.AddRange(
            memory
                .Identifiers.EverythingOf(creator)
                .Concat(
                    identifiers
                        .FindAll(change => change.Carries && change.Video.Creator == creator)
                        .ConvertAll(change => change with { Carries = false })
                )
                .ToList()
        );

    void ISlotStore.Add(ErasedIdentifiers more) => erased.Add(more);
}

/// <summary>A memory that nobody reads yet, into which everything is put at once.</summary>
internal sealed class LoadingStore(FactMemory memory) : ISlotStore
{
    VideoSlot ISlotStore.Video(in FactKey key)
    {
        ref readonly var slot = ref memory.FindVideo(key);
        return Unsafe.IsNullRef(in slot) ? new() { Name = key } : slot;
    }

    CreatorSlot ISlotStore.Creator(in FactKey key)
    {
        ref readonly var slot = ref memory.FindCreator(key);
        return Unsafe.IsNullRef(in slot) ? new() { Name = key } : slot;
    }

    void ISlotStore.Set(in VideoSlot slot) => memory.Load(slot);

    void ISlotStore.Set(in CreatorSlot slot) => memory.Load(slot);

    int ISlotStore.Keep(object? extra, int before)
    {
        if (before != 0)
            memory.Overflow.Free(before);
        return extra is null ? 0 : memory.Overflow.Add(extra);
    }

    // Of one who is erased nothing has been loaded.
    void ISlotStore.Empty(in FactKey creator) { }

    void ISlotStore.Index(in IdentifierChange change) => memory.Identifiers.Put(change);

    void ISlotStore.Unindex(CreatorId creator) { }

    void ISlotStore.Add(ErasedIdentifiers more) => memory.ErasedIdentifiers.Add(more);
}
