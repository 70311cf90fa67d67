using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>The query parameters of signals.</summary>
internal static class SignalParameters
{
    public static readonly QueryParameter Format = new(
        "format",
        "SignalFormatFilter",
        ParameterKind.Words,
        "Only signals in this format; without it, in every format.",
        typeof(SignalFormat)
    );

    public static readonly QueryParameter Site = new(
        "site",
        "Site",
        ParameterKind.Site,
        "Required: the site that the file is for, as the origin of its URLs, such as `https://videos.example.com`. Its "
            + "host is one for which the registry's configuration lets somebody register URLs."
    );

    public static readonly QueryParameter AfterCreatorId = new(
        "afterCreatorId",
        "AfterCreatorId",
        ParameterKind.Id,
        "Only videos after this one: its owner. With `afterVideoId`."
    );

    public static readonly QueryParameter AfterVideoId = new(
        "afterVideoId",
        "AfterVideoId",
        ParameterKind.Id,
        "Only videos after this one: the owner's id for it. With `afterCreatorId`."
    );
}
