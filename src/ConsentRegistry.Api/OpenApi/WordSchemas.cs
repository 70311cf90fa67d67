using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Usages;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// An enumeration is a list of words, each explained; so are the types of events, which are the log's own words. The
/// first one is what generated clients take for a value that nobody set.
/// </summary>
internal sealed class WordSchemas(XmlDocs docs) : ISchemaFilter
{
    /// <summary>
    /// Enumerations whose own first value says that something may go ahead, and whose last one does not: the document
    /// lists them from the end.
    /// </summary>
    private static readonly HashSet<Type> Reversed =
    [
        typeof(Effect),
        typeof(GrantState),
        typeof(GrantStatus),
        typeof(UseStatus),
        typeof(UseReason),
        typeof(Standing),
        typeof(WebhookAudience),
        typeof(Said),
    ];

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema words || WordsOf(context.Type) is not { } named)
            return;
        if (Reversed.Contains(context.Type))
            named.Reverse();
        words.Type = JsonSchemaType.String;
        words.Format = null;
        words.Properties = null;
        words.AdditionalPropertiesAllowed = true;
        words.Enum = [.. named.Select(one => JsonValue.Create(one.Word))];
        words.Description = string.Join(
            '\n',
            named
                .Select(one => $"- `{one.Word}`: {docs.Value(context.Type, one.Name)}")
                .Prepend($"{docs.Summary(context.Type)}\n")
        );
    }

    /// <summary>The words of an enumeration, or of the types of events; null of any other type.</summary>
    // None is the absence of a value, which has no word.
    public static List<(string Name, string Word)>? WordsOf(Type type) =>
        type.IsEnum ? [.. Enum.GetNames(type).Where(name => name != "None").Select(name => (name, WordOf(type, name)))]
        : type == typeof(EventType)
            ?
            [
                .. EventType.All.Select(word =>
                    (
                        type.GetFields()
                            .Single(field => field.IsLiteral && word.Equals(field.GetRawConstantValue()))
                            .Name,
                        word
                    )
                ),
            ]
        : null;

    private static string WordOf(Type type, string name) =>
        type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(name);
}
