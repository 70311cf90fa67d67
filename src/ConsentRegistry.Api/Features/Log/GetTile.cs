using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// Shows a tile of the tree. Up to 256 hashes side by side, as C2SP tlog-tiles lays them out; what is full never
/// changes.
/// </summary>
/// <remarks>
/// The path is the tile's level and its place in groups of three digits, as <c>/log/tile/0/x001/234</c>. With
/// <c>.p/W</c> after it, it asks for the first <c>W</c> hashes of a tile that is not full. A slash in the place may be
/// sent as <c>%2F</c>; any other spelling is 404. Only what the newest checkpoint covers is there.
/// </remarks>
internal static class GetTile
{
    /// <summary>The refusal of a tile that no checkpoint covers, or that no log has.</summary>
    public static readonly Problem NotThere = new(
        404,
        Domain.FailureCode.NotFound,
        "The newest checkpoint covers no tile of this name; send one of C2SP's tlog-tiles within the size in "
            + "/log/checkpoint."
    );

    public static async Task<IResult> Handle(
        string level,
        string? tile,
        HttpContext http,
        Database database,
        CancellationToken cancellation
    )
    {
        if (
            !TileId.TryParseLevel(level, out var number)
            || !TileId.TryParsePath(TilePath.WithSlashes(tile), out var index, out var width)
        )
            return NotThere;
        var id = new TileId(number, index);
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        if (await LogStore.ReadHeadAsync(connection, cancellation) is not { } head || id.WidthIn(head.Size) < width)
            return NotThere;
        var hashes = (await TileStore.ReadAsync(connection, [id], head.Size, cancellation))[id];
        http.Response.Headers.CacheControl = LogMedia.Forever;
        // Hashes cannot be packed.
        return Representation
            .Plain(hashes[..(width * MerkleTree.HashLength)])
            .AsResult(http, LogMedia.Bytes, hasForms: false);
    }
}
