using System.Security.Claims;

namespace ConsentRegistry.Console.Sessions;

/// <summary>Who is signed in, and what their access token lets them do.</summary>
/// <remarks>
/// It decides what the console shows. What may be done decides the registry, for each request anew.
/// </remarks>
internal sealed class Person
{
    /// <summary>The claim that holds the scopes that the provider granted, separated by spaces.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>The claim that names a creator for whom the person acts.</summary>
    public const string CreatorsClaim = "creators";

    private readonly HashSet<string> scopes;

    public Person(ClaimsPrincipal principal)
    {
        Id = principal.FindFirst("sub")?.Value ?? "";
        Name = principal.FindFirst("name")?.Value is { Length: > 0 } name ? name : Id;
        scopes = [.. (principal.FindFirst(ScopeClaim)?.Value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        ActsFor = [.. principal.FindAll(CreatorsClaim).Select(claim => claim.Value)];
    }

    /// <summary>The person's id, which is their id as a creator, too.</summary>
    public string Id { get; }

    /// <summary>What to call them.</summary>
    public string Name { get; }

    /// <summary>The creators for whom they act; empty for most.</summary>
    public IReadOnlyList<string> ActsFor { get; }

    /// <summary>Whether they decide about videos: their own, or those of whom they act for.</summary>
    public bool IsCreator => scopes.Contains("consent:manage");

    /// <summary>Whether they use others' videos, and have to ask.</summary>
    public bool IsRequester => scopes.Contains("consent:check");

    /// <summary>Whether they look at everybody's history.</summary>
    public bool IsAuditor => scopes.Contains("consent:audit");

    /// <summary>Whether they run the registry.</summary>
    public bool IsOperator => scopes.Contains("consent:admin");

    /// <summary>The creators whose pages are theirs: those they act for, or they themselves.</summary>
    public IReadOnlyList<string> Creators =>
        !IsCreator ? []
        : ActsFor.Count > 0 ? ActsFor
        : [Id];

    /// <summary>Whether they may change what this creator has said.</summary>
    public bool MayManage(string creatorId) => Creators.Contains(creatorId, StringComparer.Ordinal);
}
