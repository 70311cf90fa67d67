using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>The question that platforms ask in every request path: may this requester use this video for this purpose?</summary>
internal static class ChecksApi
{
    public const string Tag = "Checks";

    public static void Map(IEndpointRouteBuilder app)
    {
        var checks = app.MapContract("/v1/checks", Tag);

        checks.MapPost("", CheckConsent.Handle).Named("checkConsent").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny), Access.Scope(Scopes.Audit))
            .Produces<DecisionBody>().Refuses(400, 422, 503);
        checks.MapPost("/batch", CheckBatch.Handle).Named("checkConsentBatch").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .WithMetadata(BodyLimit.Bulk).Produces<BatchBody>().Refuses(400, 422, 503);
        checks.MapPost("/stream", CheckStream.Handle).Named("streamChecks").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .Accepts<CheckRequest>(CheckStream.MediaType).Produces<CheckResult>(200, CheckStream.MediaType).Refuses(415, 503);
    }
}
