using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.History;

/// <summary>The query parameters of the history.</summary>
internal static class HistoryParameters
{
    public static readonly QueryParameter Video = new(
        "videoId",
        "HistoryVideo",
        ParameterKind.Id,
        "Only events about a video of this id, whoever owns it."
    );

    public static readonly QueryParameter Purpose = new(
        "purpose",
        "HistoryPurpose",
        ParameterKind.Purpose,
        "Only events about settings for this purpose, and stops that list it or everything."
    );

    public static readonly QueryParameter Kind = new(
        "kind",
        "Kind",
        ParameterKind.Words,
        "Only events of this kind.",
        typeof(EventType)
    );

    public static readonly QueryParameter From = new(
        "from",
        "FromTime",
        ParameterKind.Time,
        "Only changes made at this moment or later, RFC 3339."
    );

    public static readonly QueryParameter To = new(
        "to",
        "ToTime",
        ParameterKind.Time,
        "Only changes made before this moment, RFC 3339."
    );

    public static readonly QueryParameter After = new(
        "after",
        "After",
        ParameterKind.Count,
        "The `seq` after which the list begins; without it, at the beginning of the log. One beyond the log's end is "
            + "refused."
    );
}
