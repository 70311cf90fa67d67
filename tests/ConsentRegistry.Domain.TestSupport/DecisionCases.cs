using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Domain.TestSupport;

/// <summary>A decision case: operations in order, one minute apart, then checks at the last operation's time.</summary>
public sealed record DecisionCase(
    string Name,
    string[] Rules,
    Operation[] Operations,
    CaseCheck[] Checks,
    bool ControlledClock = false
)
{
    /// <summary>What a test explorer shows.</summary>
    public override string ToString() => Name;
}

public sealed record VideoName(string CreatorId, string VideoId);

public sealed record ParticipantName(string CreatorId, string Role);

public sealed record Operation(
    string Op,
    string? CreatorId = null,
    string? VideoId = null,
    string? Published = null,
    ParticipantName[]? Participants = null,
    VideoName[]? DerivedFrom = null,
    string? Purpose = null,
    string? Parent = null,
    bool UsesLikeness = false,
    string? Effect = null,
    string? Requester = null,
    string? AppliesTo = null,
    string[]? Conditions = null,
    int? ExpiresInSeconds = null,
    VideoName? Video = null,
    VideoName? UsedIn = null,
    int? Uses = null,
    string[]? Purposes = null,
    int Seconds = 0
);

public sealed record CaseQuestion(string CreatorId, string VideoId, string Purpose, string Requester);

public sealed record CaseCheck(CaseQuestion Check, Expectation Expect);

public sealed record Expectation(
    bool Allowed,
    string? Effect = null,
    string? Reason = null,
    string? Detail = null,
    string[]? Obligations = null,
    string[]? Excludes = null,
    ExpectedDecider? DecidedBy = null,
    string? Error = null
);

public sealed record ExpectedDecider(
    string CreatorId,
    string Role,
    VideoName Video,
    string? Scope = null,
    string? Purpose = null,
    string? Requester = null
);

/// <summary>Reads files of decision cases: the project's own, and a shared one where it is present.</summary>
public static class DecisionCaseFiles
{
    /// <summary>The environment variable that names a further file of cases in the same format.</summary>
    public const string SharedFileVariable = "CONSENT_DECISION_CASES";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static IEnumerable<DecisionCase> Own() => Read(Path.Combine(AppContext.BaseDirectory, "decisions.json"));

    public static IEnumerable<DecisionCase> Shared() => FindShared() is { } path ? Read(path) : [];

    /// <summary>The shared file: where the variable says, or beside the repository.</summary>
    public static string? FindShared()
    {
        if (Environment.GetEnvironmentVariable(SharedFileVariable) is { Length: > 0 } named)
            return named;
        return SharedFiles.Find("conformance", "decisions.json");
    }

    private static DecisionCase[] Read(string path) =>
        JsonSerializer.Deserialize<CaseFile>(File.ReadAllText(path), Options)!.Cases;

    private sealed record CaseFile(int Format, string About, DecisionCase[] Cases);
}
