using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>
/// For whom a caller reads and answers recalls: for its own client, or by name for any requester, as with <c>consent:check:any</c> it checks and records for them.
/// </summary>
internal static class RelyingRequester
{
    public static bool TryRead(Requester? named, Caller caller, [NotNullWhen(true)] out Requester? requester, [NotNullWhen(false)] out Problem? problem)
    {
        requester = named ?? caller.OwnRequester;
        problem = requester is null ? Asking.NoRequester
            : requester != caller.OwnRequester && !caller.Has(Scopes.CheckAny) ? Asking.RequesterNotYours
            : null;
        return problem is null;
    }
}
