using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Signals;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>The parameters of the contract, each described once for all the operations that take it.</summary>
/// <remarks>
/// Only what a path needs has an example: the page fills examples in, and an optional parameter is best left out.
/// </remarks>
internal static class Parameters
{
    private static readonly IReadOnlyList<OpenApiParameter> Paths =
    [
        Path("creatorId", "The creator: the platform's own id of a person or account.", Id(), "ana"),
        Path("ownerId", "The owner of the video in which the creator appears.", Id(), "ben"),
        Path("videoId", "The owner's id for the video.", Id(), "summer"),
        Path(
            "purpose",
            "The purpose that the setting is for, and every one below it: a name of the vocabulary.",
            Purpose(),
            "remix"
        ),
        Path("webhookId", "The webhook.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e66"),
        Path(
            "notificationId",
            "The notification: the `webhook-id` of its messages.",
            Uuid(),
            "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e77"
        ),
        Path("requestId", "The approval request.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        Path("grantId", "The grant.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        Path("requester", "The requester.", Id(), "acme"),
        Path("recallId", "The recall.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        Path("eventId", "The event.", Uuid(), "019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"),
        Path(
            "level",
            "The tile's level, 0 for the hashes of leaves.",
            new()
            {
                Type = JsonSchemaType.Integer,
                Format = "int32",
                Minimum = "0",
                Maximum = "7",
            },
            0
        ),
        Path(
            "tile",
            "The tile's place in groups of three digits, all but the last marked with x: `x001/234`. Of one that is "
                + "not full, its width follows: `000.p/12`. A slash may be sent as it is or as `%2F`.",
            Text(3, 64),
            "000.p/1"
        ),
        Path(
            "format",
            "The format: one that has a file for a site.",
            new()
            {
                Type = JsonSchemaType.String,
                Pattern = $"^({string.Join('|', SignalProjector.SiteFormats.Select(format => format.Word()))})$",
            },
            SignalFormat.Tdmrep.Word()
        ),
    ];

    private static readonly IReadOnlyDictionary<string, OpenApiParameter> Headers = new Dictionary<
        string,
        OpenApiParameter
    >(StringComparer.Ordinal)
    {
        ["LastEventId"] = Header(
            "Last-Event-ID",
            "Of server-sent events: the id of the last one that the caller has. It goes before `after`. One beyond the "
                + "end is refused.",
            Text(1, 20)
        ),
        ["IfMatch"] = Header(
            "If-Match",
            "The settings version that the caller saw, as an `ETag` gave it: `\"3\"`, or `\"3.7\"`, of which only the "
                + "part before the dot counts. If the settings have changed since, nothing is changed and the answer "
                + "is 412. "
                + "Without it the change is made whatever stands.",
            Text(1, null)
        ),
        ["IfNoneSet"] = Header(
            "If-None-Match",
            "`*` makes the change only if nothing is set that it names, neither the setting nor the stop; of a bulk, "
                + "none of its settings. With `ETag`s, only if the settings are "
                + "of none of these versions. If not, nothing is changed and the answer is 412.",
            Text(1, null)
        ),
        ["IfNoneMatch"] = Header(
            "If-None-Match",
            "An `ETag` that the caller has: if it still stands, the answer is 304, without a body.",
            Text(1, null)
        ),
        ["IdempotencyKey"] = Header(
            IdempotencyKey.Header,
            "A text of the caller's own, such as a UUID, that makes repeating the request safe. The change is made "
                + $"once and answered the same for {IdempotencyKey.KeptFor.TotalHours:0} hours. "
                + "A repeated answer says `replayed: true`, and `superseded: true` if what it speaks of has been "
                + "changed since. A key belongs to its caller and to one request.",
            Key()
        ),
        ["Prefer"] = Header(
            PreferHeader.Header,
            $"`{PreferHeader.RespondAsync}` (RFC 7240) asks for an answer as soon as the change is committed. "
                + "That answer is 202, with the moment by which the change is in force on every node. "
                + "Without the header the answer comes when it is.",
            Text(1, null)
        ),
    };

    /// <summary>Every parameter of some operations by its name in the document.</summary>
    /// <param name="routes">The operations.</param>
    /// <param name="words">
    /// The named schema of an enumeration: a list of words that stood in a parameter would get a name from each
    /// generator.
    /// </param>
    public static IReadOnlyDictionary<string, IOpenApiParameter> All(
        IEnumerable<Route> routes,
        Func<Type, IOpenApiSchema> words
    )
    {
        var queries = routes
            .SelectMany(route => route.QueryParameters)
            .Distinct()
            .Select(one => KeyValuePair.Create(one.Id, Query(one, words)));
        var paths = Paths.Select(one => KeyValuePair.Create(IdOf(one.Name!), one));
        return paths
            .Concat(queries)
            .Concat(Headers)
            .OrderBy(one => one.Key, StringComparer.Ordinal)
            .ToDictionary(one => one.Key, one => (IOpenApiParameter)one.Value, StringComparer.Ordinal);
    }

    /// <summary>The names of the parameters that an operation takes, in the order of path, query and headers.</summary>
    public static IEnumerable<string> For(Route route) =>
        [
            .. route.PathParameters.Select(IdOf),
            .. route.QueryParameters.Select(parameter => parameter.Id),
            .. When(route.StreamsEvents, "LastEventId"),
            .. When(route.TakesPreconditions, "IfMatch", "IfNoneSet"),
            .. When(route.TakesIfNoneMatch, "IfNoneMatch"),
            .. When(route.Alters, "IdempotencyKey", "Prefer"),
        ];

    private static string[] When(bool holds, params string[] names) => holds ? names : [];

    private static string IdOf(string pathParameter) =>
        $"{char.ToUpperInvariant(pathParameter[0])}{pathParameter[1..]}";

    private static OpenApiParameter Path(
        string name,
        string description,
        OpenApiSchema schema,
        System.Text.Json.Nodes.JsonNode example
    ) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Path,
            Required = true,
            Description = description,
            Schema = schema,
            Example = example,
        };

    private static OpenApiParameter Query(QueryParameter parameter, Func<Type, IOpenApiSchema> words) =>
        new()
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Schema = parameter.Kind switch
            {
                ParameterKind.Id => Id(),
                ParameterKind.Purpose => Purpose(),
                ParameterKind.Time => Time(),
                ParameterKind.Count => Count(),
                ParameterKind.Boolean => new OpenApiSchema { Type = JsonSchemaType.Boolean },
                ParameterKind.PageSize => Limit(),
                ParameterKind.Cursor => Text(1, Cursor.MaxLength),
                ParameterKind.Site => Text(1, ContentIdentifier.MaxLength),
                _ => words(parameter.Words!),
            },
        };

    private static OpenApiParameter Header(string name, string description, IOpenApiSchema schema) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = schema,
        };

    private static OpenApiSchema Id() =>
        new()
        {
            Type = JsonSchemaType.String,
            MinLength = 1,
            MaxLength = Identifier.MaxLength,
            Pattern = IdAttribute.Grammar,
        };

    private static OpenApiSchema Purpose() =>
        new() { Type = JsonSchemaType.String, Pattern = PurposeNameAttribute.Grammar };

    private static OpenApiSchema Limit() =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Minimum = "1",
            Maximum = RequestShape.MaxPage.ToString(),
            Default = RequestShape.DefaultPage,
        };

    private static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema Uuid() => new() { Type = JsonSchemaType.String, Format = "uuid" };

    private static OpenApiSchema Count() =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int64",
            Minimum = "0",
        };

    private static OpenApiSchema Text(int least, int? most) =>
        new()
        {
            Type = JsonSchemaType.String,
            MinLength = least,
            MaxLength = most,
        };

    private static OpenApiSchema Key()
    {
        var schema = Text(1, IdempotencyKey.MaxLength);
        schema.Pattern = "^[!-~]+$";
        return schema;
    }
}
