using System.Runtime.CompilerServices;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>Whether two memories hold the same of a creator. They name records alike, but number and keep them each in their own way.</summary>
internal static class Difference
{
    /// <summary>Whether this memory holds something else of a creator than another does, of the same version.</summary>
    /// <param name="memory">This memory, of one state.</param>
    /// <param name="other">What it should hold.</param>
    /// <param name="creator">The creator.</param>
    /// <param name="places">The names of all videos and appearances that the other holds of the creator.</param>
    /// <returns>False also where the versions differ, for then nothing can be said.</returns>
    public static bool HasOther(this FactMemory memory, FactMemory other, in FactKey creator, IEnumerable<FactKey> places)
    {
        var (here, there) = (Creator(memory, creator), Creator(other, creator));
        if (here.Version != there.Version)
            return false;
        // As many records, and each of the other's: then there is no further one.
        return here.Overrides != there.Overrides || here.Videos != there.Videos
            || !IsSame(memory, here, other, there)
            || places.Any(place => !IsSame(memory, Video(memory, place, here), other, Video(other, place, there)));
    }

    private static bool IsSame(FactMemory memory, in CreatorSlot here, FactMemory other, in CreatorSlot there)
    {
        var (mine, theirs) = (Extra(memory, here), Extra(other, there));
        return Defaults(here, mine).HasSameAs(Defaults(there, theirs))
            && Equals(mine.Hold, theirs.Hold) && Equals(mine.Lockdown, theirs.Lockdown) && mine.IsErased == theirs.IsErased;
    }

    private static bool IsSame(FactMemory memory, in VideoSlot here, FactMemory other, in VideoSlot there)
    {
        var (mine, theirs) = (Extra(memory, here), Extra(other, there));
        return here.Word.IsRegistered == there.Word.IsRegistered
            && (!here.Word.IsRegistered || here.PublishedAt == there.PublishedAt)
            && Overrides(here, mine).HasSameAs(Overrides(there, theirs))
            && mine.Grants.Select(grant => (grant.Id, grant.Record)).OrderBy(grant => grant.Id)
                .SequenceEqual(theirs.Grants.Select(grant => (grant.Id, grant.Record)).OrderBy(grant => grant.Id))
            && mine.Participants.Select(one => (memory.Names[one.Creator].Id, one.Role)).SequenceEqual(theirs.Participants.Select(one => (other.Names[one.Creator].Id, one.Role)))
            && mine.Sources.Select(one => memory.Names[one].Id).SequenceEqual(theirs.Sources.Select(one => other.Names[one].Id));
    }

    private static SettingList Defaults(in CreatorSlot slot, CreatorExtra extra) => slot.Word.HasPlain ? new([slot.Plain], []) : extra.Defaults;

    private static SettingList Overrides(in VideoSlot slot, VideoExtra extra) => slot.Word.HasPlain ? new([slot.Plain], []) : extra.Overrides;

    private static CreatorExtra Extra(FactMemory memory, in CreatorSlot slot) =>
        slot.Word.Link == 0 ? new() : memory.Extras.Find<CreatorExtra>(slot.Word.Link) ?? new();

    private static VideoExtra Extra(FactMemory memory, in VideoSlot slot) =>
        slot.Word.Link == 0 ? new() : memory.Extras.Find<VideoExtra>(slot.Word.Link) ?? new();

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
