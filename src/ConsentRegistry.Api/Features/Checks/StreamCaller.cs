using System.Security.Claims;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Who sends a stream, and what they may check.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Rights">What they may check.</param>
internal sealed record StreamCaller(Caller Caller, CheckRights Rights)
{
    public static StreamCaller From(ClaimsPrincipal principal)
    {
        var caller = Caller.From(principal);
        return new(caller, CheckRights.From(caller));
    }

    /// <summary>Whether the caller may go on: a stream may go on for longer than its token is good.</summary>
    public bool MayGoOn(DateTimeOffset now) => Caller.Remaining(now) > TimeSpan.Zero;
}
