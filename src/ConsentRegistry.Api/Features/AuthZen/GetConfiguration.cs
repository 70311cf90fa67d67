using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>Says where the endpoints are: the metadata of a policy decision point. There is no search here.</summary>
internal static class GetConfiguration
{
    public static IResult Handle(HttpRequest request, RegistryOptions options)
    {
        // The request's own address is whatever its sender says; callers are sent elsewhere by it in Development only.
        var here = options.PublicUrl ?? $"{request.Scheme}://{request.Host}";
        return Results.Ok(
            new AuthZenConfiguration(here, here + AuthZenApi.EvaluationPath, here + AuthZenApi.EvaluationsPath)
        );
    }
}
