using System.Reflection;
using ConsentRegistry.Api.Http;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>What values a field takes, as its attribute says.</summary>
internal static class FieldLimits
{
    /// <summary>Limits a field of a record.</summary>
    public static void Apply(PropertyInfo field, IOpenApiSchema schema)
    {
        // What is defined elsewhere is limited there.
        if (schema is OpenApiSchema inline && field.GetCustomAttribute<LimitAttribute>() is { } limit)
            Apply(limit, field, inline);
    }

    private static void Apply(LimitAttribute limit, PropertyInfo field, OpenApiSchema schema)
    {
        schema.Minimum = limit.Minimum?.ToString() ?? schema.Minimum;
        schema.Maximum = limit.Maximum?.ToString() ?? schema.Maximum;
        schema.MinLength = limit.MinLength ?? schema.MinLength;
        schema.MaxLength = limit.MaxLength ?? schema.MaxLength;
        schema.Pattern = limit.Pattern ?? schema.Pattern;
        schema.Format = limit.Format ?? schema.Format;
        schema.MinItems = limit.MinItems ?? schema.MinItems;
        schema.MaxItems = limit is WordListAttribute ? WordsOf(field) : limit.MaxItems ?? schema.MaxItems;
        schema.MaxProperties = limit.MaxMembers ?? schema.MaxProperties;
        if (limit.Each is { } each)
            Apply(each, field, (OpenApiSchema)(schema.Items ?? schema.AdditionalProperties!));
    }

    private static int WordsOf(PropertyInfo field) =>
        WordSchemas
            .WordsOf(field.GetCustomAttribute<WordsAttribute>()?.Type ?? field.PropertyType.GenericTypeArguments[0])!
            .Count;
}
