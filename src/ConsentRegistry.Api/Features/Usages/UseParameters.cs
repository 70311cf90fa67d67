using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>The query parameters of uses.</summary>
internal static class UseParameters
{
    public static readonly QueryParameter Video = new(
        "videoId",
        "UsedVideo",
        ParameterKind.Id,
        "Only uses of this video: the creator's own of this id, or with `ownerId` that owner's."
    );

    public static readonly QueryParameter Owner = new(
        "ownerId",
        "UsedOwner",
        ParameterKind.Id,
        "Only uses of this owner's videos."
    );

    public static readonly QueryParameter Purpose = new(
        "purpose",
        "UsePurpose",
        ParameterKind.Purpose,
        "Only uses for this purpose."
    );

    public static readonly QueryParameter Requester = new(
        "requester",
        "UsingRequester",
        ParameterKind.Id,
        "Only uses by this requester."
    );

    public static readonly QueryParameter From = new(
        "from",
        "FromRecording",
        ParameterKind.Time,
        "Only uses recorded at this moment or later, RFC 3339."
    );

    public static readonly QueryParameter To = new(
        "to",
        "ToRecording",
        ParameterKind.Time,
        "Only uses recorded before this moment, RFC 3339."
    );
}
