using System.Net.Http.Headers;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Opens streams of server-sent events, as many at once as somebody likes.</summary>
internal sealed class StreamClient : IDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Opens one, and returns with the head of its answer.</summary>
    public async Task<HttpResponseMessage> FollowAsync(RegistryApplication app, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
    }

    public void Dispose() => http.Dispose();
}
