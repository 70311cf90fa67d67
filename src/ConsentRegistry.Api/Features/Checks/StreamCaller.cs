using System.Globalization;
using System.Security.Claims;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Who sends a stream, what they may check, and until when: a stream may go on for longer than its token is good.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Rights">What they may check.</param>
/// <param name="ExpiresAt">When the token ends, in seconds since 1970.</param>
internal sealed record StreamCaller(Caller Caller, CheckRights Rights, double ExpiresAt)
{
    public static StreamCaller Of(ClaimsPrincipal principal)
    {
        var caller = Caller.Of(principal);
        // NumericDate of RFC 7519: a number of seconds, perhaps with a fraction. A token without one is not accepted.
        var isDated = double.TryParse(principal.FindFirstValue("exp"), NumberStyles.Float, CultureInfo.InvariantCulture, out var expiresAt);
        return new(caller, CheckRights.Of(caller), isDated ? expiresAt : 0);
    }

    /// <summary>Whether the caller may go on.</summary>
    public bool MayGoOn(DateTimeOffset now) => now.ToUnixTimeMilliseconds() < ExpiresAt * 1_000;
}
