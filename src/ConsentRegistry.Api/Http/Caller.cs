using System.Globalization;
using System.Security.Claims;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Http;

/// <summary>The scopes of docs/reference/api.md.</summary>
public static class Scopes
{
    public const string Check = "consent:check";
    public const string CheckAny = "consent:check:any";
    public const string Manage = "consent:manage";
    public const string WriteVideos = "videos:write";
    public const string WriteUsage = "usage:write";
    public const string ReadChanges = "changes:read";
    public const string Audit = "consent:audit";
    public const string Admin = "consent:admin";

    /// <summary>Every scope, with what it allows, as the OpenAPI document says it.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new SortedDictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        [Check] = "Check effective consent as the token's own client_id.",
        [CheckAny] = "Name any requester in a check.",
        [Manage] = "Manage the settings of the creator named by sub, or by the creators claim.",
        [WriteVideos] = "Register videos.",
        [WriteUsage] = "Record uses.",
        [ReadChanges] = "Follow everybody's changes.",
        [Audit] = "Read any creator's settings, history and past consent, and the log.",
        [Admin] =
            "Holds, purposes, erasure, everybody's webhooks, and facts that may widen consent. Never a creator's "
            + "settings.",
    };
}

/// <summary>Who calls, read from the validated token.</summary>
public sealed class Caller
{
    /// <summary>The claim that names the creators for whom an agency acts.</summary>
    public const string CreatorsClaim = "creators";

    /// <summary>In that claim, and in Development only: every creator.</summary>
    public const string EveryCreator = "*";

    private readonly HashSet<string> scopes;
    private readonly HashSet<string> creators;

    private Caller(ClaimsPrincipal principal)
    {
        Subject = principal.FindFirstValue("sub");
        Client = principal.FindFirstValue("client_id");
        scopes =
        [
            .. principal
                .FindAll("scope")
                .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];
        creators = [.. principal.FindAll(CreatorsClaim).Select(claim => claim.Value)];
        // NumericDate of RFC 7519: a number of seconds, perhaps with a fraction. A token without one is not accepted.
        ExpiresAt = double.TryParse(
            principal.FindFirstValue("exp"),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var seconds
        )
            ? seconds
            : 0;
    }

    /// <summary>The person or account that signed in.</summary>
    public string? Subject { get; }

    /// <summary>The program that calls.</summary>
    public string? Client { get; }

    /// <summary>
    /// When the token ends, in seconds since 1970. An answer may go on for longer than its token is good.
    /// </summary>
    public double ExpiresAt { get; }

    /// <summary>The creators whom the caller manages by name.</summary>
    public IEnumerable<string> Creators =>
        Has(Scopes.Manage)
            ? creators
                .Append(Subject)
                .OfType<string>()
                .Where(creator => creator != EveryCreator)
                .Distinct(StringComparer.Ordinal)
            : [];

    /// <summary>
    /// The requester that a check is for unless it names another; null if the client's name is no requester's.
    /// </summary>
    public Requester? OwnRequester => Requester.TryParse(Client, out var requester) ? requester : null;

    /// <summary>
    /// What tells this caller from others: idempotency keys and rate limits belong to it. The length keeps the two
    /// names apart.
    /// </summary>
    public string Identity => $"{Client?.Length ?? -1}:{Client}:{Subject}";

    /// <summary>
    /// Whether of this service's scopes the caller has that of managing creators' settings and no other.
    /// </summary>
    public bool OnlyManages => Has(Scopes.Manage) && scopes.Count(Scopes.All.ContainsKey) == 1;

    public static Caller From(HttpContext http) => new(http.User);

    public static Caller From(ClaimsPrincipal principal) => new(principal);

    /// <summary>For how long the token is still good; not positive when it has ended.</summary>
    public TimeSpan Remaining(DateTimeOffset now) =>
        TimeSpan.FromMilliseconds(
            Math.Clamp((ExpiresAt * 1_000) - now.ToUnixTimeMilliseconds(), -1, TimeSpan.FromDays(1).TotalMilliseconds)
        );

    public bool Has(string scope) => scopes.Contains(scope);

    /// <summary>Whether the caller manages this creator's settings.</summary>
    public bool Manages(string creatorId) =>
        Has(Scopes.Manage) && (Subject == creatorId || creators.Contains(creatorId) || creators.Contains(EveryCreator));

    /// <summary>Whether the caller may read this creator's settings.</summary>
    public bool MayRead(CreatorId creator) => Has(Scopes.Audit) || Manages(creator.Value);

    /// <summary>Who makes a change to a creator's stream.</summary>
    public Authorship Author(CreatorId? creator, string? reason) =>
        new(
            Subject,
            Client,
            creator is { } named && Has(Scopes.Manage) && Subject != named.Value && Manages(named.Value) ? named : null,
            reason
        );
}
