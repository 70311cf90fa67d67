using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Replica.Facts;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>The table against a dictionary.</summary>
public sealed class SlotTableTests
{
    private const int Operations = 50_000;

    [Fact]
    public void Finds_what_was_put_last_and_nothing_else()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var table = new SlotTable<VideoSlot>();
        var expected = new Dictionary<FactKey, long>();
        for (var i = 0; i < Operations; i++)
        {
            // Names that share their segment and their place, as no good hash gives them, meet all the time.
            var key = new FactKey(
                (ulong)random.Next(3) << 56,
                ((ulong)random.Next(4) << 62) | (uint)random.Next(1, 2_000)
            );
            table.Put(
                new()
                {
                    Name = key,
                    PublishedAt = i,
                    Word = default(SlotWord).WithRegistered(true),
                }
            );
            expected[key] = i;
        }
        foreach (var (key, at) in expected)
            Assert.Equal(at, table.Find(key).PublishedAt);
        for (var i = 0; i < 1_000; i++)
        {
            var key = new FactKey(
                (ulong)random.Next(4) << 56,
                ((ulong)random.Next(4) << 62) | (uint)random.Next(2_000, 4_000)
            );
            Assert.True(Unsafe.IsNullRef(in table.Find(key)), $"seed {seed}");
        }
        Assert.Equal(expected.Count, table.Count);
    }

    [Fact]
    public void Leaves_dead_records_behind_when_it_grows()
    {
        var table = new SlotTable<VideoSlot>();
        for (ulong i = 1; i <= 10_000; i++)
            table.Put(new() { Name = new(1, i << 40) });
        Assert.True(table.Count < 1_000, $"{table.Count}");
    }

    [Fact]
    public void Storing_moves_nothing_once_room_was_made_for_all_that_is_stored()
    {
        const ulong records = 5_000;
        var table = new SlotTable<VideoSlot>();
        table.Put(Record(1));
        for (ulong i = 2; i <= records; i++)
            table.Reserve(Record(i).Name);
        ref readonly var first = ref table.Find(Record(1).Name);
        for (ulong i = 2; i <= records; i++)
            table.Put(Record(i));
        Assert.True(Unsafe.AreSame(in first, in table.Find(Record(1).Name)));
        Assert.Equal((long)records, table.Count);

        static VideoSlot Record(ulong number) =>
            new() { Name = new(1, number << 32), Word = default(SlotWord).WithRegistered(true) };
    }

    [Fact]
    public void What_was_loaded_is_found_where_it_was_settled_and_what_comes_after_it_as_well()
    {
        const int records = 200_000;
        var table = new SlotTable<VideoSlot>();
        table.Expect(records);
        for (var i = 1; i <= records; i++)
            table.Put(Record(i));
        table.Settle();
        for (var i = records + 1; i <= 2 * records; i++)
            table.Put(Record(i));
        table.Settle();
        for (var i = 1; i <= 2 * records; i++)
            Assert.Equal(i, table.Find(Record(i).Name).PublishedAt);

        static VideoSlot Record(int number) =>
            new()
            {
                Name = new((ulong)number * 0x9E37_79B9_7F4A_7C15, (ulong)number * 0xC2B2_AE3D_27D4_EB4F),
                PublishedAt = number,
                Word = default(SlotWord).WithRegistered(true),
            };
    }
}
