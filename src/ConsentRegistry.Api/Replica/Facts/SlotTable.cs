using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// A hash table of plain structs for one writer and any number of readers: open addressing with linear probing, in
/// segments that each grow by themselves. The garbage collector has nothing to follow in it, and no operation touches
/// more than one segment.
/// </summary>
/// <remarks>
/// Readers may see a slot half written: whoever reads has to find out whether anything was stored meanwhile
/// (<see cref="FactMemory"/>'s generation), and to read again. Until then what was read is safe to look at, and means
/// nothing.
/// </remarks>
/// <typeparam name="T">The slot.</typeparam>
internal sealed class SlotTable<T>
    where T : unmanaged, ISlot
{
    /// <summary>
    /// A power of two. Few, so that where they are and how long stays in the processor's cache; not so few that growing
    /// holds the writer up: with ten million records a segment has some ten thousands, which are copied in a
    /// millisecond.
    /// </summary>
    private const int Segments = 256;

    private const int SegmentShift = 64 - 8;

    /// <summary>
    /// Of a hundred slots of a segment, how many are taken before it grows. More make long walks, fewer waste memory.
    /// </summary>
    private const int FullPercent = 82;

    /// <summary>
    /// By how many percent a full segment grows: little, since what is reserved is memory that nothing uses.
    /// </summary>
    private const int GrowthPercent = 15;

    private const int SmallestGrowth = 4;

    /// <summary>
    /// Of a hundred slots of a segment, how many are taken on average where the number of records is known beforehand:
    /// few segments have so many more that they grow.
    /// </summary>
    private const int ExpectedPercent = 78;

    private readonly T[][] segments = new T[Segments][];
    private readonly int[] taken = new int[Segments];

    // Of each segment, for how many records that are not there yet room was made.
    private readonly int[] reserved = new int[Segments];

    // Where each segment was seen last, and its length: what is to be fetched is known before the segment itself has
    // been looked at. The collector may have moved it; then other lines are fetched in vain.
    private readonly (nint First, int Length)[] places = new (nint, int)[Segments];

    public SlotTable() => Array.Fill(segments, []);

    /// <summary>Records that the table holds, dead ones included.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var number in taken)
                count += number;
            return count;
        }
    }

    /// <summary>Bytes that are reserved for records.</summary>
    public long Bytes
    {
        get
        {
            var slots = 0L;
            foreach (var segment in segments)
                slots += segment.Length;
            return slots * Unsafe.SizeOf<T>();
        }
    }

    /// <summary>
    /// Makes room for so many records in an empty table, so that it need not grow while they come: growing copies each
    /// of them several times.
    /// </summary>
    public void Expect(long records)
    {
        var length = (int)Math.Min(records * 100 / ExpectedPercent / Segments, int.MaxValue / 2);
        for (var segment = 0; length > SmallestGrowth && segment < Segments; segment++)
        {
            if (segments[segment].Length == 0)
                Set(segment, new T[length]);
        }
    }

    /// <summary>Puts the table on large pages, as it lies now. What grows afterwards lies elsewhere.</summary>
    public unsafe void Settle()
    {
        foreach (var segment in segments)
        {
            if (segment.Length == 0)
                continue;
            var first = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(segment));
            HugePages.Ask(first, first + (segment.Length * sizeof(T)));
        }
    }

    /// <summary>Finds a record; the reference is null if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly T Find(scoped in FactKey key)
    {
        var slots = Volatile.Read(ref segments[(int)(key.Low >> SegmentShift)]);
        ref var first = ref MemoryMarshal.GetArrayDataReference(slots);
        var at = PlaceOf(key, slots.Length);
        for (var walked = 0; walked < slots.Length; walked++)
        {
            ref var slot = ref Unsafe.Add(ref first, at);
            var name = slot.Key;
            if (name == key)
                return ref slot;
            if (name.IsEmpty)
                break;
            if (++at == slots.Length)
                at = 0;
        }
        return ref Unsafe.NullRef<T>();
    }

    /// <summary>
    /// Asks the processor to fetch the place where a record would be. A hint: it reads nothing and cannot fail.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(in FactKey key)
    {
        if (!Sse.IsSupported)
            return;
        var (first, length) = places[key.Low >> SegmentShift];
        var slot = (byte*)first + ((long)PlaceOf(key, length) * sizeof(T));
        // Where the slot begins and ends, and where the next one does, in which the record may stand instead: mostly
        // two lines of the processor's cache.
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + sizeof(T) - 1);
        Sse.Prefetch0(slot + (2 * sizeof(T)) - 1);
    }

    /// <summary>Stores a record in place of the one of its name. Only the one writer may.</summary>
    public void Put(in T record)
    {
        var segment = (int)(record.Key.Low >> SegmentShift);
        ref var slot = ref SlotOf(segments[segment], record.Key);
        if (Unsafe.IsNullRef(ref slot) || (slot.Key.IsEmpty && !HasRoom(segment, taken[segment] + 1)))
        {
            Grow(segment);
            slot = ref SlotOf(segments[segment], record.Key);
        }
        if (slot.Key.IsEmpty)
        {
            taken[segment]++;
            reserved[segment] = Math.Max(0, reserved[segment] - 1);
        }
        slot = record;
    }

    /// <summary>
    /// Makes room for a record beforehand, so that storing it, with all others for which room was made, is nothing but
    /// a store.
    /// </summary>
    public void Reserve(in FactKey key)
    {
        var segment = (int)(key.Low >> SegmentShift);
        ref var slot = ref SlotOf(segments[segment], key);
        if (!Unsafe.IsNullRef(ref slot) && !slot.Key.IsEmpty)
            return;
        reserved[segment]++;
        while (!HasRoom(segment, taken[segment] + reserved[segment]))
            Grow(segment);
    }

    /// <summary>All records that say something. Only the one writer may look at all of them.</summary>
    public IEnumerable<T> Everything()
    {
        foreach (var segment in segments)
        {
            foreach (var record in segment)
            {
                if (!record.Key.IsEmpty && !record.IsDead)
                    yield return record;
            }
        }
    }

    private bool HasRoom(int segment, int records) => records * 100L <= segments[segment].Length * (long)FullPercent;

    // Readers go on in the old segment, which holds the same until something is stored.
    private void Grow(int segment)
    {
        var old = segments[segment];
        var grown = new T[(int)(old.Length * (100L + GrowthPercent) / 100) + SmallestGrowth];
        var count = 0;
        foreach (ref readonly var record in old.AsSpan())
        {
            if (record.Key.IsEmpty || record.IsDead)
                continue;
            SlotOf(grown, record.Key) = record;
            count++;
        }
        taken[segment] = count;
        Set(segment, grown);
    }

    private unsafe void Set(int segment, T[] slots)
    {
        Volatile.Write(ref segments[segment], slots);
        places[segment] = ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(slots)), slots.Length);
    }

    // The record's slot, or the empty one that it would take; null in a segment that is full.
    private static ref T SlotOf(T[] slots, in FactKey key)
    {
        var at = PlaceOf(key, slots.Length);
        for (var walked = 0; walked < slots.Length; walked++)
        {
            ref var slot = ref slots[at];
            if (slot.Key == key || slot.Key.IsEmpty)
                return ref slot;
            if (++at == slots.Length)
                at = 0;
        }
        return ref Unsafe.NullRef<T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(in FactKey key, int length) => (int)((key.High >> 32) * (uint)length >> 32);
}
