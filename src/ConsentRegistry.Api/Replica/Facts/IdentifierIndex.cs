using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>An identifier in memory, and where to find the videos that carry it. 24 bytes.</summary>
internal struct IdentifierSlot : ISlot
{
    public FactKey Name;

    /// <summary>
    /// Above 0: the place of the name of the one video. Below 0: the place of the list of several, negated. 0: none.
    /// </summary>
    public long Link;

    public readonly FactKey Key => Name;

    public readonly bool IsDead => Link == 0;
}

/// <summary>A video carries an identifier from now on, or does so no longer.</summary>
internal readonly record struct IdentifierChange(FactKey Identifier, VideoKey Video, bool Carries);

/// <summary>The videos that carry an identifier: none, one by its names, or several.</summary>
internal readonly ref struct Carriers
{
    public ReadOnlySpan<byte> Owner { get; init; }

    public ReadOnlySpan<byte> Video { get; init; }

    /// <summary>Several, by owner and then by id; null where there is one or none.</summary>
    public ImmutableSortedSet<VideoKey>? Several { get; init; }

    public bool IsNone => Owner.IsEmpty && Several is null;
}

/// <summary>
/// Leads from identifiers to the videos that carry them. It holds identifiers as keyed hashes only. One writer alters it
/// while any number of readers look; what they saw means nothing if something was stored meanwhile.
/// </summary>
internal sealed class IdentifierIndex
{
    private readonly SlotTable<IdentifierSlot> slots = new();
    private readonly NameArena names = new();
    private readonly OverflowTable several = new();

    /// <summary>Pairs of an identifier and a video. It is exact for the one writer only.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that are reserved, but for the lists of identifiers that several videos carry.</summary>
    public long Bytes => slots.Bytes + names.Bytes;

    /// <summary>Makes room in an empty index.</summary>
    public void Expect(long identifiers) => slots.Expect(identifiers);

    /// <summary>Puts what was loaded where it is found soonest.</summary>
    public void Settle() => slots.Settle();

    /// <summary>Asks the processor to fetch the place of an identifier.</summary>
    public void Prefetch(in FactKey identifier) => slots.Prefetch(identifier);

    /// <summary>Makes room for a change beforehand, so that storing it is nothing but a store.</summary>
    public void Reserve(in IdentifierChange change)
    {
        if (change.Carries)
            slots.Reserve(change.Identifier);
    }

    /// <summary>The videos that carry an identifier, registered still or not.</summary>
    public Carriers Find(scoped in FactKey identifier)
    {
        ref readonly var slot = ref slots.Find(identifier);
        if (Unsafe.IsNullRef(in slot))
            return default;
        var link = Volatile.Read(in slot.Link);
        if (link < 0)
            return new() { Several = several.FindVideos(-link) };
        return names.TryRead(link, out var owner, out var video) ? new() { Owner = owner, Video = video } : default;
    }

    /// <summary>Stores a change. Only the one writer may.</summary>
    public void Put(in IdentifierChange change)
    {
        ref readonly var found = ref slots.Find(change.Identifier);
        var link = Unsafe.IsNullRef(in found) ? 0 : found.Link;
        // As nearly all are: an identifier of one video, that nobody carried before.
        if (link == 0 && change.Carries)
        {
            slots.Put(new() { Name = change.Identifier, Link = names.Add(change.Video) });
            Count++;
            return;
        }
        var before = VideosAt(link);
        var after = change.Carries ? before.Add(change.Video) : before.Remove(change.Video);
        if (after.Count == before.Count)
            return;
        slots.Put(new() { Name = change.Identifier, Link = Keep(after) });
        if (link > 0)
            names.Wipe(link);
        else if (link < 0)
            several.Free((int)-link);
        Count += change.Carries ? 1 : -1;
    }

    /// <summary>Whether a video carries an identifier.</summary>
    public bool Has(IdentifierChange change)
    {
        var found = Find(change.Identifier);
        return found.Several?.Contains(change.Video)
            ?? (!found.IsNone && NameOf(found.Owner, found.Video) == change.Video);
    }

    /// <summary>Everything that a creator's videos carry. It looks at everything: only the one writer may.</summary>
    public IEnumerable<IdentifierChange> EverythingOf(CreatorId creator)
    {
        foreach (var slot in slots.Everything())
        {
            foreach (var video in VideosAt(slot.Link).Where(video => video.Creator == creator))
                yield return new(slot.Name, video, Carries: false);
        }
    }

    private long Keep(ImmutableSortedSet<VideoKey> videos) =>
        videos.Count switch
        {
            0 => 0,
            1 => names.Add(videos[0]),
            _ => -several.Add(videos),
        };

    private ImmutableSortedSet<VideoKey> VideosAt(long link)
    {
        if (link < 0)
            return several.FindVideos(-link) ?? [];
        return names.TryRead(link, out var owner, out var video) ? [NameOf(owner, video)] : [];
    }

    /// <summary>The name of a video by its bytes.</summary>
    public static VideoKey NameOf(ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video) =>
        new(CreatorId.Parse(Encoding.ASCII.GetString(owner)), VideoId.Parse(Encoding.ASCII.GetString(video)));
}
