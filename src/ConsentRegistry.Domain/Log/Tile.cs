using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Which tile of a tree: up to <see cref="Width"/> hashes side by side, those of complete subtrees of height <c>8 *
/// Level</c> (C2SP tlog-tiles).
/// </summary>
/// <param name="Level">0 for the hashes of leaves.</param>
/// <param name="Index">Its place among the tiles of that level.</param>
public readonly record struct TileId(int Level, long Index)
{
    /// <summary>Hashes of a full tile.</summary>
    public const int Width = 1 << HeightOfTile;

    /// <summary>Levels of a tree that has as many leaves as 63 bits count.</summary>
    public const int Levels = 8;

    private const int HeightOfTile = 8;

    private const string PartMarker = ".p/";

    /// <summary>How many hashes the tile has in a tree of so many leaves; 0 if there is no such tile yet.</summary>
    public int WidthIn(long treeSize) =>
        (int)Math.Clamp((treeSize >> (HeightOfTile * Level)) - (Index * Width), 0, Width);

    /// <summary>The tile that holds the hash of a subtree, or those from which it is computed.</summary>
    /// <param name="subtree">The subtree.</param>
    /// <returns>The tile, and which of its hashes.</returns>
    public static (TileId Tile, Range Hashes) Of(Subtree subtree)
    {
        var (level, height) = Math.DivRem(subtree.Height, HeightOfTile);
        var first = subtree.Index << height;
        var offset = (int)(first & (Width - 1));
        return (new(level, first >> HeightOfTile), offset..(offset + (1 << height)));
    }

    /// <summary>
    /// The place of a tile in paths: groups of three digits, all but the last marked with <c>x</c>, as
    /// <c>x001/x234/067</c>.
    /// </summary>
    public static string PathOf(long index)
    {
        var path = (index % 1_000).ToString("D3", CultureInfo.InvariantCulture);
        for (index /= 1_000; index > 0; index /= 1_000)
            path = string.Create(CultureInfo.InvariantCulture, $"x{index % 1_000:D3}/{path}");
        return path;
    }

    /// <summary>The same, with <c>.p/W</c> after it for the first <c>W</c> entries of a tile.</summary>
    /// <param name="index">The tile's place.</param>
    /// <param name="width">How many entries: 1 to <see cref="Width"/>.</param>
    public static string PathOf(long index, int width) =>
        width == Width
            ? PathOf(index)
            : string.Create(CultureInfo.InvariantCulture, $"{PathOf(index)}{PartMarker}{width}");

    /// <summary>Where the tile is in a log's files, for example <c>tile/0/x001/067.p/3</c>.</summary>
    /// <param name="width">How many of its hashes: 1 to <see cref="Width"/>.</param>
    public string Path(int width) =>
        string.Create(CultureInfo.InvariantCulture, $"tile/{Level}/{PathOf(Index, width)}");

    /// <summary>Reads a level: one digit, 0 to 7. There is one way to write it.</summary>
    public static bool TryParseLevel([NotNullWhen(true)] string? text, out int level)
    {
        level = text is [>= '0' and < (char)('0' + Levels)] ? text[0] - '0' : -1;
        return level >= 0;
    }

    /// <summary>
    /// Reads what <see cref="PathOf(long)"/> writes, optionally followed by <c>.p/W</c> for the first 1 to 255 entries
    /// of a tile.
    /// </summary>
    /// <param name="path">The path after the level.</param>
    /// <param name="index">The tile's place.</param>
    /// <param name="width">How many entries are asked for: <see cref="Width"/> unless the path says less.</param>
    public static bool TryParsePath([NotNullWhen(true)] string? path, out long index, out int width)
    {
        (index, width) = (0, Width);
        if (path is null)
            return false;
        var marker = path.IndexOf(PartMarker, StringComparison.Ordinal);
        if (marker >= 0)
        {
            var text = path[(marker + PartMarker.Length)..];
            if (
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out width)
                || width is 0 or >= Width
                || text != width.ToString(CultureInfo.InvariantCulture)
            )
            {
                return false;
            }
            path = path[..marker];
        }
        foreach (var group in path.Split('/'))
        {
            if (
                !int.TryParse(
                    group.AsSpan(group.StartsWith('x') ? 1 : 0),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var digits
                )
                || index > long.MaxValue / 10_000
            )
                return false;
            index = (index * 1_000) + digits;
        }
        // One way to write it: anything else, as a missing x, would be a second name of the same thing.
        return path == PathOf(index);
    }
}

/// <summary>A full tile, and the hash of the subtree that it covers, which stands in the tile above.</summary>
/// <param name="Id">Which.</param>
/// <param name="Hashes">Its hashes, one after the other.</param>
/// <param name="Root">The hash over them.</param>
public sealed record Tile(TileId Id, byte[] Hashes, byte[] Root);
