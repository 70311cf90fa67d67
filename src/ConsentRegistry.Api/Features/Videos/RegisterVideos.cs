using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Registers many videos of any creators. A refused item spoils no other; the accepted ones commit together.
/// </summary>
/// <remarks>
/// The answers stand in the order of the request.
/// </remarks>
internal static class RegisterVideos
{
    public static Task<IResult> Handle(
        Body<RegisterVideosRequest> body,
        IValidator<RegisterItem> validator,
        IdentifierRights rights,
        ChangePipeline pipeline,
        HttpContext http
    ) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) =>
                RegisterAsync(change, body.Value.Videos!, validator, rights, Caller.From(http), cancellation)
        );

    private static async Task<Result<ChangeResponse>> RegisterAsync(
        StreamTransaction change,
        IReadOnlyList<RegisterItem> items,
        IValidator<RegisterItem> validator,
        IdentifierRights rights,
        Caller caller,
        CancellationToken cancellation
    )
    {
        var results = new RegisteredItem[items.Count];
        var wishes = new List<(int At, RequestedRegistration Wish)>();
        for (var i = 0; i < items.Count; i++)
        {
            if (Validation.Check(validator, items[i]) is { } problem)
                results[i] = Refused(items[i], problem);
            else
                wishes.Add(
                    (i, new(KeyOf(items[i]), items[i].ToRegistration(), RegisterVideo.MayWiden(caller, items[i])))
                );
        }

        // One reason stands for the whole change in the history: that of the first item that gave one.
        var reason = items.Select(item => item.Reason).FirstOrDefault(given => given is not null);
        var result = await VideoRegistrar.RegisterAsync(
            change,
            [.. wishes.Select(wish => wish.Wish)],
            identifier => rights.MaySpeakFor(caller.Client, identifier),
            caller.Author(creator: null, reason),
            cancellation
        );
        if (!result.Succeeded(out var fulfilments, out var unavailable))
            return unavailable;
        foreach (var ((at, _), fulfilment) in wishes.Zip(fulfilments))
        {
            results[at] = fulfilment.Failure is { } failure
                ? Refused(items[at], Problem.From(failure))
                : new(
                    items[at].CreatorId,
                    items[at].VideoId,
                    fulfilment.Version,
                    fulfilment.Changed ? 1 : 0,
                    Error: null
                );
        }
        return new ChangeResponse(new RegisteredBatchBody(results));
    }

    private static RegisteredItem Refused(RegisterItem item, Problem problem) =>
        new(item.CreatorId, item.VideoId, Version: null, Changes: null, ItemError.From(problem));

    private static VideoKey KeyOf(RegisterItem item) =>
        new(CreatorId.Parse(item.CreatorId!), VideoId.Parse(item.VideoId!));
}
