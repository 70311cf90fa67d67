using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// A record is an object: each property described and limited, and said to be there, to be null or to be absent as it
/// really is.
/// </summary>
internal sealed class RecordSchemas(XmlDocs docs) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var type = context.Type;
        if (
            schema is not OpenApiSchema record
            || context.MemberInfo is not null
            || record.Properties is not { Count: > 0 }
            || type.Assembly != GetType().Assembly
        )
            return;
        var (written, isSparse) = (RequestTypes.Contains(type), type.IsDefined(typeof(SparseBodyAttribute)));
        record.Description = docs.Summary(type);
        record.AdditionalPropertiesAllowed = !written || type.IsDefined(typeof(OpenBodyAttribute));
        record.Required = new HashSet<string>(StringComparer.Ordinal);
        record.Properties.Clear();
        foreach (var property in type.GetProperties().Where(property => property.GetMethod!.IsPublic))
        {
            var name = NameOf(property);
            var needed = property.IsDefined(typeof(RequiredAttribute));
            var mayBeAbsent = written
                ? !needed
                : isSparse || (property.IsDefined(typeof(JsonIgnoreAttribute)) && !needed);
            var mayBeNull =
                property.IsDefined(typeof(OrNullAttribute))
                || (written ? mayBeAbsent : !mayBeAbsent && IsNullable(property));
            var inner = SchemaOf(property, context);
            FieldLimits.Apply(property, inner);
            // A required truth value may be null in its schema, though null is refused: a generated client would else
            // send false where nobody said anything.
            var unset = written && needed && property.PropertyType == typeof(bool?);
            record.Properties[name] = Describe(inner, docs.Property(property), (mayBeNull && !needed) || unset);
            if (property.IsDefined(typeof(SupersededAttribute)) && record.Properties[name] is OpenApiSchema old)
                old.Deprecated = true;
            if (!mayBeAbsent)
                record.Required.Add(name);
        }
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static IOpenApiSchema SchemaOf(PropertyInfo property, SchemaFilterContext context)
    {
        if (property.IsDefined(typeof(TimeAttribute)))
            return new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
        var type = property.PropertyType;
        var isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        var shape =
            property.GetCustomAttribute<WordsAttribute>()?.Type ?? property.GetCustomAttribute<ShapeAttribute>()?.Type;
        return isList
            ? new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = Generate(shape ?? type.GenericTypeArguments[0], context),
            }
            : Generate(shape ?? type, context);
    }

    private static IOpenApiSchema Generate(Type type, SchemaFilterContext context)
    {
        var schema = context.SchemaGenerator.GenerateSchema(
            SchemaNames.InContract(Nullable.GetUnderlyingType(type) ?? type),
            context.SchemaRepository
        );
        // What is defined elsewhere is described there.
        if (schema is OpenApiSchemaReference reference)
            reference.Description = null;
        return schema;
    }

    private static IOpenApiSchema Describe(IOpenApiSchema schema, string? description, bool nullable)
    {
        if (schema is OpenApiSchemaReference && nullable)
            schema = new OpenApiSchema { OneOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] };
        else if (schema is OpenApiSchema inline && nullable)
            inline.Type |= JsonSchemaType.Null;
        schema.Description = description;
        return schema;
    }

    private static bool IsNullable(PropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null
        || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
}
