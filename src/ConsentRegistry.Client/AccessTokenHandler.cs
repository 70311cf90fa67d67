using System.Net.Http.Headers;

namespace ConsentRegistry.Client;

/// <summary>Adds a bearer token to each request.</summary>
public sealed class AccessTokenHandler : DelegatingHandler
{
    private readonly Func<CancellationToken, ValueTask<string>> token;

    /// <summary>
    /// For <c>IHttpClientFactory</c>, which supplies the handler that sends: <c>AddHttpMessageHandler(() => new
    /// AccessTokenHandler(…))</c>.
    /// </summary>
    /// <param name="token">
    /// Gives the token to use now. Called for each request, by several at once: it should cache. What it throws, the
    /// method of the client throws.
    /// </param>
    public AccessTokenHandler(Func<CancellationToken, ValueTask<string>> token)
    {
        ArgumentNullException.ThrowIfNull(token);
        this.token = token;
    }

    /// <summary>
    /// For an <see cref="HttpClient"/> made by hand: <c>new HttpClient(new AccessTokenHandler(…, new
    /// SocketsHttpHandler()))</c>.
    /// </summary>
    /// <param name="token">
    /// Gives the token to use now. Called for each request, by several at once: it should cache. What it throws, the
    /// method of the client throws.
    /// </param>
    /// <param name="inner">Sends the request; disposed with this handler.</param>
    public AccessTokenHandler(Func<CancellationToken, ValueTask<string>> token, HttpMessageHandler inner)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(token);
        this.token = token;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }
}
