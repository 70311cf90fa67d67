using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

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

    public static readonly QueryParameter Effect = new(
        "effect",
        "DecidedEffect",
        ParameterKind.Words,
        "Only videos whose decision has this effect; `purpose` says for what. A page may then have fewer items than "
            + "`limit`, or none. The list goes on all the same as long as there is a `nextCursor`.",
        typeof(Effect)
    );

    public static readonly QueryParameter IdPrefix = new(
        "idPrefix",
        "VideoIdPrefix",
        ParameterKind.Id,
        "Only videos whose id begins so."
    );

    public static readonly QueryParameter Overridden = new(
        "overridden",
        "Overridden",
        ParameterKind.Boolean,
        "With `true` only videos for which the creator has an override; without it, or with `false`, all."
    );
}
