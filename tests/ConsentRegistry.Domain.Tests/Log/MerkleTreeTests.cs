using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>The Merkle tree of RFC 6962, against the public vectors and against its definition.</summary>
public sealed class MerkleTreeTests
{
    /// <summary>Sizes around everything that a tile, a level or a power of two could get wrong.</summary>
    public static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513, 700];

    public static IEnumerable<TheoryDataRow<string>> Inclusion() => VectorsOf("inclusion");

    public static IEnumerable<TheoryDataRow<string>> Consistency() => VectorsOf("consistency");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Inclusion))]
    public void Judges_inclusion_as_the_public_vectors_say(string path)
    {
        var vector = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal(
            !vector["wantErr"]!.GetValue<bool>(),
            MerkleTree.VerifyInclusion(
                // An index beyond 63 bits is none that the registry can name; here it turns negative.
                unchecked((long)vector["leafIdx"]!.GetValue<ulong>()),
                vector["treeSize"]!.GetValue<long>(),
                Hash(vector["leafHash"]),
                Hashes(vector["proof"]),
                Hash(vector["root"])
            )
        );
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Consistency))]
    public void Judges_consistency_as_the_public_vectors_say(string path)
    {
        var vector = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal(
            !vector["wantErr"]!.GetValue<bool>(),
            MerkleTree.VerifyConsistency(
                vector["size1"]!.GetValue<long>(),
                vector["size2"]!.GetValue<long>(),
                Hashes(vector["proof"]),
                Hash(vector["root1"]),
                Hash(vector["root2"])
            )
        );
    }

    [Fact]
    public void Builds_the_reference_roots()
    {
        if (SharedFiles.Find("vectors", "transparency-dev-merkle", "reference-roots.json") is not { } path)
            return;
        var reference = JsonNode.Parse(File.ReadAllText(path))!;
        var tree = new TreeBuilder();
        var roots = reference["rootHashesHexBySize"]!.AsArray();
        Assert.Equal(roots[0]!.GetValue<string>(), Convert.ToHexStringLower(tree.Root()));
        foreach (
            var (leaf, at) in reference["leafInputsHex"]!.AsArray().Select((leaf, at) => (leaf!.GetValue<string>(), at))
        )
        {
            tree.Append(MerkleTree.LeafHash(Convert.FromHexString(leaf)));
            Assert.Equal(roots[at + 1]!.GetValue<string>(), Convert.ToHexStringLower(tree.Root()));
        }
    }

    [Fact]
    public void A_root_is_what_the_definition_says_at_every_size()
    {
        var tree = new TreeBuilder();
        for (var size = 1; size <= 600; size++)
        {
            tree.Append(LeafHash(size - 1));
            Assert.Equal(DefinedRoot(0, size), tree.Root());
        }
    }

    [Fact]
    public void A_tree_goes_on_from_its_right_edge()
    {
        foreach (var size in Sizes)
        {
            var whole = Build(size, out var tiles);
            var edge = Enumerable
                .Range(0, TileId.Levels)
                .Select(level => new TileId(level, (long)size >> (8 * (level + 1))))
                .Select(tile =>
                    (IReadOnlyList<byte[]>)
                        tiles
                            .GetValueOrDefault(tile, [])
                            .Chunk(MerkleTree.HashLength)
                            .Take(tile.WidthIn(size))
                            .ToArray()
                )
                .ToArray();
            var resumed = TreeBuilder.Resume(size, edge);
            Assert.Equal(whole.Root(), resumed.Root());
            resumed.Append(LeafHash(size));
            Assert.Equal(DefinedRoot(0, size + 1), resumed.Root());
            Assert.Throws<ArgumentException>(() => TreeBuilder.Resume(size + 1, edge));
        }
    }

    [Fact]
    public void A_copy_leaves_the_original_as_it_is()
    {
        var tree = Build(300, out _);
        var root = tree.Root();
        tree.Copy().Append(LeafHash(300));
        Assert.Equal(root, tree.Root());
        Assert.Equal(300, tree.Size);
    }

    [Fact]
    public void Every_leaf_has_a_proof_that_holds_for_it_alone()
    {
        foreach (var size in Sizes)
        {
            var root = Build(size, out var tiles).Root();
            var hashes = new TreeHashes(tiles);
            for (var index = 0; index < size; index += size > 300 ? 37 : 1)
            {
                var proof = hashes.ProofOf(ProofPath.Inclusion(index, size));
                Assert.True(MerkleTree.VerifyInclusion(index, size, LeafHash(index), proof, root));
                Assert.False(MerkleTree.VerifyInclusion(index, size, LeafHash(index + 1), proof, root));
                Assert.False(
                    MerkleTree.VerifyInclusion(index == 0 ? size : index - 1, size, LeafHash(index), proof, root)
                );
                Assert.False(MerkleTree.VerifyInclusion(index, size, LeafHash(index), [.. proof, root], root));
                if (proof.Length > 0)
                    Assert.False(MerkleTree.VerifyInclusion(index, size, LeafHash(index), proof[1..], root));
            }
        }
    }

    [Fact]
    public void Every_size_is_consistent_with_every_earlier_one()
    {
        foreach (var size in Sizes)
        {
            var root = Build(size, out var tiles).Root();
            var hashes = new TreeHashes(tiles);
            foreach (var earlier in Sizes.Where(earlier => earlier <= size))
            {
                var earlierRoot = Build(earlier, out _).Root();
                var proof = hashes.ProofOf(ProofPath.Consistency(earlier, size));
                Assert.True(
                    MerkleTree.VerifyConsistency(earlier, size, proof, earlierRoot, root),
                    $"{earlier} to {size}"
                );
                Assert.False(MerkleTree.VerifyConsistency(earlier, size, [.. proof, root], earlierRoot, root));
                Assert.False(MerkleTree.VerifyConsistency(earlier, size, proof, LeafHash(-1), root));
            }
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_proof_is_refused()
    {
        const int size = 300;
        var root = Build(size, out var tiles).Root();
        var earlierRoot = Build(170, out _).Root();
        var hashes = new TreeHashes(tiles);
        var inclusion = hashes.ProofOf(ProofPath.Inclusion(123, size));
        var consistency = hashes.ProofOf(ProofPath.Consistency(170, size));
        foreach (var flipped in Flips(inclusion))
            Assert.False(MerkleTree.VerifyInclusion(123, size, LeafHash(123), flipped, root));
        foreach (var flipped in Flips(consistency))
            Assert.False(MerkleTree.VerifyConsistency(170, size, flipped, earlierRoot, root));
    }

    [Theory]
    [InlineData(0, "000")]
    [InlineData(67, "067")]
    [InlineData(1_000, "x001/000")]
    [InlineData(1_234_067, "x001/x234/067")]
    public void A_tile_has_one_path(long index, string path)
    {
        Assert.Equal(path, TileId.PathOf(index));
        Assert.True(TileId.TryParsePath(path, out var read, out var width));
        Assert.Equal((index, TileId.Width), (read, width));
        Assert.True(TileId.TryParsePath(path + ".p/17", out read, out width));
        Assert.Equal((index, 17), (read, width));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("67")]
    [InlineData("0067")]
    [InlineData("x067")]
    [InlineData("001/067")]
    [InlineData("x000/067")]
    [InlineData("067/")]
    [InlineData("067.p/0")]
    [InlineData("067.p/256")]
    [InlineData("067.p/017")]
    [InlineData("067.p/")]
    [InlineData("-67")]
    [InlineData("x999/x999/x999/x999/x999/x999/x999/999")]
    public void No_other_path_names_a_tile(string? path) => Assert.False(TileId.TryParsePath(path, out _, out _));

    internal static TreeBuilder Build(int size, out Dictionary<TileId, byte[]> tiles)
    {
        var tree = new TreeBuilder();
        var completed = new List<Tile>();
        var leaves = Enumerable.Range(0, size).Select(LeafHash).ToArray();
        foreach (var leaf in leaves)
            tree.Append(leaf, completed);
        tiles = completed.ToDictionary(tile => tile.Id, tile => tile.Hashes);
        // What is not full yet: the last leaves, and the roots of the full tiles below.
        for (var level = 0; level < TileId.Levels; level++)
        {
            var last = new TileId(level, (long)size >> (8 * (level + 1)));
            if (last.WidthIn(size) is > 0 and var width)
            {
                tiles[last] =
                [
                    .. level == 0
                        ? leaves[^width..].SelectMany(hash => hash)
                        : completed
                            .Where(tile => tile.Id.Level == level - 1 && tile.Id.Index >= last.Index * TileId.Width)
                            .SelectMany(tile => tile.Root),
                ];
            }
        }
        return tree;
    }

    private static byte[] DefinedRoot(int first, int end)
    {
        if (end - first == 1)
            return LeafHash(first);
        var half = 1;
        while (half * 2 < end - first)
            half *= 2;
        return MerkleTree.NodeHash(DefinedRoot(first, first + half), DefinedRoot(first + half, end));
    }

    private static IEnumerable<byte[][]> Flips(byte[][] proof)
    {
        for (var hash = 0; hash < proof.Length; hash++)
        {
            for (var bit = 0; bit < MerkleTree.HashLength * 8; bit++)
            {
                var flipped = proof.Select(each => each.ToArray()).ToArray();
                flipped[hash][bit / 8] ^= (byte)(1 << (bit % 8));
                yield return flipped;
            }
        }
    }

    internal static byte[] LeafHash(int leaf) => MerkleTree.LeafHash(BitConverter.GetBytes(leaf));

    private static byte[] Hash(JsonNode? text) => text is null ? [] : Convert.FromBase64String(text.GetValue<string>());

    private static byte[][] Hashes(JsonNode? list) => list is null ? [] : [.. list.AsArray().Select(Hash)];

    private static IEnumerable<TheoryDataRow<string>> VectorsOf(string kind) =>
        SharedFiles.Find("vectors", "transparency-dev-merkle", "testdata", kind) is { } folder
            ? Directory
                .EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => new TheoryDataRow<string>(path)
                {
                    TestDisplayName = $"{kind}: {Path.GetRelativePath(folder, path)}",
                })
            : [];
}
