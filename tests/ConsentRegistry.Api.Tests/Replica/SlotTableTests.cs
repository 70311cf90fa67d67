using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Replica.Facts;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>The table against a dictionary.</summary>
public sealed class SlotTableTests
{
    private const int Operations = 200_000;

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
            var key = new FactKey((ulong)random.Next(3) << 52, ((ulong)random.Next(4) << 62) | (uint)random.Next(1, 2_000));
            table.Put(new() { Name = key, PublishedAt = i, Word = default(SlotWord).WithRegistered(true) });
            expected[key] = i;
        }
        foreach (var (key, at) in expected)
            Assert.Equal(at, table.Find(key).PublishedAt);
        for (var i = 0; i < 1_000; i++)
        {
            var key = new FactKey((ulong)random.Next(4) << 52, ((ulong)random.Next(4) << 62) | (uint)random.Next(2_000, 4_000));
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
}
