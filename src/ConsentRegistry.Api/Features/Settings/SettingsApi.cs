using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A creator's settings: one default for everything, overrides for single videos.</summary>
internal static class SettingsApi
{
    public const string Tag = "Settings";

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Tag);

        creator.MapGet("/consent", GetConsent.Handle).Named("getConsent", "asOf").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<ConsentBody>().Produces(304).Refuses(409, 422);
        creator.MapPut("/consent/defaults/{purpose}", SetDefault.Handle).Named("setDefault", "requester").Allow(Access.TheCreator)
            .ChangesAsItsBodySays().Produces<ChangeBody>().Refuses(412);
        creator.MapDelete("/consent/defaults/{purpose}", ClearDefault.Handle).Named("clearDefault", "requester").Allow(Access.TheCreator)
            .Changes().Produces<ChangeBody>().Refuses(412);
        creator.MapPost("/consent/changes", ChangeSettings.Handle).Named("changeSettings").Allow(Access.TheCreator)
            .ChangesAsItsBodySays().WithMetadata(BodyLimit.Bulk).Produces<ChangeBody>().Refuses(412);
        creator.MapPost("/consent/changes/preview", PreviewChanges.Handle).Named("previewChanges").Allow(Access.TheCreator)
            .Previews().WithMetadata(BodyLimit.Bulk).Produces<PreviewBody>();

        creator.MapGet("/consent/overrides", ListOverrides.Handle).Named("listOverrides", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<SettingBody>>().Refuses(422);
        creator.MapPut("/videos/{videoId}/consent/{purpose}", SetOverride.Handle).Named("setOverride", "requester").Allow(Access.TheCreator)
            .ChangesAsItsBodySays().Produces<ChangeBody>().Refuses(412);
        creator.MapDelete("/videos/{videoId}/consent/{purpose}", ClearOverride.Handle).Named("clearOverride", "requester").Allow(Access.TheCreator)
            .Changes().Produces<ChangeBody>().Refuses(412);

        creator.MapGet("/appearances", ListAppearances.Handle).Named("listAppearances", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<AppearanceBody>>().Refuses(422);
        creator.MapPut("/appearances/{ownerId}/{videoId}/consent/{purpose}", SetAppearanceOverride.Handle).Named("setAppearanceOverride", "requester").Allow(Access.TheCreator)
            .ChangesAsItsBodySays().Produces<ChangeBody>().Refuses(412);
        creator.MapDelete("/appearances/{ownerId}/{videoId}/consent/{purpose}", ClearAppearanceOverride.Handle).Named("clearAppearanceOverride", "requester").Allow(Access.TheCreator)
            .Changes().Produces<ChangeBody>().Refuses(412);
    }
}
