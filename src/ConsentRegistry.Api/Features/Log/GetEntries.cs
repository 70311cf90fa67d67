using System.Buffers;
using System.IO.Compression;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// Shows the leaves of a tile. Each after its length in two bytes, big-endian, as C2SP tlog-tiles lays them out.
/// </summary>
/// <remarks>
/// The path is the tile's place in groups of three digits, as <c>/log/tile/entries/x001/234</c>; <c>.p/W</c> after it
/// asks for the first <c>W</c> leaves. A leaf names nobody.
/// </remarks>
internal static class GetEntries
{
    public static async Task<IResult> Handle(
        string? tile,
        HttpContext http,
        Database database,
        CancellationToken cancellation
    )
    {
        if (!TileId.TryParsePath(TilePath.WithSlashes(tile), out var index, out var width))
            return GetTile.NotThere;
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        if (
            await LogStore.ReadHeadAsync(connection, cancellation) is not { } head
            || new TileId(0, index).WidthIn(head.Size) < width
        )
            return GetTile.NotThere;
        http.Response.Headers.CacheControl = LogMedia.Forever;
        var leaves = await LogStore.ReadLeavesAsync(connection, index * TileId.Width, width, cancellation);
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var leaf in leaves)
            EntryBundle.Append(bundle, leaf);
        var form = Representation.IsPackedFor(http.Request)
            ? Representation.Packed(bundle.WrittenSpan.ToArray(), CompressionLevel.Fastest)
            : Representation.Plain(bundle.WrittenSpan.ToArray());
        return form.AsResult(http, LogMedia.Bytes, hasForms: true);
    }
}
