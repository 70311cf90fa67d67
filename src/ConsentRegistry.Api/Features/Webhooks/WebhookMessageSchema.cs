using ConsentRegistry.Api.Contracts;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>The messages that the service sends itself, to the webhooks of those who want to be told.</summary>
internal sealed class WebhookMessageSchema : IDocumentFilter
{
    private const string OperationId = "notify";

    private const string Example = """
        {"type":"lockdown","timestamp":"2026-11-23T09:30:00.000000Z","data":{"creatorId":"ana","version":12,"settingsVersion":10,"changedAt":"2026-11-23T09:30:00.000000Z","lockdown":{"purposes":null}}}
        """;

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var message = new OpenApiMediaType
        {
            Schema = context.SchemaGenerator.GenerateSchema(typeof(NotificationMessage), context.SchemaRepository),
            Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
            {
                ["lockdown"] = new OpenApiExample
                {
                    Summary = "A creator has stopped everything.",
                    Value = System.Text.Json.Nodes.JsonNode.Parse(Example),
                },
            },
        };
        swaggerDoc.Webhooks = new Dictionary<string, IOpenApiPathItem>(StringComparer.Ordinal)
        {
            ["notification"] = new OpenApiPathItem
            {
                Operations = new()
                {
                    [HttpMethod.Post] = new()
                    {
                        OperationId = OperationId,
                        Tags = new HashSet<OpenApiTagReference> { new(WebhooksApi.Table.Tag, swaggerDoc) },
                        Summary = "Tells a webhook what happened",
                        Description =
                            "Sent to the address of each webhook that is told of the kind, at least once. Verify the "
                            + "signature before anything else.",
                        Parameters =
                        [
                            Header(
                                "webhook-id",
                                "The notification's id: the same for every receiver and at each attempt."
                            ),
                            Header("webhook-timestamp", "When the message was sent, in seconds since 1970."),
                            Header(
                                "webhook-signature",
                                "Signatures by the webhook's secrets, as Standard Webhooks makes them."
                            ),
                        ],
                        RequestBody = new OpenApiRequestBody
                        {
                            Required = true,
                            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
                            {
                                ["application/json"] = message,
                            },
                        },
                        Responses = new()
                        {
                            ["2XX"] = new OpenApiResponse { Description = "The receiver has the message." },
                            ["410"] = new OpenApiResponse
                            {
                                Description = "Nothing is to be sent any more: the webhook is disabled.",
                            },
                        },
                        Security = [],
                    },
                },
            },
        };
    }

    private static OpenApiParameter Header(string name, string description) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = true,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
}
