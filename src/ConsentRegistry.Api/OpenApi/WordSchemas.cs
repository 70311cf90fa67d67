using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>An enumeration is a list of words, each explained.</summary>
internal sealed class WordSchemas(XmlDocs docs) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema words || !context.Type.IsEnum)
            return;
        // None is the absence of a value, which has no word.
        var names = Enum.GetNames(context.Type).Where(name => name != "None").ToList();
        words.Type = JsonSchemaType.String;
        words.Format = null;
        words.Enum = [.. names.Select(name => JsonValue.Create(WordOf(name)))];
        words.Description = string.Join('\n', names.Select(name => $"- `{WordOf(name)}`: {docs.Value(context.Type, name)}").Prepend($"{docs.Summary(context.Type)}\n"));
    }

    private static string WordOf(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
