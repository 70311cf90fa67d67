using System.Buffers;
using ConsentRegistry.Domain.Log;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>The leaves of a tile as C2SP tlog-tiles lays them out.</summary>
public sealed class EntryBundleTests
{
    private static readonly Gen<byte[][]> Leaves = Gen.Choose(0, 255)
        .Select(value => (byte)value)
        .ArrayOf()
        .Resize(300)
        .ArrayOf()
        .Resize(20);

    [Fact]
    public void What_was_appended_is_read_and_nothing_shorter_or_longer_is() =>
        Prop.ForAll(
                Leaves.ToArbitrary(),
                leaves =>
                {
                    var bundle = Bundle(leaves);
                    Assert.Equal(
                        leaves.SelectMany(leaf => MerkleTree.LeafHash(leaf)),
                        EntryBundle.HashesOf(bundle, leaves.Length)
                    );
                    Assert.Null(EntryBundle.HashesOf(bundle, leaves.Length + 1));
                    Assert.Null(EntryBundle.HashesOf([.. bundle, 0], leaves.Length));
                    if (leaves.Length == 0)
                        return;
                    Assert.Null(EntryBundle.HashesOf(bundle, leaves.Length - 1));
                    Assert.Null(EntryBundle.HashesOf(bundle.AsSpan(0, bundle.Length - 1), leaves.Length));
                    Assert.Equal(
                        Bundle(leaves[..^1]),
                        bundle[..EntryBundle.LengthOf(bundle, leaves.Length - 1)!.Value]
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure);

    [Fact]
    public void No_bundle_is_longer_than_its_limit()
    {
        byte[][] longest = [.. Enumerable.Repeat(new byte[ushort.MaxValue], TileId.Width)];
        Assert.Equal(EntryBundle.MaxBytes, Bundle(longest).Length);
        Assert.Throws<ArgumentException>(() => Bundle([new byte[ushort.MaxValue + 1]]));
    }

    [Theory]
    [InlineData(0, 256, "tile/entries/000", "tile/0/000")]
    [InlineData(0, 3, "tile/entries/000.p/3", "tile/0/000.p/3")]
    [InlineData(1_234_067, 256, "tile/entries/x001/x234/067", "tile/0/x001/x234/067")]
    [InlineData(1_234_067, 255, "tile/entries/x001/x234/067.p/255", "tile/0/x001/x234/067.p/255")]
    public void Files_are_where_the_specification_says(long index, int width, string entries, string tile)
    {
        Assert.Equal(entries, EntryBundle.PathOf(index, width));
        Assert.Equal(tile, new TileId(0, index).Path(width));
        Assert.True(TileId.TryParsePath(tile["tile/0/".Length..], out var read, out var readWidth));
        Assert.Equal((index, width), (read, readWidth));
    }

    private static byte[] Bundle(IEnumerable<byte[]> leaves)
    {
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var leaf in leaves)
            EntryBundle.Append(bundle, leaf);
        return bundle.WrittenSpan.ToArray();
    }
}
