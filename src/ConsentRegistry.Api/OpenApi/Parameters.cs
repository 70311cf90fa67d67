using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>The parameters of the contract, each described once for all the operations that take it.</summary>
/// <remarks>Only what a path needs has an example: the page fills examples in, and an optional parameter is best left out.</remarks>
internal static class Parameters
{
    public static readonly IReadOnlyDictionary<string, OpenApiParameter> All = new Dictionary<string, OpenApiParameter>(StringComparer.Ordinal)
    {
        ["CreatorId"] = Path("creatorId", "The creator: the platform's own id of a person or account.", Id(), "ana"),
        ["OwnerId"] = Path("ownerId", "The owner of the video in which the creator appears.", Id(), "ben"),
        ["VideoId"] = Path("videoId", "The owner's id for the video.", Id(), "summer"),
        ["Purpose"] = Path("purpose", "The purpose that the setting is for, and every one below it: a name of the vocabulary.", Purpose(), "remix"),
        ["DecidedPurpose"] = Query("purpose", "The purpose to decide on; every one of the vocabulary without it.", Purpose()),
        ["NamedRequester"] = Query("requester", "The requester that the setting names; without it, the setting is for anybody.", Id()),
        ["AskingRequester"] = Query("requester", "Who would use the video; without it, a requester whom no setting names.", Id()),
        ["Limit"] = Query("limit", "How many items a page holds at most.", Limit()),
        ["Cursor"] = Query("cursor", "Where the list goes on: the `nextCursor` of an earlier page, unchanged.", Text(1, Cursor.MaxLength)),
        ["IfMatch"] = Header(
            "If-Match",
            "The settings version that the caller saw, as an `ETag` gave it: `\"3\"`. If the settings have changed since, nothing is changed and the answer is 412. "
            + "Without it the change is made whatever stands.",
            Text(1, null)),
        ["IfNoneMatch"] = Header("If-None-Match", "An `ETag` that the caller has: if it still stands, the answer is 304, without a body.", Text(1, null)),
        ["IdempotencyKey"] = Header(
            IdempotencyKey.Header,
            $"A text of the caller's own, such as a UUID, that makes repeating the request safe: the change is made once and answered the same for {IdempotencyKey.KeptFor.TotalHours:0} hours. "
            + "A key belongs to its caller and to one request.",
            Key()),
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
                "purpose" => "DecidedPurpose",
                "requester" => route.Alters ? "NamedRequester" : "AskingRequester",
                _ => $"{char.ToUpperInvariant(name[0])}{name[1..]}",
            };
        }
        if (route.TakesIfMatch)
            yield return "IfMatch";
        if (route.TakesIfNoneMatch)
            yield return "IfNoneMatch";
        if (route.Alters)
            yield return "IdempotencyKey";
    }

    private static OpenApiParameter Path(string name, string description, OpenApiSchema schema, string example) =>
        new() { Name = name, In = ParameterLocation.Path, Required = true, Description = description, Schema = schema, Example = example };

    private static OpenApiParameter Query(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };

    private static OpenApiParameter Header(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = schema };

    private static OpenApiSchema Id() => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Identifier.MaxLength, Pattern = FieldLimits.IdPattern };

    private static OpenApiSchema Purpose() => new() { Type = JsonSchemaType.String, Pattern = FieldLimits.PurposePattern };

    private static OpenApiSchema Limit() =>
        new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Maximum = RequestShape.MaxPage.ToString(), Default = RequestShape.DefaultPage };

    private static OpenApiSchema Text(int least, int? most) => new() { Type = JsonSchemaType.String, MinLength = least, MaxLength = most };

    private static OpenApiSchema Key()
    {
        var schema = Text(1, IdempotencyKey.MaxLength);
        schema.Pattern = "^[!-~]+$";
        return schema;
    }
}
