using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>The query parameters of settings.</summary>
internal static class SettingsParameters
{
    public static readonly QueryParameter Requester = new(
        "requester",
        "NamedRequester",
        ParameterKind.Id,
        "The requester that the setting names; without it, the setting is for anybody."
    );

    public static readonly QueryParameter AsOf = new(
        "asOf",
        "AsOf",
        ParameterKind.Time,
        "A past moment, RFC 3339: the answer is what held then."
    );
}
