using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// The question that platforms ask in every request path: may this requester use this video for this purpose?
/// </summary>
internal static class ChecksApi
{
    public static readonly RouteTable Table = new("Checks", typeof(ChecksApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var checks = app.MapContract("/v1/checks", Table);

        checks
            .MapPost("", CheckConsent.Handle)
            .Named("checkConsent")
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny), Access.Scope(Scopes.Audit))
            .Refuses(ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany);
        checks
            .MapPost("/batch", CheckBatch.Handle)
            .Named("checkConsentBatch")
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .WithMetadata(BodyLimit.Bulk)
            .Refuses(FailureCode.TooMany);
        checks
            .MapPost("/stream", CheckStream.Handle)
            .Named("streamChecks", CheckParameters.Attest)
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .Accepts<CheckRequest>(JsonLines.MediaType)
            .Produces<CheckResult>(200, JsonLines.MediaType);
    }
}
