using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>The two stops that beat every setting at once: the creator's lockdown and the operator's hold.</summary>
internal static class StopsApi
{
    public const string Tag = "Stops";

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Tag);

        creator.MapPut("/lockdown", SetLockdown.Handle).WithMetadata(new EmptyBody(new LockdownRequest(null, null))).Named("setLockdown").Allow(Access.TheCreator)
            .Stops().Produces<ChangeBody>().Refuses(412);
        creator.MapDelete("/lockdown", LiftLockdown.Handle).Named("liftLockdown").Allow(Access.TheCreator)
            .Changes().Produces<ChangeBody>().Refuses(412);
        creator.MapPut("/hold", SetHold.Handle).Named("setHold").Allow(Access.Scope(Scopes.Admin))
            .Stops().Produces<ChangeBody>().Refuses(412);
        creator.MapDelete("/hold", LiftHold.Handle).Named("liftHold").Allow(Access.Scope(Scopes.Admin))
            .Changes().Produces<ChangeBody>().Refuses(412);
    }
}
