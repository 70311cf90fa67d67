using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text;

namespace ConsentRegistry.Api.Http;

/// <summary>A token that was found to be good, and what follows from it.</summary>
/// <param name="Principal">What it says.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record ValidToken(ClaimsPrincipal Principal, DateTime ExpiresAt)
{
    /// <summary>What the caller may check, found out once.</summary>
    public CheckRights Checks { get; } = CheckRights.Of(Caller.Of(Principal));
}

/// <summary>What a caller may check.</summary>
/// <param name="May">Whether they may check at all.</param>
/// <param name="Any">Whether they may name any requester.</param>
/// <param name="Own">Their own name as a requester, in UTF-8; empty if they have none.</param>
internal sealed record CheckRights(bool May, bool Any, byte[] Own)
{
    public static CheckRights Of(Caller caller) => new(
        caller.Has(Scopes.Check) || caller.Has(Scopes.CheckAny),
        caller.Has(Scopes.CheckAny),
        caller.OwnRequester is { } own ? Encoding.ASCII.GetBytes(own.Value) : []);

    /// <summary>Whom a check is for that names this requester, or nobody; false if the caller may not check for them.</summary>
    public bool TryName(ReadOnlySpan<byte> named, out ReadOnlySpan<byte> requester)
    {
        requester = named.IsEmpty ? Own : named;
        return May && !requester.IsEmpty && (Any || requester.SequenceEqual(Own));
    }
}

/// <summary>
/// Tokens that were validated, by their whole text: proving a signature costs more than a check. A token is forgotten when it expires, and all
/// of them as soon as the issuer's keys are others.
/// </summary>
internal sealed class TokenCache(TimeProvider clock)
{
    /// <summary>Tokens that are kept; with more, all are forgotten and proven again. A platform's backends have a few, creators one each.</summary>
    public const int MaxTokens = 50_000;

    private readonly ConcurrentDictionary<string, ValidToken> tokens = new(StringComparer.Ordinal);
    private object? keys;

    /// <summary>Finds a token by the whole value of the header <c>Authorization</c>.</summary>
    public bool TryFind(string? authorization, [NotNullWhen(true)] out ValidToken? token)
    {
        token = null;
        return authorization is not null && tokens.TryGetValue(authorization, out token) && clock.GetUtcNow().UtcDateTime < token.ExpiresAt;
    }

    /// <summary>Keeps a token that was found to be good.</summary>
    public void Add(string authorization, ClaimsPrincipal principal, DateTime expiresAt)
    {
        if (tokens.Count >= MaxTokens)
            tokens.Clear();
        tokens[authorization] = new(principal, expiresAt);
    }

    /// <summary>Forgets all tokens if the keys that proved them are not the issuer's any more.</summary>
    public void ForgetUnless(object currentKeys)
    {
        if (Interlocked.Exchange(ref keys, currentKeys) != currentKeys)
            tokens.Clear();
    }
}
