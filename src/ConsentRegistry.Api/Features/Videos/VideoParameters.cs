using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>The query parameters of videos.</summary>
internal static class VideoParameters
{
    public static readonly QueryParameter Purpose = new(
        "purpose",
        "DecidedPurpose",
        ParameterKind.Purpose,
        "The purpose to decide on; every one of the vocabulary without it."
    );

    public static readonly QueryParameter Requester = new(
        "requester",
        "AskingRequester",
        ParameterKind.Id,
        "Who would use the video; without it, a requester whom no setting names."
    );
}
