using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Takes a request back. Whoever has not answered need not any more; what was granted already stays granted.</summary>
internal static class WithdrawApproval
{
    public static Task<IResult> Handle(Guid requestId, NoBody none, ChangePipeline pipeline, HttpContext http)
    {
        var caller = Caller.Of(http);
        return pipeline.RunAsync(http, (change, cancellation) => WithdrawAsync(change, requestId, caller, cancellation));
    }

    private static async Task<Result<Answer>> WithdrawAsync(Change change, Guid id, Caller caller, CancellationToken cancellation)
    {
        // Somebody else's request is none.
        if (await ApprovalStore.FindAsync(change, id, cancellation) is not var (request, known) || request.Wanted.Requester != caller.OwnRequester)
            return new Failure(FailureCode.NotFound, Problem.NotFound.Detail);
        var streams = await change.LockAsync(known.Select(part => StreamId.Of(part.Creator)), cancellation);
        // Again, under the locks: a creator may have answered meanwhile.
        var parts = await ApprovalStore.ReadPartsAsync(change, request, cancellation);
        var now = streams.Values.Max(stream => stream.Tx);
        var open = parts.Where(part => part.Record.IsOpen(now) && streams[StreamId.Of(part.Creator)].ErasedAt is null).ToList();
        if (open.Count == 0)
            return new Failure(FailureCode.NotOpen, "Nobody can answer this request any more.");
        var withdrawn = open.ConvertAll(part => part with
        {
            Record = part.Record with { State = ApprovalState.Withdrawn, Stamp = streams[StreamId.Of(part.Creator)].Stamp },
        });
        foreach (var part in withdrawn)
            await ApprovalStore.UpdateAsync(change, id, part, cancellation);
        await change.AppendAsync(
            [.. open.Zip(withdrawn, (before, after) =>
                (streams[StreamId.Of(after.Creator)], (IReadOnlyList<RecordChange>)[Records.Of(id, before.Record, after.Record)]))],
            caller.Author(creator: null, reason: null),
            altersSettings: false,
            cancellation);
        var after = parts.Select(part => withdrawn.Find(one => one.Creator == part.Creator) ?? part).ToList();
        return new Answer(new ApprovalRequestChange(
            ApprovalRequestBody.Of(request, after, now), withdrawn.ToDictionary(part => part.Creator.Value, part => part.Record.Stamp.Version)));
    }
}
