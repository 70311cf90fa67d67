using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>Shows a tile of the tree. Up to 256 hashes side by side, as C2SP tlog-tiles lays them out; what is full never changes.</summary>
/// <remarks>
/// The path is the tile's level and its place in groups of three digits, as <c>/log/tile/0/x001/234</c>; <c>.p/W</c> after it asks for the first <c>W</c> hashes of a
/// tile that is not full. Only what the newest checkpoint covers is there.
/// </remarks>
internal static class GetTile
{
    public static async Task<IResult> Handle(int level, string? tile, HttpContext http, Database database, CancellationToken cancellation)
    {
        if (level is < 0 or >= TileId.Levels || !TileId.TryParsePath(tile, out var index, out var width))
            return Problem.NotFound.AsResult();
        var id = new TileId(level, index);
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        if (await LogStore.ReadHeadAsync(connection, cancellation) is not { } head || id.WidthIn(head.Size) < width)
            return Problem.NotFound.AsResult();
        var hashes = (await TileStore.ReadAsync(connection, [id], head.Size, cancellation))[id];
        http.Response.Headers.CacheControl = LogMedia.Forever;
        return Results.Bytes(hashes[..(width * MerkleTree.HashLength)], LogMedia.Bytes);
    }
}
