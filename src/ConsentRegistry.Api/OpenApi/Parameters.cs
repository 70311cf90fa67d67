using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Features.Recalls;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Notifications;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>The parameters of the contract, each described once for all the operations that take it.</summary>
/// <remarks>Only what a path needs has an example: the page fills examples in, and an optional parameter is best left out.</remarks>
internal static class Parameters
{
    /// <summary>Every parameter by its name in the document.</summary>
    /// <param name="words">
    /// The named schema of an enumeration: a list of words that stood in a parameter would get a name from each
    /// generator.
    /// </param>
    public static IReadOnlyDictionary<string, OpenApiParameter> All(Func<Type, IOpenApiSchema> words) => new Dictionary<string, OpenApiParameter>(StringComparer.Ordinal)
    {
        ["CreatorId"] = Path("creatorId", "The creator: the platform's own id of a person or account.", Id(), "ana"),
        ["OwnerId"] = Path("ownerId", "The owner of the video in which the creator appears.", Id(), "ben"),
        ["VideoId"] = Path("videoId", "The owner's id for the video.", Id(), "summer"),
        ["Purpose"] = Path("purpose", "The purpose that the setting is for, and every one below it: a name of the vocabulary.", Purpose(), "remix"),
        ["DecidedPurpose"] = Query("purpose", "The purpose to decide on; every one of the vocabulary without it.", Purpose()),
        ["NamedRequester"] = Query("requester", "The requester that the setting names; without it, the setting is for anybody.", Id()),
        ["AskingRequester"] = Query("requester", "Who would use the video; without it, a requester whom no setting names.", Id()),
        ["RelyingRequester"] = Query("requester", "Whom the recall tells to stop; the token's own client without it. Another takes `consent:check:any`.", Id()),
        ["AsOf"] = Query("asOf", "A past moment, RFC 3339: the answer is what held then.", Time()),
        ["HistoryVideo"] = Query("videoId", "Only events about a video of this id, whoever owns it.", Id()),
        ["HistoryPurpose"] = Query("purpose", "Only events about settings for this purpose, and stops that list it or everything.", Purpose()),
        ["Kind"] = Query("kind", "Only events of this kind.", words(typeof(EventType))),
        ["NotificationKind"] = Query("kind", "Only notifications of this kind.", words(typeof(NotificationKind))),
        ["Unread"] = Query("unread", "Only notifications that are unread, or only those that are read.", new OpenApiSchema { Type = JsonSchemaType.Boolean }),
        ["WebhookId"] = Path("webhookId", "The webhook.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e66"),
        ["NotificationId"] = Path("notificationId", "The notification: the `webhook-id` of its messages.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e77"),
        ["Audience"] = Query("audience", "Only webhooks that tell these; goes with `owner`.", words(typeof(WebhookAudience))),
        ["Owner"] = Query("owner", "Only webhooks of this platform's client, requester or creator; goes with `audience`.", Id()),
        ["FromTime"] = Query("from", "Only changes made at this moment or later, RFC 3339.", Time()),
        ["ToTime"] = Query("to", "Only changes made before this moment, RFC 3339.", Time()),
        ["After"] = Query("after", "The `seq` after which the list begins; without it, at the beginning of the log. One beyond the log's end is refused.", Count()),
        ["FromSize"] = Query("from", "The size of the earlier tree; required, at least 1.", Count()),
        ["ToSize"] = Query("to", "The size of the later tree; that of the newest checkpoint without it.", Count()),
        ["FromLeaf"] = Query("from", "The first leaf; 0 without it.", Count()),
        ["ToLeaf"] = Query("to", "The leaf after the last; the end of the newest checkpoint without it.", Count()),
        ["Size"] = Query("size", "The size of the tree that the proof is for; that of the newest checkpoint without it.", Count()),
        ["RequestId"] = Path("requestId", "The approval request.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        ["GrantId"] = Path("grantId", "The grant.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        ["Requester"] = Path("requester", "The requester.", Id(), "acme"),
        ["ApprovalState"] = Query("state", "Only requests that stand so.", words(typeof(ApprovalStatus))),
        ["RecallState"] = Query("state", "Only recalls that stand so.", words(typeof(RecallStatus))),
        ["RecallId"] = Path("recallId", "The recall.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        ["UsedVideo"] = Query("videoId", "Only uses of this video: the creator's own of this id, or with `ownerId` that owner's.", Id()),
        ["UsedOwner"] = Query("ownerId", "Only uses of this owner's videos.", Id()),
        ["UsePurpose"] = Query("purpose", "Only uses for this purpose.", Purpose()),
        ["UsingRequester"] = Query("requester", "Only uses by this requester.", Id()),
        ["FromRecording"] = Query("from", "Only uses recorded at this moment or later, RFC 3339.", Time()),
        ["ToRecording"] = Query("to", "Only uses recorded before this moment, RFC 3339.", Time()),
        ["EventId"] = Path("eventId", "The event.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        ["Level"] = Path("level", "The tile's level, 0 for the hashes of leaves.", new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "0", Maximum = "7" }, 0),
        ["Tile"] = Path("tile", "The tile's place in groups of three digits, all but the last marked with x, and the width of one that is not full: `x001/234` or `000.p/12`. A slash may be sent as it is or as `%2F`.", Text(3, 64), "000.p/1"),
        ["LastEventId"] = Header("Last-Event-ID", "Of server-sent events: the id of the last one that the caller has. It goes before `after`. One beyond the end is refused.", Text(1, 20)),
        ["Limit"] = Query("limit", "How many items a page holds at most.", Limit()),
        ["Cursor"] = Query("cursor", "Where the list goes on: the `nextCursor` of an earlier page of the same list, with the same filters, unchanged. Any other is refused.", Text(1, Cursor.MaxLength)),
        ["IfMatch"] = Header(
            "If-Match",
            "The settings version that the caller saw, as an `ETag` gave it: `\"3\"`, or `\"3.7\"`, of which only the part before the dot counts. If the settings have changed since, nothing is changed and the answer is 412. "
            + "Without it the change is made whatever stands.",
            Text(1, null)),
        ["IfNoneSet"] = Header(
            "If-None-Match",
            "`*` makes the change only if nothing is set that it names, neither the setting nor the stop; of a bulk, none of its settings. With `ETag`s, only if the settings are "
            + "of none of these versions. If not, nothing is changed and the answer is 412.",
            Text(1, null)),
        ["IfNoneMatch"] = Header("If-None-Match", "An `ETag` that the caller has: if it still stands, the answer is 304, without a body.", Text(1, null)),
        ["IdempotencyKey"] = Header(
            IdempotencyKey.Header,
            $"A text of the caller's own, such as a UUID, that makes repeating the request safe: the change is made once and answered the same for {IdempotencyKey.KeptFor.TotalHours:0} hours. "
            + "A repeated answer says `replayed: true`, and `superseded: true` if what it speaks of has been changed since. A key belongs to its caller and to one request.",
            Key()),
        ["Prefer"] = Header(
            Prefer.Header,
            $"`{Prefer.RespondAsync}` (RFC 7240) asks for an answer as soon as the change is committed: 202, with the moment by which it is in force on every node. "
            + "Without it the answer comes when it is.",
            Text(1, null)),
    };

    /// <summary>The names of the parameters that an operation takes, in the order of path, query and headers.</summary>
    public static IEnumerable<string> Of(Route route)
    {
        foreach (var name in route.PathParameters)
            yield return $"{char.ToUpperInvariant(name[0])}{name[1..]}";
        foreach (var name in route.QueryParameters)
        {
            yield return name switch
            {
                "purpose" => IsHistory(route) ? "HistoryPurpose" : IsOfUses(route) ? "UsePurpose" : "DecidedPurpose",
                "videoId" => IsOfUses(route) ? "UsedVideo" : "HistoryVideo",
                "ownerId" => "UsedOwner",
                "kind" => IsHistory(route) ? "Kind" : "NotificationKind",
                "from" or "to" => (name == "from" ? "From" : "To")
                    + (IsHistory(route) ? "Time" : IsOfUses(route) ? "Recording" : route.OperationId == "exportLog" ? "Leaf" : "Size"),
                "requester" => IsOfRecalls(route) ? "RelyingRequester" : route.Alters ? "NamedRequester" : IsOfUses(route) ? "UsingRequester" : "AskingRequester",
                "state" => route.OperationId == "listAskedApprovals" ? "ApprovalState" : "RecallState",
                _ => $"{char.ToUpperInvariant(name[0])}{name[1..]}",
            };
        }
        if (route.QueryParameters.Contains("after") || route.OperationId == "listNotifications")
            yield return "LastEventId";
        if (route.TakesPreconditions)
        {
            yield return "IfMatch";
            yield return "IfNoneSet";
        }
        if (route.TakesIfNoneMatch)
            yield return "IfNoneMatch";
        if (route.Alters)
        {
            yield return "IdempotencyKey";
            yield return "Prefer";
        }
    }

    private static bool IsHistory(Route route) => route.OperationId == "listHistory";

    private static bool IsOfRecalls(Route route) => route.OperationId is "listRecalls" or "acknowledgeRecall" or "disputeRecall";

    private static bool IsOfUses(Route route) => route.OperationId is "listUses" or "countUses";

    private static OpenApiParameter Path(string name, string description, OpenApiSchema schema, System.Text.Json.Nodes.JsonNode example) =>
        new() { Name = name, In = ParameterLocation.Path, Required = true, Description = description, Schema = schema, Example = example };

    private static OpenApiParameter Query(string name, string description, IOpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };

    private static OpenApiParameter Header(string name, string description, IOpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = schema };

    private static OpenApiSchema Id() => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Identifier.MaxLength, Pattern = FieldLimits.IdPattern };

    private static OpenApiSchema Purpose() => new() { Type = JsonSchemaType.String, Pattern = FieldLimits.PurposePattern };

    private static OpenApiSchema Limit() =>
        new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Maximum = RequestShape.MaxPage.ToString(), Default = RequestShape.DefaultPage };

    private static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema Uuid() => new() { Type = JsonSchemaType.String, Format = "uuid" };

    private static OpenApiSchema Count() => new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0" };

    private static OpenApiSchema Text(int least, int? most) => new() { Type = JsonSchemaType.String, MinLength = least, MaxLength = most };

    private static OpenApiSchema Key()
    {
        var schema = Text(1, IdempotencyKey.MaxLength);
        schema.Pattern = "^[!-~]+$";
        return schema;
    }
}
