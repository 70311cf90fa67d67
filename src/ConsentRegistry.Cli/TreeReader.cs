using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>What a log shows is not what its key signed.</summary>
internal sealed class TamperedException(string message) : Exception(message);

/// <summary>Where tiles are kept that were shown to be of a tree, so that they need not be asked for again.</summary>
internal interface IKeptTiles
{
    /// <summary>The hashes of a full tile; null if none are kept. Whether they are right is not known.</summary>
    Task<byte[]?> FindAsync(TileId tile, CancellationToken cancellation);

    /// <summary>Keeps the first hashes of a tile, which are right.</summary>
    Task KeepAsync(TileId tile, byte[] hashes, CancellationToken cancellation);
}

/// <summary>
/// Reads a tree under a signed checkpoint: nothing that it gives was believed. Whatever the size of the tree, it keeps
/// two tiles of each level.
/// </summary>
internal sealed class TreeReader
{
    private readonly LogSource log;
    private readonly VerifiedTiles tiles;
    private IKeptTiles? kept;

    private TreeReader(LogSource log, VerifiedTiles tiles) => (this.log, this.tiles) = (log, tiles);

    /// <summary>Begins with the tree's right edge.</summary>
    /// <exception cref="TamperedException">The tiles there do not make up the root.</exception>
    /// <exception cref="LogSourceException">There are no such tiles.</exception>
    public static async Task<TreeReader> OpenAsync(LogSource log, Checkpoint head, CancellationToken cancellation)
    {
        var edge = new Dictionary<TileId, byte[]>();
        foreach (var tile in VerifiedTiles.EdgeOf(head.Size))
            edge.Add(tile, await log.TileAsync(tile, tile.WidthIn(head.Size), cancellation));
        return VerifiedTiles.TryBegin(head.Size, head.Root, edge, out var tiles)
            ? new(log, tiles)
            : throw new TamperedException(
                $"the tiles at the end of {head.Size} leaves do not make up the root that is signed: "
                    + string.Join(", ", edge.Keys.Select(tile => $"'{tile.Path(tile.WidthIn(head.Size))}'"))
            );
    }

    /// <summary>
    /// Whether a tree goes on from a smaller one. Its own tiles say so: nobody signs a proof, so a wrong one says
    /// nothing.
    /// </summary>
    /// <param name="log">Where the tiles are.</param>
    /// <param name="older">The smaller tree, or one of the same size.</param>
    /// <param name="newer">The larger one.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TamperedException">The tiles there do not make up the larger tree.</exception>
    /// <exception cref="LogSourceException">There are no such tiles.</exception>
    public static async Task<bool> GoesOnAsync(
        LogSource log,
        Checkpoint older,
        Checkpoint newer,
        CancellationToken cancellation
    )
    {
        if (older.Size == newer.Size)
            return older.Root.AsSpan().SequenceEqual(newer.Root);
        var tree = await OpenAsync(log, newer, cancellation);
        var root = await tree.RootAtAsync(older.Size, cancellation);
        return older.Root.AsSpan().SequenceEqual(root);
    }

    /// <summary>Keeps what is known, and everything that is read from now on.</summary>
    public async Task KeepInAsync(IKeptTiles there, CancellationToken cancellation)
    {
        kept = there;
        foreach (var (tile, hashes) in tiles.Known)
            await there.KeepAsync(tile, hashes, cancellation);
    }

    /// <summary>The hashes of a tile, one after the other.</summary>
    /// <exception cref="TamperedException">The tile there is not of the tree.</exception>
    /// <exception cref="LogSourceException">There is no such tile.</exception>
    public async Task<byte[]> TileAsync(TileId tile, CancellationToken cancellation)
    {
        while (tiles.MissingFor(tile) is { } missing)
        {
            if (
                kept is not null
                && await kept.FindAsync(missing, cancellation) is { } before
                && tiles.TryAdd(missing, before)
            )
                continue;
            var given = await log.TileAsync(missing, TileId.Width, cancellation);
            if (!tiles.TryAdd(missing, given))
                throw new TamperedException($"'{missing.Path(TileId.Width)}' is not the tile that the root stands for");
            if (kept is not null)
                await kept.KeepAsync(missing, given, cancellation);
        }
        return tiles[tile];
    }

    /// <summary>The root that the tree had when it was smaller.</summary>
    public async Task<byte[]> RootAtAsync(long size, CancellationToken cancellation)
    {
        foreach (var tile in VerifiedTiles.EdgeOf(size).Reverse())
            await TileAsync(tile, cancellation);
        return tiles.RootAt(size);
    }
}
