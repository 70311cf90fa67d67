using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>An enumeration is a list of words, each explained; so are the types of events, which are the log's own words.</summary>
internal sealed class WordSchemas(XmlDocs docs) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema words || WordsOf(context.Type) is not { } named)
            return;
        words.Type = JsonSchemaType.String;
        words.Format = null;
        words.Properties = null;
        words.AdditionalPropertiesAllowed = true;
        words.Enum = [.. named.Select(one => JsonValue.Create(one.Word))];
        words.Description = string.Join('\n', named.Select(one => $"- `{one.Word}`: {docs.Value(context.Type, one.Name)}").Prepend($"{docs.Summary(context.Type)}\n"));
    }

    // None is the absence of a value, which has no word.
    private static List<(string Name, string Word)>? WordsOf(Type type) =>
        type.IsEnum ? [.. Enum.GetNames(type).Where(name => name != "None").Select(name => (name, JsonNamingPolicy.CamelCase.ConvertName(name)))]
        : type == typeof(EventType) ? [.. EventType.All.Select(word => (type.GetFields().Single(field => field.IsLiteral && word.Equals(field.GetRawConstantValue())).Name, word))]
        : null;
}
