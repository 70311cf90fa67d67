using System.Text.Json;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Domain.Decisions;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// A check of a batch needs to say only what the batch's defaults do not, and nothing has decided a result that is
/// refused: their schemas have to allow it.
/// </summary>
internal sealed class BatchCheckSchema : IDocumentFilter
{
    private const string Name = "BatchCheck";

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var schemas = swaggerDoc.Components!.Schemas!;
        var check = (OpenApiSchema)schemas[SchemaNames.For(typeof(CheckRequest))];
        var item = (OpenApiSchema)check.CreateShallowCopy();
        var common = typeof(CheckDefaults)
            .GetProperties()
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .ToHashSet(StringComparer.Ordinal);
        item.Description =
            $"{check.Description} A field that is left out is that of the batch's `defaults`; together they are a "
            + "whole check.";
        item.Required = check.Required!.Where(name => !common.Contains(name)).ToHashSet(StringComparer.Ordinal);
        item.Properties = check.Properties!.ToDictionary(
            property => property.Key,
            property =>
                common.Contains(property.Key) && check.Required!.Contains(property.Key)
                    ? OrNull(property.Value)
                    : property.Value,
            StringComparer.Ordinal
        );
        schemas[Name] = item;
        var batch = schemas[SchemaNames.For(typeof(BatchRequest))];
        ((OpenApiSchema)batch.Properties!["checks"]).Items = new OpenApiSchemaReference(Name, swaggerDoc);

        var result = schemas[SchemaNames.For(typeof(CheckResult))];
        var reason = result.Properties!["reason"];
        result.Properties["reason"] = new OpenApiSchema
        {
            OneOf =
            [
                new OpenApiSchemaReference(SchemaNames.For(typeof(Reason)), swaggerDoc),
                new OpenApiSchema { Type = JsonSchemaType.Null },
            ],
            Description = $"{reason.Description} Null of a refused item.",
        };
    }

    private static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        var copy = (OpenApiSchema)schema.CreateShallowCopy();
        copy.Type |= JsonSchemaType.Null;
        return copy;
    }
}
