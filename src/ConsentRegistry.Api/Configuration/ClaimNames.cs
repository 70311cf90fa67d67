namespace ConsentRegistry.Api.Configuration;

/// <summary>
/// Which claims of a token say who calls and what they may: <c>Tokens:Claims</c>. Providers have names of their own for
/// them.
/// </summary>
/// <param name="Subject">The person or account, and so the creator: <c>Tokens:Claims:Subject</c>.</param>
/// <param name="Clients">The program; of several claims the first that a token has:
/// <c>Tokens:Claims:Client</c>.</param>
/// <param name="Scopes">What the caller may; what stands in any of them counts: <c>Tokens:Claims:Scope</c>.</param>
/// <param name="Creators">For whom an agency acts: <c>Tokens:Claims:Creators</c>.</param>
internal sealed record ClaimNames(
    string Subject,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Scopes,
    string Creators
)
{
    // What these say is fixed by RFC 7519 and OpenID Connect; one who calls by them would be whoever the token was made
    // for, or nobody.
    private static readonly HashSet<string> Reserved = new(
        ["iss", "aud", "exp", "nbf", "iat", "jti", "nonce", "at_hash", "c_hash", "s_hash", "events", "typ"],
        StringComparer.Ordinal
    );

    /// <summary>The names of RFC 9068.</summary>
    public static readonly ClaimNames Usual = From(new());

    /// <summary>Claims that one setting may name.</summary>
    public const int MaxNames = 8;

    /// <summary>Characters of a name: those that hold an address, as some providers demand, are not longer.</summary>
    public const int LongestName = 255;

    public static ClaimNames From(ClaimSettings settings) =>
        new(
            One(settings.Subject, "Tokens:Claims:Subject"),
            Many(settings.Client, "Tokens:Claims:Client"),
            Many(settings.Scope, "Tokens:Claims:Scope"),
            One(settings.Creators, "Tokens:Claims:Creators")
        );

    private static string One(string text, string key) =>
        Many(text, key) is [var name] ? name : throw new StartupException($"{key} is the name of one claim.");

    private static string[] Many(string text, string key)
    {
        var names = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MaxNames || names.Any(name => name.Length > LongestName || name.Any(char.IsControl)))
        {
            throw new StartupException(
                $"{key} is the name of a claim, or up to {MaxNames} with spaces between them where several are taken."
            );
        }
        if (names.FirstOrDefault(Reserved.Contains) is { } reserved)
            throw new StartupException($"{key} is not the claim {reserved}, which says something else in every token.");
        return names;
    }
}
