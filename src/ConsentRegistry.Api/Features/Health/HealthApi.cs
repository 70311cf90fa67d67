using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Monitoring;

namespace ConsentRegistry.Api.Features.Health;

/// <summary>What an orchestrator asks: whether to restart the service, and whether to send it requests.</summary>
internal static class HealthApi
{
    public static readonly RouteTable Table = new("Health", typeof(HealthApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithRouteTable(Table).AllowAnonymous();
        health.MapGet("/live", Live).Named("live").Produces<HealthBody>().NeedsNoDatabase();
        health.MapGet("/ready", ReadyState.Handle).Named("ready").Produces<ReadyBody>();
    }

    /// <summary>Says whether the process runs. If not, start it again.</summary>
    private static IResult Live() => Results.Ok(new HealthBody("live"));
}

/// <summary>Says whether the service can answer. If not, send requests elsewhere.</summary>
/// <remarks>
/// It cannot while its memory is loaded, or while its database is out of reach. Nor can it before the issuer's keys
/// were read, without the keys of erased identifiers, or once it was told to stop. The refusal has the same
/// <c>parts</c> as the answer, so that operators see which part is missing and since when.
/// </remarks>
internal static class ReadyState
{
    public static async Task<IResult> Handle(Readiness readiness, CancellationToken cancellation)
    {
        var parts = await readiness.LookAsync(cancellation);
        return readiness.Refusal(parts) is { } refusal
            ? new NotReady(refusal, parts)
            : Results.Ok(new ReadyBody("ready", parts));
    }

    /// <summary>The problem, and beside it the parts.</summary>
    private sealed class NotReady(Problem problem, IReadOnlyList<ReadinessPart> parts) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            problem.WriteAsync(httpContext, new() { ["parts"] = JsonSerializer.SerializeToNode(parts, Json.Options) });
    }
}

/// <summary>How the service is.</summary>
/// <param name="Status"><c>live</c>.</param>
public sealed record HealthBody(string Status);

/// <summary>That the service can answer, and from what.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Parts">What it answers from. A part that is not needed may be missing.</param>
public sealed record ReadyBody(string Status, IReadOnlyList<ReadinessPart> Parts);
