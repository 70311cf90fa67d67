using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>
/// OpenID AuthZEN's Authorization API 1.0 over the same checks, for gateways and frameworks that speak it. By that
/// specification's rules where they differ from the rest of the contract: members that nobody knows are passed over.
/// `X-Request-ID` is given back.
/// </summary>
internal static class AuthZenApi
{
    public const string EvaluationPath = "/access/v1/evaluation";

    public const string EvaluationsPath = "/access/v1/evaluations";

    public static readonly RouteTable Table = new("AuthZEN", typeof(AuthZenApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var authZen = app.MapContract("", Table);

        authZen
            .MapPost(EvaluationPath, Evaluate.Handle)
            .Named("evaluate")
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .WithMetadata(new ReadsBody(typeof(EvaluationRequestBody)))
            .Produces<EvaluationDecision>()
            .Refuses(ProblemCode.RequesterNotYours);
        authZen
            .MapPost(EvaluationsPath, EvaluateMany.Handle)
            .Named("evaluateMany")
            .Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny))
            .WithMetadata(BodyLimit.Bulk, new ReadsBody(typeof(EvaluationsRequest)))
            .Produces<EvaluationDecisions>()
            .Refuses(ProblemCode.RequesterNotYours);
        authZen
            .MapGet("/.well-known/authzen-configuration", GetConfiguration.Handle)
            .Named("getAuthZenConfiguration")
            .AllowAnonymous()
            .Produces<AuthZenConfiguration>()
            .NeedsNoDatabase();
    }
}

/// <summary>
/// Gives <c>X-Request-ID</c> back, whatever the answer is: callers find their request in their own log by it.
/// </summary>
internal static class RequestId
{
    private const string Header = "X-Request-ID";

    /// <summary>Characters of an id, at most: a longer one is no id.</summary>
    private const int MaxLength = 256;

    public static Task EchoAsync(HttpContext http, RequestDelegate next)
    {
        if (
            (
                http.Request.Path.StartsWithSegments("/access/v1", StringComparison.OrdinalIgnoreCase)
                || http.Request.Path == "/.well-known/authzen-configuration"
            )
            && http.Request.Headers[Header] is [{ Length: > 0 and <= MaxLength } id]
            && id.All(c => c is >= ' ' and <= '~')
        )
        {
            // At the last moment: whoever answers in place of what went wrong begins with the headers anew.
            http.Response.OnStarting(() =>
            {
                http.Response.Headers[Header] = id;
                return Task.CompletedTask;
            });
        }
        return next(http);
    }
}
