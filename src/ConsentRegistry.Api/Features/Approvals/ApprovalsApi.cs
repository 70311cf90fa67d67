using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Where an ask leads: a requester asks, the creators concerned approve or refuse, and what they approved is a grant.</summary>
internal static class ApprovalsApi
{
    public const string Tag = "Approvals";

    public static void Map(IEndpointRouteBuilder app)
    {
        var requests = app.MapContract(AskAt.Path, Tag);

        requests.MapPost("", RequestApproval.Handle).Named("requestApproval").Allow(Access.Scope(Scopes.Check))
            .Changes().Produces<ApprovalRequestChange>(201).Refuses(503);
        requests.MapGet("", ListApprovalRequests.Handle).Named("listApprovalRequests", "limit", "cursor").Allow(Access.Scope(Scopes.Check))
            .Produces<Page<ApprovalRequestBody>>().Refuses(422);
        requests.MapGet("/{requestId}", GetApprovalRequest.Handle).Named("getApprovalRequest").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.Audit))
            .Produces<ApprovalRequestBody>().Refuses(404, 422);
        requests.MapPost("/{requestId}/withdraw", WithdrawApproval.Handle).Named("withdrawApproval").Allow(Access.Scope(Scopes.Check))
            .Changes().Produces<ApprovalRequestChange>().Refuses(404);

        var creator = app.MapContract("/v1/creators/{creatorId}", Tag);

        creator.MapGet("/approval-requests", ListAsked.Handle).Named("listAskedApprovals", "state", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<AskedBody>>().Refuses(422);
        creator.MapPost("/approval-requests/{requestId}/approve", Approve.Handle).Named("approve").Allow(Access.TheCreator)
            .WithMetadata(new EmptyBody(ApproveRequest.AsAsked)).Changes().Produces<AskedChange>().Refuses(404);
        creator.MapPost("/approval-requests/{requestId}/refuse", Refuse.Handle).Named("refuse").Allow(Access.TheCreator)
            .WithMetadata(new EmptyBody(new RefuseRequest(null))).Restricts().Produces<AskedChange>().Refuses(404);

        creator.MapGet("/grants", ListGrants.Handle).Named("listGrants", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<GrantBody>>().Refuses(422);
        creator.MapDelete("/grants/{grantId}", RevokeGrant.Handle).Named("revokeGrant").Allow(Access.TheCreator)
            .Restricts().Produces<GrantChange>().Refuses(404);

        creator.MapGet("/blocked-requesters", ListBlocked.Handle).Named("listBlockedRequesters", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<BlockedBody>>().Refuses(422);
        creator.MapPut("/blocked-requesters/{requester}", BlockRequester.Handle).Named("blockRequester").Allow(Access.TheCreator)
            .Restricts().Produces<BlockedChange>();
        creator.MapDelete("/blocked-requesters/{requester}", UnblockRequester.Handle).Named("unblockRequester").Allow(Access.TheCreator)
            .Changes().Produces<BlockedChange>();
    }
}
