using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// Describes an operation: what its class says of it, what it takes, what it answers, and who may call it.
/// </summary>
internal sealed class OperationFilter(XmlDocs docs, ExampleScenario story) : IOperationFilter
{
    private const string JsonType = "application/json";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var route = new Route(context.ApiDescription, context.MethodInfo);
        operation.OperationId = route.OperationId;
        Describe(operation, route);
        operation.Parameters =
        [
            .. Parameters.For(route).Select(name => new OpenApiParameterReference(name, context.Document)),
        ];
        operation.RequestBody =
            route.Body is { } body ? RequestBody(route, body, context)
            : route.Lines is { } media ? Lines(route, media)
            : null;
        operation.Responses = [];
        foreach (var success in route.Successes)
        {
            var response = Success(route, success, context);
            // What an operation answers in two ways is one answer of two contents.
            if (operation.Responses.TryGetValue(success.StatusCode.ToString(), out var before))
                response.Content = before.Content!.Concat(response.Content!).ToDictionary(StringComparer.Ordinal);
            operation.Responses[success.StatusCode.ToString()] = response;
        }
        if (route.Alters && operation.Responses.TryGetValue("200", out var whenInForce))
        {
            operation.Responses["202"] = new OpenApiResponse
            {
                Description =
                    "With `Prefer: respond-async`: the change is made, and in force on every node by `effectiveBy`.",
                Headers = new Dictionary<string, IOpenApiHeader>(whenInForce.Headers!, StringComparer.Ordinal)
                {
                    [PreferHeader.AppliedHeader] = new OpenApiHeaderReference(
                        SharedParts.PreferenceApplied,
                        context.Document
                    ),
                },
                Content = Content(
                    JsonType,
                    whenInForce.Content![JsonType].Schema!,
                    story.AnswersAtOnceOf(route.OperationId)
                ),
            };
        }
        foreach (var (status, codes) in Refusals.For(route))
            operation.Responses[status.ToString()] = Refusal(status, codes, context);
        if (route.Deprecation is not null)
        {
            operation.Deprecated = true;
            foreach (var response in operation.Responses.Values.OfType<OpenApiResponse>())
            foreach (var name in SharedParts.DeprecationHeaders.Keys)
                response.Headers![name] = new OpenApiHeaderReference(name, context.Document);
        }
        operation.Security =
        [
            .. (route.Access?.AnyOf ?? []).Select(way => SharedParts.Requirement(way.Scope, context.Document)),
        ];
    }

    // The first sentence is the line in a list of operations; the rest is for whoever opens one.
    private void Describe(OpenApiOperation operation, Route route)
    {
        var type = route.Handler.DeclaringType!;
        var own = docs.Summary(route.Handler);
        var text = own ?? docs.Summary(type) ?? "";
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        operation.Summary = (end < 0 ? text : text[..end]).TrimEnd('.');
        var paragraphs = new[] { text, own is null ? docs.Remarks(type) : null, UntilWhen(route), WhoMayCall(route) };
        operation.Description = string.Join("\n\n", paragraphs.OfType<string>());
    }

    private static string? UntilWhen(Route route) =>
        route.Deprecation is { } deprecation
            ? $"Deprecated since {deprecation.Since:yyyy-MM-dd}. It works until {deprecation.Sunset:yyyy-MM-dd} at "
                + $"least. [What takes its place]({deprecation.Guide})."
            : null;

    private static string WhoMayCall(Route route) =>
        route.Access is { } access
            ? $"Scope: {string.Join(" or ", access.AnyOf.Select(way => way.OwnCreator ? $"`{way.Scope}` for a creator whom the token names" : $"`{way.Scope}`"))}."
            : "Anybody may call this, without a token.";

    private OpenApiRequestBody RequestBody(Route route, Type body, OperationFilterContext context)
    {
        var limit = route.BodyLimit.Bytes >> 20;
        return new()
        {
            Required = !route.MayOmitBody,
            Description = $"{docs.Summary(body)} At most {limit} MiB.",
            Content = Content(
                JsonType,
                Schema(body, context),
                Samples.QuestionsOf(route.OperationId) ?? story.RequestsOf(route.OperationId)
            ),
        };
    }

    private static OpenApiRequestBody Lines(Route route, string media) =>
        new()
        {
            Required = true,
            Description = "One object a line, of any number of lines.",
            Content = Content(media, Samples.Schema(media), Samples.RequestOf(route.OperationId)),
        };

    private OpenApiResponse Success(Route route, IProducesResponseTypeMetadata success, OperationFilterContext context)
    {
        var (status, body) = (success.StatusCode, success.Type);
        var response = new OpenApiResponse { Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal) };
        if ((route.TakesPreconditions && !route.Previews) || route.TakesIfNoneMatch)
            response.Headers["ETag"] = new OpenApiHeaderReference(SharedParts.ETag, context.Document);
        if (route.Alters)
            response.Headers[StoredAnswer.ReplayedHeader] = new OpenApiHeaderReference(
                SharedParts.Replayed,
                context.Document
            );
        if (body is null || body == typeof(void))
        {
            response.Description = "What the caller has seen still stands.";
            return response;
        }
        if (success.ContentTypes.FirstOrDefault(type => type != JsonType) is { } media)
        {
            response.Description = docs.Summary(route.Handler.DeclaringType!) ?? "";
            response.Content = Content(media, Samples.Schema(media), Samples.For(route.OperationId));
            return response;
        }
        var schema = Schema(body, context);
        response.Description =
            status == StatusCodes.Status201Created ? "Made: there was none of this name." : docs.Summary(body);
        response.Content = Content(
            JsonType,
            schema,
            Samples.AnswersOf(route.OperationId) ?? story.AnswersOf(route.OperationId, status)
        );
        return response;
    }

    private static OpenApiResponse Refusal(int status, IReadOnlyList<string> codes, OperationFilterContext context)
    {
        var response = new OpenApiResponse
        {
            Description = string.Join("\n", codes.Select(code => $"- `{code}`: {ProblemCatalog.Find(code).When}")),
            Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal),
            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
            {
                [Problem.MediaType] = new OpenApiMediaType
                {
                    Schema = Schema(typeof(ProblemBody), context),
                    Examples = codes.ToDictionary(
                        code => code,
                        code => (IOpenApiExample)new OpenApiExampleReference(code, context.Document),
                        StringComparer.Ordinal
                    ),
                },
            },
        };
        if (status == 401)
            response.Headers["WWW-Authenticate"] = new OpenApiHeaderReference(SharedParts.Challenge, context.Document);
        if (status is 429 or 503 || codes.Contains(ProblemCode.IdempotencyKeyInFlight))
            response.Headers["Retry-After"] = new OpenApiHeaderReference(SharedParts.RetryAfter, context.Document);
        return response;
    }

    private static Dictionary<string, IOpenApiMediaType> Content(
        string type,
        IOpenApiSchema schema,
        Dictionary<string, IOpenApiExample> examples
    ) =>
        new(StringComparer.Ordinal)
        {
            [type] = new OpenApiMediaType { Schema = schema, Examples = examples },
        };

    private static IOpenApiSchema Schema(Type type, OperationFilterContext context) =>
        context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository);
}
