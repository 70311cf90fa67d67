using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>Somebody whom a developer can be.</summary>
/// <param name="Id">The claim <c>sub</c>; for a creator the creator's id in the registry.</param>
/// <param name="Name">What the page and the claim <c>name</c> call them.</param>
/// <param name="Role">What they are, for the page.</param>
/// <param name="Scopes">What they may, in the words of docs/reference/api.md.</param>
internal sealed record Person(string Id, string Name, string Role, IReadOnlyList<string> Scopes)
{
    /// <summary>The creators for whom an agency acts: the claim <c>creators</c>.</summary>
    public IReadOnlyList<string> Creators { get; init; } = [];

    /// <summary>The requester in whose name the account checks and asks: the claim <c>requester</c>.</summary>
    public string? Requester { get; init; }
}

/// <summary>Everybody whom a developer can be. Pages, clients and tests derive from this table.</summary>
internal static class People
{
    /// <summary>Characters of a name that is typed.</summary>
    public const int LongestName = 60;

    private const string Check = "consent:check";
    private const string Manage = "consent:manage";
    private const string WriteVideos = "videos:write";
    private const string WriteUsage = "usage:write";
    private const string ReadChanges = "changes:read";
    private const string Audit = "consent:audit";
    private const string Admin = "consent:admin";

    private const string CreatorPrefix = "creator-";

    public static readonly IReadOnlyList<Person> All =
    [
        new("creator-maria", "Maria", "a creator", [Manage]),
        new("auditor-ada", "Ada", "an auditor", [Audit]),
        new("operator-otto", "Otto", "an operator of the platform", [Admin, Audit, ReadChanges]),
        new("studio-north", "Studio North", "a requester", [Check, WriteUsage, WriteVideos, ReadChanges])
        {
            Requester = "studio-north",
        },
        new("agency-lumen", "Lumen", "an agency that acts for Maria and Noor", [Manage])
        {
            Creators = ["creator-maria", "creator-noor"],
        },
    ];

    /// <summary>The scopes that anybody has.</summary>
    public static readonly IReadOnlyList<string> Scopes =
    [
        .. All.SelectMany(person => person.Scopes).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Finds one of the table.</summary>
    public static Person? Find(string? id) => All.FirstOrDefault(person => person.Id == id);

    /// <summary>Finds whoever has signed in: one of the table, or a creator whose name was typed.</summary>
    public static Person? Find(string? id, string? name) =>
        Find(id) ?? (TryMakeCreator(name, out var creator) && creator.Id == id ? creator : null);

    /// <summary>
    /// Makes a creator of a name that was typed. The same name is always the same creator, and may be one of the table.
    /// </summary>
    /// <param name="typed">The name; 1 to <see cref="LongestName"/> characters without control characters.</param>
    /// <param name="creator">The creator.</param>
    public static bool TryMakeCreator(string? typed, [NotNullWhen(true)] out Person? creator)
    {
        creator = null;
        if (typed?.Trim() is not { Length: > 0 and <= LongestName } name || !IsText(name))
            return false;
        var id = CreatorPrefix + IdOf(name);
        creator = Find(id) ?? new(id, name, "a new creator", [Manage]);
        return true;
    }

    // Half a surrogate pair is no character.
    private static bool IsText(string name) =>
        !name.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune));

    // Ids of the registry are ASCII. What they cannot hold is told apart by a digest.
    private static string IdOf(string name)
    {
        var letters = name.ToLower(CultureInfo.InvariantCulture)
            .Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        var id = string.Join('-', string.Concat(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return Ascii.IsValid(name) && id.Length > 0
            ? id
            : $"{id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4))}".Trim('-');
    }
}
