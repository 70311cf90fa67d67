using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>A creator's part in a request that they can still answer, under the lock of their stream.</summary>
internal sealed record OpenPart(LockedStream Stream, StoredRequest Request, StoredPart Part)
{
    private IReadOnlyList<StoredPart> Others { get; init; } = [];

    /// <summary>
    /// Locks the stream and finds the part; refused with 404 if there is none, with 409 if it was answered, withdrawn
    /// or too late.
    /// </summary>
    public static async Task<Result<OpenPart>> LockAsync(
        StreamTransaction change,
        CreatorId creator,
        Guid request,
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
        if (
            await ApprovalStore.FindAsync(change, request, cancellation, toAnswer: true) is not var (found, parts)
            || parts.FirstOrDefault(part => part.Creator == creator) is not { } own
        )
            return new Failure(
                FailureCode.NotFound,
                Problem.NotFoundDetail(
                    "approval request to the creator",
                    "the id of one that GET /v1/creators/{creatorId}/approval-requests lists"
                )
            );
        return own.Record.IsOpen(stream.Tx)
            ? new OpenPart(stream, found, own) { Others = [.. parts.Where(part => part.Creator != creator)] }
            : ApprovalFailures.NotOpen;
    }

    /// <summary>Answers the part, with the grants that go with it, and says how the request stands.</summary>
    public async Task<Result<ChangeResponse>> CloseAsync(
        StreamTransaction change,
        ApprovalState state,
        string? reason,
        IReadOnlyList<StoredGrant> grants,
        Authorship by,
        CancellationToken cancellation
    )
    {
        var answered = Part with
        {
            Record = Part.Record with { State = state, Reason = reason, Stamp = Stream.Stamp },
            Grants = grants,
        };
        await ApprovalStore.UpdateAsync(change, Request.Id, [answered], cancellation);
        RecordChange[] records =
        [
            Records.ApprovalChanged(Request.Id, Part.Record, answered.Record),
            .. grants.Select(grant => Records.GrantChanged(grant.Id, null, grant.Grant)),
        ];
        await change.AppendAsync(Stream, records, by, altersSettings: false, cancellation);
        // The requester sees one request: told when it is approved as a whole, and at the first refusal.
        var status = ApprovalRequestBody.StatusOf(
            [answered.Record, .. Others.Select(part => part.Record)],
            Request.Asked,
            Stream.Tx
        );
        if (
            status == ApprovalStatus.Approved
            || (state == ApprovalState.Refused && Others.All(part => part.Record.State != ApprovalState.Refused))
        )
            change.Notify(NotificationFactory.Answered(Request, isApproved: status == ApprovalStatus.Approved));
        return new ChangeResponse(
            new AskedChange(Part.Creator.Value, Stream.Version, AskedBody.From(Request, answered, Stream.Tx))
        );
    }
}
