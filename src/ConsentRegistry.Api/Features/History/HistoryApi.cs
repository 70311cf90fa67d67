using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Sequencing;

namespace ConsentRegistry.Api.Features.History;

/// <summary>What a creator's consent was and who changed it, as the log proves it.</summary>
internal static class HistoryApi
{
    public const string Tag = "History";

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}/history", Tag);

        creator.MapGet("", ListHistory.Handle).Named("listHistory", "videoId", "purpose", "kind", "from", "to", "limit", "cursor")
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit)).Produces<Page<HistoryItem>>().Refuses(400, 422);
        creator.MapGet("/export", ExportHistory.Handle).Named("exportHistory")
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit)).Produces<string>(200, ExportLines.MediaType).Refuses(503);

        var all = app.MapContract("/v1/changes", Tag);
        all.MapGet("", ListChanges.Handle).Named("listChanges", "after", "limit").Allow(Access.Scope(Scopes.ReadChanges), Access.Scope(Scopes.Audit))
            .Produces<ChangesPage>().Produces<string>(200, "text/event-stream").Refuses(400, 422, 503);
    }
}
