using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Where an ask leads: a requester asks, the creators concerned approve or refuse, and what they approved is a grant.
/// </summary>
internal static class ApprovalsApi
{
    public static readonly RouteTable Table = new("Approvals", typeof(ApprovalsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var requests = app.MapContract(AskAt.Path, Table);

        requests
            .MapPost("", RequestApproval.Handle)
            .Named("requestApproval")
            .Allow(Access.Scope(Scopes.Check))
            .Changes()
            .Produces<ApprovalRequestChange>(201)
            .Refuses(
                FailureCode.UnknownPurpose,
                FailureCode.NotAsked,
                FailureCode.AlreadyAsked,
                FailureCode.RefusedBefore,
                FailureCode.AskingBlocked,
                FailureCode.CreatorErased
            );
        requests
            .MapGet("", ListApprovalRequests.Handle)
            .Named("listApprovalRequests", Paging.Limit, Paging.Cursor)
            .Allow(Access.Scope(Scopes.Check));
        requests
            .MapGet("/{requestId}", GetApprovalRequest.Handle)
            .Named("getApprovalRequest")
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.Audit))
            .Refuses(FailureCode.NotFound);
        requests
            .MapPost("/{requestId}/withdraw", WithdrawApproval.Handle)
            .Named("withdrawApproval")
            .Allow(Access.Scope(Scopes.Check))
            .Changes()
            .Produces<ApprovalRequestChange>()
            .Refuses(FailureCode.NotFound, FailureCode.NotOpen);

        var creator = app.MapContract("/v1/creators/{creatorId}", Table);

        creator
            .MapGet("/approval-requests", ListAsked.Handle)
            .Named("listAskedApprovals", ApprovalParameters.State, Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapPost("/approval-requests/{requestId}/approve", Approve.Handle)
            .Named("approve")
            .Allow(Access.TheCreator)
            .WithMetadata(new EmptyBody(ApproveRequest.AsAsked))
            .Changes()
            .Produces<AskedChange>()
            .Refuses(FailureCode.NotFound, FailureCode.NotOpen, FailureCode.UnknownPurpose, FailureCode.TooMany);
        creator
            .MapPost("/approval-requests/{requestId}/refuse", Refuse.Handle)
            .Named("refuse")
            .Allow(Access.TheCreator)
            .WithMetadata(new EmptyBody(new RefuseRequest(null)))
            .Restricts()
            .Produces<AskedChange>()
            .Refuses(FailureCode.NotFound, FailureCode.NotOpen);

        creator
            .MapGet("/grants", ListGrants.Handle)
            .Named("listGrants", Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapDelete("/grants/{grantId}", RevokeGrant.Handle)
            .Named("revokeGrant")
            .Allow(Access.TheCreator)
            .Restricts()
            .Produces<GrantChange>()
            .Refuses(FailureCode.NotFound);

        creator
            .MapGet("/blocked-requesters", ListBlocked.Handle)
            .Named("listBlockedRequesters", Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapPut("/blocked-requesters/{requester}", BlockRequester.Handle)
            .Named("blockRequester")
            .Allow(Access.TheCreator)
            .Restricts()
            .Produces<BlockedChange>()
            .Refuses(FailureCode.TooMany);
        creator
            .MapDelete("/blocked-requesters/{requester}", UnblockRequester.Handle)
            .Named("unblockRequester")
            .Allow(Access.TheCreator)
            .Changes()
            .Produces<BlockedChange>();
    }
}
