using ConsentRegistry.Api.Features.History;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>The history log itself, for those who trust nobody: checkpoints, tiles, proofs, keys, and the whole of it. All but the export is public.</summary>
internal static class LogApi
{
    public const string Tag = "Log";

    public static void Map(IEndpointRouteBuilder app)
    {
        var files = app.MapContract("/log", Tag).AllowAnonymous();
        files.MapGet("/checkpoint", GetCheckpoint.Handle).Named("getCheckpoint").Produces<string>(200, LogMedia.Text).Refuses(404, 503);
        files.MapGet("/tile/{level:int}/{**tile}", GetTile.Handle).Named("getTile").Produces<byte[]>(200, LogMedia.Bytes).Refuses(404, 503);
        files.MapGet("/tile/entries/{**tile}", GetEntries.Handle).Named("getEntries").Produces<byte[]>(200, LogMedia.Bytes).Refuses(404, 503);

        var log = app.MapContract("/v1/log", Tag);
        log.MapGet("/proof/{eventId}", GetInclusionProof.Handle).Named("getInclusionProof", "size").AllowAnonymous()
            .Produces<InclusionProofBody>().Refuses(400, 404, 422, 503);
        log.MapGet("/consistency", GetConsistencyProof.Handle).Named("getConsistencyProof", "from", "to").AllowAnonymous()
            .Produces<ConsistencyProofBody>().Refuses(400, 422, 503);
        log.MapGet("/keys", ListLogKeys.Handle).Named("listLogKeys").AllowAnonymous().Produces<LogKeysBody>();
        log.MapGet("/export", ExportLog.Handle).Named("exportLog", "from", "to").Allow(Access.Scope(Scopes.Audit))
            .Produces<string>(200, ExportLines.MediaType).Refuses(400, 422, 503);
    }
}

/// <summary>The media types of C2SP tlog-tiles.</summary>
internal static class LogMedia
{
    public const string Text = "text/plain";

    public const string Bytes = "application/octet-stream";

    /// <summary>What is once full never changes.</summary>
    public const string Forever = "public, max-age=31536000, immutable";
}
