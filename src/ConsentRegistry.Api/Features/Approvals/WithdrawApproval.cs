using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Takes a request back. Whoever has not answered need not any more; what was granted already stays granted.
/// </summary>
internal static class WithdrawApproval
{
    public static Task<IResult> Handle(Guid requestId, NoBody none, ChangePipeline pipeline, HttpContext http)
    {
        var caller = Caller.From(http);
        return pipeline.RunAsync(
            http,
            (change, cancellation) => WithdrawAsync(change, requestId, caller, cancellation)
        );
    }

    private static async Task<Result<ChangeResponse>> WithdrawAsync(
        StreamTransaction change,
        Guid id,
        Caller caller,
        CancellationToken cancellation
    )
    {
        // Somebody else's request is none.
        if (
            await ApprovalStore.FindAsync(change, id, cancellation) is not var (request, known)
            || request.Wanted.Requester != caller.OwnRequester
        )
            return new Failure(
                FailureCode.NotFound,
                Problem.NotFoundDetail(
                    "approval request of the caller",
                    "the id of one that GET /v1/approval-requests lists"
                )
            );
        // Nobody answers from here on; and of those concerned, only who has not answered is raised by a version.
        await change.HoldAsync(known.Select(part => StreamId.OfCreator(part.Creator)), cancellation);
        var parts = await ApprovalStore.ReadPartsAsync(change, request, cancellation);
        var open = parts.Where(part => part.Record.State == ApprovalState.Open).ToList();
        var streams = await change.LockAsync(open.Select(part => StreamId.OfCreator(part.Creator)), cancellation);
        var now = streams.Values.Select(stream => stream.Tx).DefaultIfEmpty(request.ExpiresAt).Max();
        if (request.ExpiresAt <= now)
            return new Failure(
                FailureCode.NotOpen,
                "The request is answered, withdrawn or over; withdraw one that is open."
            );
        var withdrawn = open.Select(part =>
                (
                    Before: part,
                    After: part with
                    {
                        Record = part.Record with
                        {
                            State = ApprovalState.Withdrawn,
                            Stamp = streams[StreamId.OfCreator(part.Creator)].Stamp,
                        },
                    }
                )
            )
            .ToList();
        await ApprovalStore.UpdateAsync(change, id, [.. withdrawn.Select(one => one.After)], cancellation);
        await change.AppendAsync(
            [
                .. withdrawn.Select(one =>
                    (
                        streams[StreamId.OfCreator(one.After.Creator)],
                        (IReadOnlyList<RecordChange>)[Records.ApprovalChanged(id, one.Before.Record, one.After.Record)]
                    )
                ),
            ],
            caller.Author(creator: null, reason: null),
            altersSettings: false,
            cancellation
        );
        var after = await ApprovalStore.ReadPartsAsync(change, request, cancellation);
        return new ChangeResponse(
            new ApprovalRequestChange(
                ApprovalRequestBody.From(request, after, now),
                streams.Values.ToDictionary(stream => stream.Id.Name, stream => stream.Version)
            )
        );
    }
}
