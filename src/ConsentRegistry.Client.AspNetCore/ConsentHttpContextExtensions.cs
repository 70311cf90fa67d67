using ConsentRegistry.Client;
using ConsentRegistry.Client.AspNetCore;

namespace Microsoft.AspNetCore.Http;

/// <summary>Gives a handler the consent with which it runs.</summary>
public static class ConsentHttpContextExtensions
{
    /// <summary>
    /// The allow that <c>RequireConsent</c> got for this request. The handler meets its
    /// <see cref="Decision.Obligations"/>, and does nothing that its <see cref="Decision.Excludes"/> names.
    /// </summary>
    /// <exception cref="InvalidOperationException">The endpoint does not require consent.</exception>
    public static Decision GetConsent(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<ConsentFeature>()?.Decision
            ?? throw new InvalidOperationException("The endpoint does not require consent: see RequireConsent.");
    }
}
