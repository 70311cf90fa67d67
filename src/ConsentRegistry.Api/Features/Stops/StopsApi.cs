using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>The two stops that beat every setting at once: the creator's lockdown and the operator's hold.</summary>
internal static class StopsApi
{
    public static readonly RouteTable Table = new("Stops", typeof(StopsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Table);

        creator
            .MapPut("/lockdown", SetLockdown.Handle)
            .WithMetadata(new EmptyBody(new LockdownRequest(null, null)))
            .Named("setLockdown")
            .Allow(Access.TheCreator)
            .Stops()
            .Produces<ChangeBody>()
            .Refuses(FailureCode.UnknownPurpose, FailureCode.TooMany);
        creator
            .MapDelete("/lockdown", LiftLockdown.Handle)
            .Named("liftLockdown")
            .Allow(Access.TheCreator)
            .Changes()
            .Produces<ChangeBody>();
        creator
            .MapPut("/hold", SetHold.Handle)
            .Named("setHold")
            .Allow(Access.Scope(Scopes.Admin))
            .Stops()
            .Produces<ChangeBody>()
            .Refuses(FailureCode.UnknownPurpose, FailureCode.TooMany);
        creator
            .MapDelete("/hold", LiftHold.Handle)
            .Named("liftHold")
            .Allow(Access.Scope(Scopes.Admin))
            .Changes()
            .Produces<ChangeBody>();
    }
}
