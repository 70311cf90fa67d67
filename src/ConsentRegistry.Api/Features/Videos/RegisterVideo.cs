using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Registers facts about a video. Only the platform may: whoever asks for consent cannot say what opens a video for
/// them.
/// </summary>
/// <remarks>
/// A fact that is left out stays as it is. Facts change freely only in the cautious direction, by adding participants,
/// sources and identifiers. Removing one takes <c>consent:admin</c> and a reason, and so does another
/// <c>publishedAt</c> than the stored one. Otherwise it is 409. An added identifier is one that the client may speak
/// for, by the registry's configuration.
/// </remarks>
internal static class RegisterVideo
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        VideoId videoId,
        Body<RegisterVideoRequest> body,
        IdentifierRights rights,
        ChangePipeline pipeline,
        HttpContext http
    ) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) =>
                RegisterAsync(change, new(creatorId, videoId), body.Value, rights, Caller.From(http), cancellation)
        );

    private static async Task<Result<ChangeResponse>> RegisterAsync(
        StreamTransaction change,
        VideoKey video,
        RegisterVideoRequest request,
        IdentifierRights rights,
        Caller caller,
        CancellationToken cancellation
    )
    {
        var wish = new RequestedRegistration(video, request.ToRegistration(), MayWiden(caller, request));
        var result = await VideoRegistrar.RegisterAsync(
            change,
            [wish],
            identifier => rights.MaySpeakFor(caller.Client, identifier),
            caller.Author(creator: null, request.Reason),
            cancellation
        );
        if (!result.Succeeded(out var fulfilments, out var unavailable))
            return unavailable;
        var (record, version, changed, failure) = fulfilments[0];
        if (failure is not null)
            return failure;
        return new ChangeResponse(new RegisteredBody(VideoBody.From(video, record!), version, changed ? 1 : 0));
    }

    /// <summary>Whether facts may change in the direction that can widen consent.</summary>
    public static bool MayWiden(Caller caller, IRegistration request) =>
        caller.Has(Scopes.Admin) && request.Reason is not null;
}
