using System.Net.Http.Headers;

namespace ConsentRegistry.Client;

/// <summary>Adds a bearer token to each request.</summary>
/// <param name="token">Gives the token to use now; called for each request, so it should cache.</param>
public sealed class AccessTokenHandler(Func<CancellationToken, ValueTask<string>> token) : DelegatingHandler(new SocketsHttpHandler())
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }
}
