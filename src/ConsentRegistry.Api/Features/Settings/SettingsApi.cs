using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A creator's settings: one default for everything, overrides for single videos.</summary>
internal static class SettingsApi
{
    public static readonly RouteTable Table = new("Settings", typeof(SettingsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Table);

        creator
            .MapGet("/consent", GetConsent.Handle)
            .Named("getConsent", SettingsParameters.AsOf)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces(304)
            .Refuses(FailureCode.CreatorErased);
        creator
            .MapPut("/consent/defaults/{purpose}", SetDefault.Handle)
            .Named("setDefault", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .ChangesAsItsBodySays()
            .Produces<ChangeBody>()
            .Refuses(FailureCode.TooMany);
        creator
            .MapDelete("/consent/defaults/{purpose}", ClearDefault.Handle)
            .Named("clearDefault", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .Changes()
            .Produces<ChangeBody>();
        creator
            .MapPost("/consent/changes", ChangeSettings.Handle)
            .Named("changeSettings")
            .Allow(Access.TheCreator)
            .ChangesAsItsBodySays()
            .WithMetadata(BodyLimit.Bulk)
            .Produces<ChangeBody>()
            .Refuses(FailureCode.UnknownPurpose, FailureCode.TooMany);
        creator
            .MapPost("/consent/changes/preview", PreviewChanges.Handle)
            .Named("previewChanges")
            .Allow(Access.TheCreator)
            .Previews()
            .WithMetadata(BodyLimit.Bulk)
            .Produces<PreviewBody>()
            .Refuses(FailureCode.UnknownPurpose, FailureCode.TooMany);

        creator
            .MapGet("/consent/overrides", ListOverrides.Handle)
            .Named("listOverrides", Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapPut("/videos/{videoId}/consent/{purpose}", SetOverride.Handle)
            .Named("setOverride", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .ChangesAsItsBodySays()
            .Produces<ChangeBody>();
        creator
            .MapDelete("/videos/{videoId}/consent/{purpose}", ClearOverride.Handle)
            .Named("clearOverride", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .Changes()
            .Produces<ChangeBody>();

        creator
            .MapGet("/appearances", ListAppearances.Handle)
            .Named("listAppearances", Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapPut("/appearances/{ownerId}/{videoId}/consent/{purpose}", SetAppearanceOverride.Handle)
            .Named("setAppearanceOverride", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .ChangesAsItsBodySays()
            .Produces<ChangeBody>();
        creator
            .MapDelete("/appearances/{ownerId}/{videoId}/consent/{purpose}", ClearAppearanceOverride.Handle)
            .Named("clearAppearanceOverride", SettingsParameters.Requester)
            .Allow(Access.TheCreator)
            .Changes()
            .Produces<ChangeBody>();
    }
}
