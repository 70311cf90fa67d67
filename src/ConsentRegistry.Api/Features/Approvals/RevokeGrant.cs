using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Revokes a grant, for good. Also one that is spent: what was used with it is recalled. Revoking one that was revoked
/// or has expired changes nothing.
/// </summary>
internal static class RevokeGrant
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Guid grantId,
        NoBody none,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var by = Caller.From(http).Author(creatorId, reason: null);
        return pipeline.RunAsync(
            http,
            (change, cancellation) => RevokeAsync(change, creatorId, grantId, by, cancellation)
        );
    }

    private static async Task<Result<ChangeResponse>> RevokeAsync(
        StreamTransaction change,
        CreatorId creator,
        Guid id,
        Authorship by,
        CancellationToken cancellation
    )
    {
        if (
            !(await change.LockAsync(StreamId.OfCreator(creator), cancellation)).Succeeded(
                out var stream,
                out var erased
            )
        )
            return erased;
        if (await GrantStore.FindAsync(change, creator, id, cancellation) is not { } stored)
            return new Failure(
                FailureCode.NotFound,
                Problem.NotFoundDetail(
                    "grant of the creator",
                    "the id of one that GET /v1/creators/{creatorId}/grants lists"
                )
            );
        if (stored.Grant.State == GrantState.Revoked || stored.Grant.Terms.ExpiresAt <= stream.Tx)
        {
            change.Confirm(stream.Id, Records.GrantChanged(id, stored.Grant, stored.Grant));
            return new ChangeResponse(
                new GrantChange(creator.Value, stream.Version - 1, Changes: 0, GrantBody.From(stored, stream.Tx))
            );
        }
        var revoked = stored with { Grant = stored.Grant.Revoked(stream.Stamp) };
        await GrantStore.UpdateStateAsync(change, [revoked], cancellation);
        await change.AppendAsync(
            stream,
            [Records.GrantChanged(id, stored.Grant, revoked.Grant)],
            by,
            altersSettings: false,
            cancellation
        );
        change.Notify(NotificationFactory.Revoked(stream, creator, revoked));
        return new ChangeResponse(
            new GrantChange(creator.Value, stream.Version, Changes: 1, GrantBody.From(revoked, stream.Tx))
        );
    }
}
