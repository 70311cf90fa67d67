using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>The messages that the service sends itself, one for each kind, with the members that the kind has.</summary>
internal sealed class WebhookMessageSchema : IDocumentFilter
{
    private static readonly Dictionary<NotificationKind, string> Examples = new()
    {
        [NotificationKind.Lockdown] = """
            {"type":"lockdown","timestamp":"2026-11-23T09:30:00.000000Z","data":{"creatorId":"ana","version":12,
            "settingsVersion":10,"changedAt":"2026-11-23T09:30:00.000000Z","lockdown":{"purposes":null},
            "affects":{"creatorId":"ana","video":null,"purposes":null,"requester":null}}}
            """,
        [NotificationKind.Recall] = """
            {"type":"recall","timestamp":"2026-11-23T09:30:00.000000Z","data":{
            "recallId":"019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e77","requester":"studio",
            "video":{"creatorId":"ana","videoId":"summer"},"purpose":"remix","reason":"creatorDefault",
            "since":"2026-11-20T16:00:00.000000Z","stopBy":"2026-11-26T09:30:00.000000Z",
            "affects":{"creatorId":"ana","video":{"creatorId":"ana","videoId":"summer"},"purposes":["remix"],
            "requester":"studio"}}}
            """,
    };

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        context.SchemaGenerator.GenerateSchema(typeof(NotificationData), context.SchemaRepository);
        var all = context.SchemaRepository.Schemas[nameof(NotificationData)];
        swaggerDoc.Webhooks = new Dictionary<string, IOpenApiPathItem>(StringComparer.Ordinal);
        foreach (var (kind, members) in NotificationMembers.ByKind)
        {
            var data = SubsetOf(all, members, context.SchemaRepository, $"{kind}Data");
            Add(swaggerDoc, context, kind.Word(), $"{kind}", data, Examples.GetValueOrDefault(kind));
        }
        var ping = new NotificationMembers([nameof(NotificationData.WebhookId)], []);
        Add(
            swaggerDoc,
            context,
            PingWebhook.Kind,
            "Ping",
            SubsetOf(all, ping, context.SchemaRepository, "PingData"),
            null
        );
    }

    private static OpenApiSchemaReference SubsetOf(
        IOpenApiSchema all,
        NotificationMembers members,
        SchemaRepository schemas,
        string name
    )
    {
        var names = members.Always.Concat(members.Sometimes).Select(JsonNamingPolicy.CamelCase.ConvertName).ToHashSet();
        return schemas.AddDefinition(
            name,
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = all.Properties!.Where(member => names.Contains(member.Key))
                    .ToDictionary(StringComparer.Ordinal),
                Required = members.Always.Select(JsonNamingPolicy.CamelCase.ConvertName).ToHashSet(),
                Description = "What happened. Pass over members that you do not know.",
            }
        );
    }

    private static void Add(
        OpenApiDocument document,
        DocumentFilterContext context,
        string word,
        string name,
        OpenApiSchemaReference data,
        string? example
    )
    {
        var message = context.SchemaRepository.AddDefinition(
            $"{name}Message",
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "The message that a webhook gets, by the Standard Webhooks specification.",
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                {
                    ["type"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Description = "What happened.",
                        Const = word,
                    },
                    ["timestamp"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Format = "date-time",
                        Description = "When it happened.",
                    },
                    ["data"] = data,
                },
                Required = new HashSet<string>(StringComparer.Ordinal) { "type", "timestamp", "data" },
            }
        );
        document.Webhooks!.Add(word, ItemOf(document, word, name, message, example));
    }

    private static OpenApiPathItem ItemOf(
        OpenApiDocument document,
        string word,
        string name,
        OpenApiSchemaReference message,
        string? example
    )
    {
        var content = new OpenApiMediaType { Schema = message };
        if (example is not null)
        {
            content.Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
            {
                ["message"] = new OpenApiExample { Summary = "A message.", Value = JsonNode.Parse(example) },
            };
        }
        return new()
        {
            Operations = new()
            {
                [HttpMethod.Post] = new()
                {
                    OperationId = $"on{name}",
                    Tags = new HashSet<OpenApiTagReference> { new(WebhooksApi.Table.Tag, document) },
                    Summary = $"Tells a webhook of the kind {word}",
                    Description =
                        "Sent to the address of each webhook that is told of the kind, at least once. Verify the "
                        + "signature before anything else.",
                    Parameters =
                    [
                        Header("webhook-id", "The notification's id: the same for every receiver and at each attempt."),
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
                            ["application/json"] = content,
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
