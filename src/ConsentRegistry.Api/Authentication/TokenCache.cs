using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Authentication;

/// <summary>A token that was found to be good, and what follows from it.</summary>
/// <param name="Principal">What it says.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Keys">The issuer's keys as they were known before it was proven.</param>
internal sealed record ValidToken(ClaimsPrincipal Principal, DateTime ExpiresAt, string Keys)
{
    /// <summary>What tells the caller from others.</summary>
    public string Identity { get; } = Caller.From(Principal).Identity;

    /// <summary>What the caller may check, found out once.</summary>
    public CheckRights Checks { get; } = CheckRights.From(Caller.From(Principal));
}

/// <summary>What a caller may check.</summary>
/// <param name="May">Whether they may check at all.</param>
/// <param name="Any">Whether they may name any requester.</param>
/// <param name="Own">Their own name as a requester, in UTF-8; empty if they have none.</param>
internal sealed record CheckRights(bool May, bool Any, byte[] Own)
{
    public static CheckRights From(Caller caller) =>
        new(
            caller.Has(Scopes.Check) || caller.Has(Scopes.CheckAny),
            caller.Has(Scopes.CheckAny),
            caller.OwnRequester is { } own ? Encoding.ASCII.GetBytes(own.Value) : []
        );

    /// <summary>
    /// Whom a check is for that names this requester, or nobody; false if the caller may not check for them.
    /// </summary>
    public bool TryName(ReadOnlySpan<byte> named, out ReadOnlySpan<byte> requester)
    {
        requester = named.IsEmpty ? Own : named;
        return May && !requester.IsEmpty && (Any || requester.SequenceEqual(Own));
    }
}

/// <summary>
/// Tokens that were validated, by the header that carries them: proving a signature costs more than a check. A token is
/// good until it expires, and only while the issuer's keys are those that were known before it was proven.
/// </summary>
internal sealed class TokenCache(TimeProvider clock)
{
    /// <summary>Tokens that are kept. A platform's backends have a few, creators one each.</summary>
    public const int MaxTokens = 50_000;

    /// <summary>
    /// Characters of a header whose token is kept: several times what a dozen claims take. With the largest number of
    /// tokens these are 400 MB, which only the issuer could fill; a longer token is proven each time.
    /// </summary>
    public const int LongestHeader = 4 << 10;

    /// <summary>
    /// Tokens that are left when there is no room for one more: each look for those that expired makes room for
    /// thousands.
    /// </summary>
    private const int LeftWhenFull = MaxTokens / 8 * 7;

    private const string Scheme = "Bearer ";

    private readonly ConcurrentDictionary<string, ValidToken> tokens = new(StringComparer.Ordinal);
    private readonly Lock makingRoom = new();
    private string keys = "";

    /// <summary>How many tokens are kept.</summary>
    public int Count => tokens.Count;

    /// <summary>The issuer's keys, as far as they are known here: to be remembered before a token is proven.</summary>
    public string Keys => Volatile.Read(ref keys);

    /// <summary>Finds a token by the whole value of the header <c>Authorization</c>.</summary>
    public bool TryFind(string? authorization, [NotNullWhen(true)] out ValidToken? token)
    {
        token = null;
        // The comparison with the keys, and not the forgetting, is what ends a token: one that was being proven may be
        // added after it.
        return authorization is { Length: <= LongestHeader }
            && tokens.TryGetValue(authorization, out token)
            && clock.GetUtcNow().UtcDateTime < token.ExpiresAt
            && token.Keys == Keys;
    }

    /// <summary>Keeps a token that was found to be good.</summary>
    /// <param name="authorization">The header.</param>
    /// <param name="encoded">
    /// The token's own text. The header may carry it in many ways, of which only the usual one is kept.
    /// </param>
    /// <param name="token">The token.</param>
    public void Add(string authorization, string encoded, ValidToken token)
    {
        if (
            authorization.Length > LongestHeader
            || authorization.Length != Scheme.Length + encoded.Length
            || !authorization.StartsWith(Scheme, StringComparison.Ordinal)
            || !authorization.EndsWith(encoded, StringComparison.Ordinal)
        )
        {
            return;
        }
        if (tokens.Count >= MaxTokens)
            MakeRoom();
        tokens[authorization] = token;
    }

    /// <summary>Takes note of the issuer's keys. Tokens that others proved are not good any more.</summary>
    public void UseKeys(string current)
    {
        if (current == Keys)
            return;
        Volatile.Write(ref keys, current);
        tokens.Clear();
    }

    // First those that nobody finds any more, then whichever come first: their order is that of a hash, so nobody
    // chooses them.
    private void MakeRoom()
    {
        lock (makingRoom)
        {
            if (tokens.Count < MaxTokens)
                return;
            foreach (var (authorization, _) in tokens)
            {
                if (!TryFind(authorization, out _))
                    tokens.TryRemove(authorization, out _);
            }
            foreach (var (authorization, _) in tokens.Take(tokens.Count - LeftWhenFull))
                tokens.TryRemove(authorization, out _);
        }
    }
}
