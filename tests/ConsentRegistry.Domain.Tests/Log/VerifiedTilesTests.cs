using ConsentRegistry.Domain.Log;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>What is read of a tree from its tiles is of that tree, whoever serves them.</summary>
public sealed class VerifiedTilesTests
{
    // Tiles of three levels: a full one of level 1 and the beginning of the next.
    private const int Large = 66_000;

    public static TheoryData<int> Sizes => [.. MerkleTreeTests.Sizes, 65_535, 65_536, 65_537, Large];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_tile_of_a_tree_is_reached_from_its_root(int size)
    {
        var served = Served(size, out var root);
        var tiles = Begin(size, root, served);

        for (var index = 0L; index * TileId.Width < size; index++)
        {
            var wanted = new TileId(0, index);
            Reach(tiles, wanted, served);
            Assert.Equal(served[wanted], tiles[wanted]);
            // Two of each level, whatever the size.
            Assert.True(tiles.Known.Count() <= 2 * TileId.Levels);
        }
    }

    [Fact]
    public void An_earlier_root_is_that_of_the_tree_of_then()
    {
        var served = Served(Large, out var root);
        var hashes = new TreeHashes(served);
        Prop.ForAll(
                Gen.OneOf(
                        Gen.Choose(0, Large - 1),
                        Gen.Elements(MerkleTreeTests.Sizes),
                        Gen.Elements(0, 65_535, 65_536, 65_537, Large - 1)
                    )
                    .ToArbitrary(),
                earlier =>
                {
                    var tiles = Begin(Large, root, served);
                    foreach (var tile in VerifiedTiles.EdgeOf(earlier).Reverse())
                        Reach(tiles, tile, served);
                    return tiles.RootAt(earlier).AsSpan().SequenceEqual(hashes.RootOf(new(0, earlier)));
                }
            )
            .Check(Config.QuickThrowOnFailure);
        Assert.Equal(root, Begin(Large, root, served).RootAt(Large));
        Assert.Throws<ArgumentOutOfRangeException>(() => Begin(Large, root, served).RootAt(Large + 1));
    }

    [Fact]
    public void An_empty_tree_has_the_root_of_nothing_and_no_tile()
    {
        Assert.True(VerifiedTiles.TryBegin(0, MerkleTree.EmptyRoot, new Dictionary<TileId, byte[]>(), out var tiles));
        Assert.Empty(tiles.Known);
        Assert.Throws<ArgumentOutOfRangeException>(() => tiles.MissingFor(new(0, 0)));
        Assert.False(VerifiedTiles.TryBegin(0, new byte[32], new Dictionary<TileId, byte[]>(), out _));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Nothing_but_the_right_edge_makes_up_the_root(int size)
    {
        var served = Served(size, out var root);
        foreach (var tile in VerifiedTiles.EdgeOf(size))
        {
            var hashes = served[tile];
            foreach (
                var wrong in (byte[][])
                    [Flip(hashes, 0), Flip(hashes, hashes.Length - 1), hashes[32..], [.. hashes, .. root]]
            )
                Assert.False(
                    VerifiedTiles.TryBegin(size, root, new Dictionary<TileId, byte[]>(served) { [tile] = wrong }, out _)
                );
            var fewer = new Dictionary<TileId, byte[]>(served);
            fewer.Remove(tile);
            Assert.False(VerifiedTiles.TryBegin(size, root, fewer, out _));
        }
        Assert.False(VerifiedTiles.TryBegin(size, Flip(root, 5), served, out _));
        Assert.False(VerifiedTiles.TryBegin(size + 1, root, served, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(0, 256)]
    [InlineData(1, 0)]
    public void Another_tile_is_none_of_the_tree(int level, long index)
    {
        var served = Served(Large, out var root);
        var tile = new TileId(level, index);
        var tiles = Begin(Large, root, served);
        if (level == 0)
            Reach(tiles, new(1, index / TileId.Width), served);
        var hashes = served[tile];

        for (var at = 0; at < hashes.Length; at += 331)
            Assert.False(tiles.TryAdd(tile, Flip(hashes, at)));
        Assert.False(tiles.TryAdd(tile, served[new(level == 0 ? 0 : 1, index)][32..]));
        Assert.False(tiles.TryAdd(tile, [.. hashes, .. root]));
        Assert.False(tiles.TryAdd(tile, []));
        if (level == 0)
            Assert.False(tiles.TryAdd(tile, served[tile with { Index = index ^ 1 }]));
        Assert.Equal(tile, tiles.MissingFor(tile));
        Assert.Throws<KeyNotFoundException>(() => tiles[tile]);
        Assert.True(tiles.TryAdd(tile, hashes));
        Assert.Null(tiles.MissingFor(tile));
    }

    [Fact]
    public void A_tile_is_not_judged_before_the_one_above_it()
    {
        var served = Served(Large, out var root);
        var tiles = Begin(Large, root, served);

        Assert.Equal(new TileId(1, 0), tiles.MissingFor(new(0, 7)));
        Assert.Throws<InvalidOperationException>(() => tiles.TryAdd(new(0, 7), served[new(0, 7)]));
    }

    private static Dictionary<TileId, byte[]> Served(int size, out byte[] root)
    {
        root = MerkleTreeTests.Build(size, out var tiles).Root();
        return tiles;
    }

    private static VerifiedTiles Begin(int size, byte[] root, IReadOnlyDictionary<TileId, byte[]> served)
    {
        Assert.True(VerifiedTiles.TryBegin(size, root, served, out var tiles));
        return tiles;
    }

    private static void Reach(VerifiedTiles tiles, TileId wanted, IReadOnlyDictionary<TileId, byte[]> served)
    {
        while (tiles.MissingFor(wanted) is { } missing)
            Assert.True(tiles.TryAdd(missing, served[missing]));
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 1;
        return flipped;
    }
}
