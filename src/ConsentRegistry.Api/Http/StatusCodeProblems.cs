namespace ConsentRegistry.Api.Http;

/// <summary>
/// Gives the framework's bare refusals, such as that of an unknown path, the body that every refusal has.
/// </summary>
internal static class StatusCodeProblems
{
    public static Task ExplainAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        // Routing names the methods that were mapped; HEAD goes with GET.
        var allowed = http.Response.Headers.Allow.ToString().Split(", ", StringSplitOptions.RemoveEmptyEntries);
        if (http.Response.StatusCode == 405 && allowed.Contains(HttpMethods.Get))
            http.Response.Headers.Allow = string.Join(
                ", ",
                allowed.Append(HttpMethods.Head).Order(StringComparer.Ordinal)
            );
        var problem = http.Response.StatusCode switch
        {
            404 => Problem.UnknownPath,
            405 => MethodNotAllowed(http.Request.Method, http.Response.Headers.Allow.ToString()),
            413 => ProblemExceptionHandler.TooLarge,
            415 => JsonBody.WrongType(
                http.Request.ContentType,
                $"{JsonBody.MediaType}, or application/x-ndjson where checks are streamed"
            ),
            _ => null,
        };
        return problem?.ExecuteAsync(http) ?? Task.CompletedTask;
    }

    /// <summary>The refusal of a method that a path does not take.</summary>
    public static Problem MethodNotAllowed(string method, string allowed) =>
        new(
            405,
            ProblemCode.MethodNotAllowed,
            $"The path does not take {Domain.Characters.Quote(method)}; send one of: {allowed}."
        );
}
