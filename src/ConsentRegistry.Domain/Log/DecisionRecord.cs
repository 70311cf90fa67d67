using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Log;

/// <summary>Who and what decided, in the words of the contract.</summary>
/// <param name="Creator">The creator who decided.</param>
/// <param name="Role">How the creator is concerned by <paramref name="Video"/>.</param>
/// <param name="Video">The video decided about: the checked one, or one that it was made from.</param>
/// <param name="Scope"><c>default</c>, <c>override</c> or <c>grant</c>; null for a stop and for silence.</param>
/// <param name="Purpose">The name of the deciding setting's purpose; null for a stop and for silence.</param>
/// <param name="Requester">
/// The requester that the deciding setting names; null for anybody, for a stop and for silence.
/// </param>
/// <param name="Stamp">The change that last altered the deciding record; null for silence.</param>
public sealed record DeciderRecord(
    CreatorId Creator,
    Role Role,
    VideoKey Video,
    string? Scope,
    string? Purpose,
    string? Requester,
    Stamp? Stamp
);

/// <summary>
/// A decision as a receipt holds it: in words, so that it means the same without the facts it was made from.
/// </summary>
/// <param name="Allowed">Whether the use may go ahead.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Reason">What decided.</param>
/// <param name="Detail">
/// Why there is no consent; <see cref="Detail.None"/>, and null in JSON, for every reason but silence.
/// </param>
/// <param name="DecidedBy">Who and what decided; null if the decision is indeterminate.</param>
/// <param name="Obligations">What the requester must observe, sorted.</param>
/// <param name="Excludes">Names of the purposes below the checked one that an allow does not speak for, sorted.</param>
public sealed record DecisionRecord(
    bool Allowed,
    Effect Effect,
    Reason Reason,
    Detail Detail,
    DeciderRecord? DecidedBy,
    ImmutableArray<string> Obligations,
    ImmutableArray<string> Excludes
)
{
    /// <summary>The word for the scope of a grant, which is no setting.</summary>
    private const string GrantScope = "grant";

    /// <summary>Puts a decision into words.</summary>
    /// <param name="facts">The facts that it was made from.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="requester">From whom the facts were seen; null for one that nobody named.</param>
    public static DecisionRecord From(FactSet facts, in Decision decision, Requester? requester) =>
        new(
            decision.IsAllowed,
            decision.Effect,
            decision.Reason,
            decision.Detail,
            DeciderOf(facts, decision, requester),
            decision.Obligations.Words(),
            [.. facts.Vocabulary.Names(decision.Excludes).Select(purpose => purpose.Name)]
        );

    /// <summary>The member <c>decision</c> of a receipt. What is absent is null.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["allowed"] = Allowed,
            ["effect"] = Effect.Word(),
            ["reason"] = Reason.Word(),
            ["detail"] = Detail == Detail.None ? null : Detail.Word(),
            ["decidedBy"] = DecidedBy is not { } by
                ? null
                : new JsonObject
                {
                    ["creatorId"] = by.Creator.Value,
                    ["role"] = by.Role.Word(),
                    ["video"] = new JsonObject
                    {
                        ["creatorId"] = by.Video.Creator.Value,
                        ["videoId"] = by.Video.Video.Value,
                    },
                    ["scope"] = by.Scope,
                    ["purpose"] = by.Purpose,
                    ["requester"] = by.Requester,
                    ["version"] = by.Stamp?.Version,
                    ["changedAt"] = by.Stamp?.At.ToString(),
                },
            ["obligations"] = new JsonArray([.. Obligations.Select(word => JsonValue.Create(word))]),
            ["excludes"] = new JsonArray([.. Excludes.Select(name => JsonValue.Create(name))]),
        };

    /// <summary>The first member in which the other differs, as JSON names it; null if they say the same.</summary>
    public string? DifferenceTo(DecisionRecord other)
    {
        var (mine, theirs) = (ToJson(), other.ToJson());
        return mine.Select(member => member.Key).FirstOrDefault(name => !JsonNode.DeepEquals(mine[name], theirs[name]));
    }

    /// <exception cref="FormatException">
    /// It is not as <see cref="ToJson"/> writes it, as far as reading it shows.
    /// </exception>
    internal static DecisionRecord Read(JsonObject decision) =>
        new(
            decision["allowed"].Truth(),
            Wording.Parse<Effect>(decision["effect"].Text()),
            Wording.Parse<Reason>(decision["reason"].Text()),
            decision["detail"] is { } detail ? Wording.Parse<Detail>(detail.Text()) : Detail.None,
            decision["decidedBy"] is { } by ? ReadDecider(by.Object()) : null,
            [.. decision.Array("obligations").Select(word => word.Text())],
            [.. decision.Array("excludes").Select(name => name.Text())]
        );

    private static DeciderRecord? DeciderOf(FactSet facts, in Decision decision, Requester? requester)
    {
        if (decision.DecidedBy is not { } by)
            return null;
        var setting = decision.Setting;
        return new(
            facts.CreatorOf(by.Creator),
            by.Role,
            facts.VideoOf(by.Video),
            setting is { } spoke ? spoke.Scope?.Word() ?? GrantScope : null,
            setting is { } deciding ? facts.Vocabulary[deciding.Purpose].Purpose.Name : null,
            setting is { NamesRequester: true } ? requester?.Value : null,
            decision.Stamp
        );
    }

    private static DeciderRecord ReadDecider(JsonObject by) =>
        new(
            CreatorId.Parse(by["creatorId"].Text()),
            Wording.Parse<Role>(by["role"].Text()),
            new(
                CreatorId.Parse(by["video"].Object()["creatorId"].Text()),
                VideoId.Parse(by["video"].Object()["videoId"].Text())
            ),
            by["scope"]?.Text(),
            by["purpose"]?.Text(),
            by["requester"]?.Text(),
            by["version"] is { } version ? new Stamp(version.Integer(), by["changedAt"].Moment()) : null
        );
}
