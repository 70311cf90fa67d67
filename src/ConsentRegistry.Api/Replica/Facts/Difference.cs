using System.Runtime.CompilerServices;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>How many records there are of a creator.</summary>
internal readonly record struct Tally(long Overrides, long Videos, long Identifiers, long Grants)
{
    public static Tally operator +(Tally one, Tally other) =>
        new(
            one.Overrides + other.Overrides,
            one.Videos + other.Videos,
            one.Identifiers + other.Identifiers,
            one.Grants + other.Grants
        );
}

/// <summary>What comparing some of a creator's videos, and what they have said beside that, came to.</summary>
/// <param name="Version">The version, which both memories have.</param>
/// <param name="IsOther">Whether there is a difference.</param>
/// <param name="Found">
/// The records that were compared: overrides, videos and identifiers of the other memory, and grants of this one.
/// </param>
/// <param name="Held">All records of the creator that this memory holds.</param>
internal sealed record Finding(long Version, bool IsOther, Tally Found, Tally Held);

/// <summary>
/// Whether two memories hold the same of a creator. They name records alike, but number and keep them each in their own
/// way.
/// </summary>
internal static class Difference
{
    /// <summary>Compares what this memory holds of a creator with another.</summary>
    /// <param name="memory">This memory, of one state.</param>
    /// <param name="other">What it should hold.</param>
    /// <param name="creator">The creator.</param>
    /// <param name="places">
    /// The names of all videos and appearances that are compared: the other memory holds no further ones of the
    /// creator.
    /// </param>
    /// <param name="carried">What the other memory's videos of the creator carry.</param>
    /// <param name="until">Grants that end by then are passed over: memory may have let go of them.</param>
    /// <returns>Null where the versions differ, for then nothing can be said.</returns>
    public static Finding? Compare(
        this FactMemory memory,
        FactMemory other,
        in FactKey creator,
        IReadOnlyCollection<FactKey> places,
        IReadOnlyCollection<IdentifierChange> carried,
        Instant until
    )
    {
        var (here, there) = (Creator(memory, creator), Creator(other, creator));
        if (here.Version != there.Version)
            return null;
        var isOther = !IsSame(memory, here, other, there) || !carried.All(memory.Identifiers.Has);
        var grants = 0L;
        foreach (var place in places)
        {
            var (mine, theirs) = (Video(memory, place, here), Video(other, place, there));
            isOther |= !IsSame(memory, mine, other, theirs, until);
            grants += Extra(memory, mine).GrantCount;
        }
        return new(
            here.Version,
            isOther,
            new(there.Overrides, there.Videos, there.Identifiers, grants),
            new(here.Overrides, here.Videos, here.Identifiers, Extra(memory, here).Grants)
        );
    }

    private static bool IsSame(FactMemory memory, in CreatorSlot here, FactMemory other, in CreatorSlot there)
    {
        var (mine, theirs) = (Extra(memory, here), Extra(other, there));
        return Defaults(here, mine).HasSameAs(Defaults(there, theirs))
            && Equals(mine.Hold, theirs.Hold)
            && Equals(mine.Lockdown, theirs.Lockdown)
            && mine.IsErased == theirs.IsErased;
    }

    private static bool IsSame(
        FactMemory memory,
        in VideoSlot here,
        FactMemory other,
        in VideoSlot there,
        Instant until
    )
    {
        var (mine, theirs) = (Extra(memory, here), Extra(other, there));
        return here.Word.IsRegistered == there.Word.IsRegistered
            && (!here.Word.IsRegistered || here.PublishedAt == there.PublishedAt)
            && Overrides(here, mine).HasSameAs(Overrides(there, theirs))
            && Grants(mine, until).SequenceEqual(Grants(theirs, until))
            && mine.Participants.Select(one => (memory.Names[one.Creator].Id, one.Role))
                .SequenceEqual(theirs.Participants.Select(one => (other.Names[one.Creator].Id, one.Role)))
            && mine.Sources.Select(one => memory.Names[one].Id)
                .SequenceEqual(theirs.Sources.Select(one => other.Names[one].Id));
    }

    private static IEnumerable<(Guid Id, GrantRecord Record)> Grants(VideoOverflow extra, Instant until) =>
        extra
            .AllGrants.Where(grant => grant.Record.Stands(until))
            .Select(grant => (grant.Id, grant.Record))
            .OrderBy(grant => grant.Id);

    private static SettingList Defaults(in CreatorSlot slot, CreatorOverflow extra) =>
        slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra.Defaults;

    private static SettingList Overrides(in VideoSlot slot, VideoOverflow extra) =>
        slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra.Overrides;

    private static CreatorOverflow Extra(FactMemory memory, in CreatorSlot slot) =>
        slot.Word.Link == 0 ? new() : memory.Overflow.FindCreator(slot.Word.Link) ?? new();

    private static VideoOverflow Extra(FactMemory memory, in VideoSlot slot) =>
        slot.Word.Link == 0 ? new() : memory.Overflow.FindVideo(slot.Word.Link) ?? new();

    private static CreatorSlot Creator(FactMemory memory, in FactKey key)
    {
        ref readonly var slot = ref memory.FindCreator(key);
        return Unsafe.IsNullRef(in slot) ? default : slot;
    }

    private static VideoSlot Video(FactMemory memory, in FactKey key, in CreatorSlot decider)
    {
        ref readonly var slot = ref memory.FindVideo(key);
        return Unsafe.IsNullRef(in slot) || slot.Word.Epoch != decider.Word.Epoch ? default : slot;
    }
}
