using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>A record is an object: each property described and limited, and said to be there, to be null or to be absent as it really is.</summary>
internal sealed class RecordSchemas(XmlDocs docs) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var type = context.Type;
        if (schema is not OpenApiSchema record || context.MemberInfo is not null || record.Properties is not { Count: > 0 } || type.Assembly != GetType().Assembly)
            return;
        var written = RequestTypes.Contains(type);
        record.Description = docs.Summary(type);
        record.AdditionalPropertiesAllowed = !written;
        record.Required = new HashSet<string>(StringComparer.Ordinal);
        record.Properties.Clear();
        foreach (var property in type.GetProperties().Where(property => property.GetMethod!.IsPublic))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var needed = property.IsDefined(typeof(RequiredAttribute));
            var mayBeAbsent = written ? !needed : property.IsDefined(typeof(JsonIgnoreAttribute)) && !needed;
            var mayBeNull = written ? mayBeAbsent : !mayBeAbsent && IsNullable(property);
            var inner = SchemaOf(property, context);
            FieldLimits.Apply(type, name, inner);
            record.Properties[name] = Describe(inner, docs.Property(property), mayBeNull && !needed);
            if (!mayBeAbsent)
                record.Required.Add(name);
        }
    }

    private static IOpenApiSchema SchemaOf(PropertyInfo property, SchemaFilterContext context)
    {
        if (property.IsDefined(typeof(TimeAttribute)))
            return new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
        var type = property.PropertyType;
        var isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        var words = property.GetCustomAttribute<WordsAttribute>()?.Type;
        if (!isList)
            return Generate(words ?? type, context);
        var items = property.GetCustomAttribute<OneOfAttribute>() is { } choice
            ? new OpenApiSchema { OneOf = [.. choice.Types.Select(one => Generate(one, context))] }
            : Generate(words ?? type.GenericTypeArguments[0], context);
        return new OpenApiSchema { Type = JsonSchemaType.Array, Items = items };
    }

    private static IOpenApiSchema Generate(Type type, SchemaFilterContext context)
    {
        var schema = context.SchemaGenerator.GenerateSchema(SchemaNames.InContract(Nullable.GetUnderlyingType(type) ?? type), context.SchemaRepository);
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
        Nullable.GetUnderlyingType(property.PropertyType) is not null || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
}
