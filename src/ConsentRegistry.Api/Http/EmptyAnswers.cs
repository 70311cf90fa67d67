namespace ConsentRegistry.Api.Http;

/// <summary>Gives the framework's bare refusals, such as that of an unknown path, the body that every refusal has.</summary>
internal static class EmptyAnswers
{
    public static Task ExplainAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var problem = http.Response.StatusCode switch
        {
            404 => Problem.NotFound,
            405 => new Problem(405, ProblemCode.MethodNotAllowed, "The path has no such method."),
            413 => new Problem(413, ProblemCode.TooLarge, "The request is too large."),
            415 => new Problem(415, ProblemCode.UnsupportedMediaType, "The body is application/json, or application/x-ndjson where checks are streamed."),
            _ => null,
        };
        return problem?.WriteAsync(http) ?? Task.CompletedTask;
    }
}
