using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// What operations refer to: tags, the security scheme, parameters, headers and the examples of problems.
/// </summary>
internal sealed class SharedParts(XmlDocs docs, EndpointDataSource endpoints) : IDocumentFilter
{
    public const string ETag = "ETag";

    public const string Challenge = "WWW-Authenticate";

    public const string RetryAfter = "Retry-After";

    public const string Replayed = StoredAnswer.ReplayedHeader;

    public const string PreferenceApplied = PreferHeader.AppliedHeader;

    /// <summary>The headers of answers of an operation that is deprecated.</summary>
    public static readonly IReadOnlyDictionary<string, IOpenApiHeader> DeprecationHeaders = new Dictionary<
        string,
        IOpenApiHeader
    >(StringComparer.Ordinal)
    {
        [Deprecation.Header] = Header(
            "Since when the operation is deprecated, in seconds since 1970 after an `@` (RFC 9745).",
            new() { Type = JsonSchemaType.String },
            "@1798761600"
        ),
        [Deprecation.SunsetHeader] = Header(
            "Until when the operation works at least (RFC 8594).",
            new() { Type = JsonSchemaType.String },
            "Sat, 01 Jan 2028 00:00:00 GMT"
        ),
    };

    private const string Bearer = "bearer";

    /// <summary>A bearer token with this scope.</summary>
    public static OpenApiSecurityRequirement Requirement(string scope, OpenApiDocument document) =>
        new() { [new OpenApiSecuritySchemeReference(Bearer, document)] = [scope] };

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Tags = new HashSet<OpenApiTag>(
            endpoints
                .Endpoints.SelectMany(endpoint => endpoint.Metadata.OfType<RouteTable>())
                .Distinct()
                .Select(table => new OpenApiTag { Name = table.Tag, Description = docs.Summary(table.Type) })
        );
        var parts = swaggerDoc.Components!;
        parts.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description =
                    $"A token of the platform's OpenID Connect provider, with scopes:\n\n{string.Join('\n', Scopes.All.Select(scope => $"- `{scope.Key}`: {scope.Value}"))}",
            },
        };
        parts.Parameters = Parameters
            .All(
                context.ApiDescriptions.Select(Route.From),
                type => context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository)
            )
            .ToDictionary(StringComparer.Ordinal);
        parts.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
        {
            [ETag] = Header(
                "The settings version, in quotes, for `If-Match`; of `GET …/consent` with the stream's version after a "
                    + "dot where that is another number, for `If-None-Match` as well. Of what is published of the log, and "
                    + "of signals, a hash, for `If-None-Match` alone.",
                new() { Type = JsonSchemaType.String },
                "\"3\""
            ),
            [Challenge] = Header(
                "That a bearer token is required, and what is wrong with the one sent.",
                new() { Type = JsonSchemaType.String },
                "Bearer"
            ),
            [RetryAfter] = Header(
                "Seconds after which to try again.",
                new() { Type = JsonSchemaType.Integer, Minimum = "1" },
                Problem.RetryAfterSeconds
            ),
            [Replayed] = Header(
                "`true` where the answer was given before, under the same `Idempotency-Key`; absent otherwise.",
                new() { Type = JsonSchemaType.String },
                "true"
            ),
            [PreferenceApplied] = Header(
                "The preference that was followed.",
                new() { Type = JsonSchemaType.String },
                PreferHeader.RespondAsync
            ),
        };
        // Only where something refers to them.
        if (endpoints.Endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<Deprecation>() is not null))
            foreach (var (name, header) in DeprecationHeaders)
                parts.Headers[name] = header;
        // A method that the path lacks is no operation, so none refers to that problem.
        parts.Examples = ProblemCatalog
            .All.Where(entry => entry.Code != ProblemCode.MethodNotAllowed)
            .ToDictionary(
                entry => entry.Code,
                entry => (IOpenApiExample)new OpenApiExample { Summary = entry.When, Value = entry.Example },
                StringComparer.Ordinal
            );
        foreach (var other in SchemaNames.SameAs.Keys)
            parts.Schemas!.Remove(SchemaNames.For(other));
        parts.Schemas = new SortedDictionary<string, IOpenApiSchema>(
            parts.Schemas!,
            StringComparer.Ordinal
        ).ToDictionary(StringComparer.Ordinal);
    }

    private static OpenApiHeader Header(
        string description,
        OpenApiSchema schema,
        System.Text.Json.Nodes.JsonNode example
    ) =>
        new()
        {
            Description = description,
            Schema = schema,
            Example = example,
        };
}
