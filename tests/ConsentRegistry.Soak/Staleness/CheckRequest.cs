using System.Net.Http.Headers;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>Checks as one request with one answer.</summary>
/// <param name="Way">Which kind of request.</param>
/// <param name="Questions">The checks; one, but in a batch.</param>
internal sealed record CheckRequest(Way Way, IReadOnlyList<Question> Questions)
{
    public string Path =>
        Way switch
        {
            Way.Single => "/v1/checks",
            Way.Batch => "/v1/checks/batch",
            Way.AuthZen => "/access/v1/evaluation",
            _ => throw new InvalidOperationException($"{Way} is no request with one answer."),
        };

    /// <summary>The body, with its length: a body in chunks is no usual one, and goes the long way.</summary>
    public HttpContent ToContent()
    {
        var body = Way switch
        {
            Way.Single => Questions[0].ToJson(),
            Way.Batch => Question.ToJson(Questions),
            _ => Questions[0].ToEvaluation(),
        };
        return new ByteArrayContent(body)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentLength = body.Length },
        };
    }
}
