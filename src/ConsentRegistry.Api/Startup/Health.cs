using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;

namespace ConsentRegistry.Api.Startup;

/// <summary>What an orchestrator asks: whether to restart the service, and whether to send it requests.</summary>
internal static class Health
{
    public const string Tag = "Health";

    public static void Map(IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags(Tag).AllowAnonymous();
        health.MapGet("/live", Live).Named("live").Produces<HealthBody>();
        health.MapGet("/ready", Ready).Named("ready").Produces<HealthBody>().Refuses(503);
    }

    /// <summary>Says whether the process runs. If not, start it again.</summary>
    private static IResult Live() => Results.Ok(new HealthBody("live"));

    /// <summary>Says whether the service can answer. If not, as its memory is being loaded or its database is out of reach, send requests elsewhere.</summary>
    private static async Task<IResult> Ready(ReadinessProbe probe, ConsentReplica replica, CancellationToken cancellation)
    {
        if (!replica.TryBegin(out _))
            return new Problem(503, ProblemCode.Unavailable, "This node's memory is not loaded, or not fresh; repeat the request.").AsResult();
        try
        {
            await probe.AskAsync().WaitAsync(cancellation);
            return Results.Ok(new HealthBody("ready"));
        }
        catch (Exception e) when (Unexpected.MeansUnavailable(e))
        {
            return new Problem(503, ProblemCode.Unavailable, "The registry's database cannot be reached now; repeat the request.").AsResult();
        }
    }
}

/// <summary>How the service is.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthBody(string Status);
