using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// For whom a caller asks, uses and answers: for the client of its own token, or for any requester with the scope
/// <c>consent:check:any</c>.
/// </summary>
internal static class RequesterAuthorization
{
    /// <summary>The token names no client that could be a requester.</summary>
    public static readonly Problem NoRequester = Problem.OfField(
        422,
        FailureCode.Invalid,
        "requester",
        "requester is missing, and the token's claim client_id names none; send requester with a token that has the "
            + $"scope {Scopes.CheckAny}, or a token with client_id."
    );

    public static readonly Problem RequesterNotYours = new(
        403,
        ProblemCode.RequesterNotYours,
        $"requester is not the token's client_id; send that, or a token with the scope {Scopes.CheckAny}."
    );

    /// <summary>Reads for whom a request is made.</summary>
    /// <param name="named">The requester that the request names; null for the token's own client.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="requester">For whom the request is made.</param>
    /// <param name="problem">Why the caller may not make it.</param>
    /// <param name="forAnybody">Whether the caller may make it for any requester, without the scope.</param>
    public static bool TryRead(
        Requester? named,
        Caller caller,
        [NotNullWhen(true)] out Requester? requester,
        [NotNullWhen(false)] out Problem? problem,
        bool forAnybody = false
    )
    {
        requester = named ?? caller.OwnRequester;
        problem =
            requester is null ? NoRequester
            : requester != caller.OwnRequester && !forAnybody && !caller.Has(Scopes.CheckAny) ? RequesterNotYours
            : null;
        return problem is null;
    }
}
