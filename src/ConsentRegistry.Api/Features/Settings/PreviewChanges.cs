using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Shows what changes would do. It takes the body of the change, and changes nothing.</summary>
/// <remarks>
/// The answer counts the videos whose effective consent would flip, and names the first 100. A preview counts against
/// the rate limit as a change does.
/// </remarks>
internal static class PreviewChanges
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        Body<ChangeSettingsRequest> body,
        Preview preview,
        HttpContext http
    ) => preview.ShowAsync(http, ChangeSettings.Read(creatorId, preconditions, body.Value));
}
