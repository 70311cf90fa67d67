using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.History;

/// <summary>What a creator's consent was and who changed it, as the log proves it.</summary>
internal static class HistoryApi
{
    public static readonly RouteTable Table = new("History", typeof(HistoryApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}/history", Table);

        creator
            .MapGet("", ListHistory.Handle)
            .Named(
                "listHistory",
                HistoryParameters.Video,
                HistoryParameters.Purpose,
                HistoryParameters.Kind,
                HistoryParameters.From,
                HistoryParameters.To,
                Paging.Limit,
                Paging.Cursor
            )
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapGet("/export", ExportHistory.Handle)
            .Named("exportHistory")
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<string>(200, JsonLines.MediaType);

        app.MapContract("/v1/receipts", Table)
            .MapPost("/export", ExportReceipt.Handle)
            .Named("exportReceipt")
            .Allow(Access.Scope(Scopes.Audit))
            .Produces<string>(200, JsonLines.MediaType);

        var all = app.MapContract("/v1/changes", Table);
        all.MapGet("", ListChanges.Handle)
            .Named("listChanges", HistoryParameters.After, Paging.Limit)
            .Allow(Access.Scope(Scopes.ReadChanges), Access.Scope(Scopes.Audit))
            .Produces<ChangesPage>()
            .Produces<string>(200, EventStreams.MediaType);
    }
}
