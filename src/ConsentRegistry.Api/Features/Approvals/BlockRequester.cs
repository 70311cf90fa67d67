using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Keeps a requester from asking this creator. Their open requests can still be answered; checks are answered as
/// before.
/// </summary>
internal static class BlockRequester
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Requester requester,
        NoBody none,
        ChangePipeline pipeline,
        HttpContext http
    ) => Blocks.ChangeAsync(creatorId, requester, isBlocked: true, pipeline, http);
}

/// <summary>Lets a requester ask again.</summary>
internal static class UnblockRequester
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Requester requester,
        NoBody none,
        ChangePipeline pipeline,
        HttpContext http
    ) => Blocks.ChangeAsync(creatorId, requester, isBlocked: false, pipeline, http);
}

/// <summary>Who may not ask: the same way there and back.</summary>
internal static class Blocks
{
    public static Task<IResult> ChangeAsync(
        CreatorId creator,
        Requester requester,
        bool isBlocked,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var by = Caller.From(http).Author(creator, reason: null);
        return pipeline.RunAsync(
            http,
            (change, cancellation) => ChangeAsync(change, creator, requester, isBlocked, by, cancellation)
        );
    }

    private static async Task<Result<ChangeResponse>> ChangeAsync(
        StreamTransaction change,
        CreatorId creator,
        Requester requester,
        bool isBlocked,
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
        var before = await BlockStore.FindAsync(change, creator, requester, cancellation);
        if (before is not null == isBlocked)
        {
            change.Confirm(stream.Id, Records.AskingChanged(requester, before, before));
            return new ChangeResponse(
                new BlockedChange(creator.Value, stream.Version - 1, Changes: 0, BodyOf(requester, before))
            );
        }
        Domain.Settings.Stamp? after = isBlocked ? stream.Stamp : null;
        await BlockStore.WriteAsync(change, creator, requester, after, cancellation);
        await change.AppendAsync(
            stream,
            [Records.AskingChanged(requester, before, after)],
            by,
            altersSettings: false,
            cancellation
        );
        return new ChangeResponse(
            new BlockedChange(creator.Value, stream.Version, Changes: 1, BodyOf(requester, after))
        );
    }

    private static BlockedBody? BodyOf(Requester requester, Domain.Settings.Stamp? block) =>
        block is { } stamp ? new(requester.Value, stamp.Version, stamp.At) : null;
}
