using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>Whether a value fits a schema: as much of JSON Schema as the document uses.</summary>
internal static class SchemaCheck
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    public static IEnumerable<string> Problems(JsonNode schema, JsonNode? value, string at)
    {
        schema = CommittedDocument.Resolve(schema);
        if (schema["oneOf"] is JsonArray choices)
        {
            var fitting = choices.Count(choice => !Problems(choice!, value, at).Any());
            return fitting == 1 ? [] : [$"{at} fits {fitting} of the schemas, not one."];
        }
        var types = schema["type"] switch
        {
            JsonArray several => several.Select(type => (string)type!).ToList(),
            { } one => [(string)one!],
            null => [],
        };
        var type = TypeOf(value);
        if (types.Count > 0 && !types.Contains(type) && !(type == "integer" && types.Contains("number")))
            return [$"{at} is {type}, not {string.Join(" or ", types)}."];
        return value switch
        {
            JsonObject members => OfObject(schema, members, at),
            JsonArray items => OfArray(schema, items, at),
            JsonValue text when type == "string" => OfText(schema, (string)text!, at),
            JsonValue number when type == "integer" => OfNumber(schema, (long)number, at),
            _ => [],
        };
    }

    private static IEnumerable<string> OfObject(JsonNode schema, JsonObject value, string at)
    {
        foreach (var name in schema["required"]?.AsArray().Select(name => (string)name!) ?? [])
        {
            if (!value.ContainsKey(name))
                yield return $"{at}.{name} is missing.";
        }
        foreach (var (name, inner) in value)
        {
            var known =
                schema["properties"]?[name] ?? (schema["additionalProperties"] is JsonObject other ? other : null);
            if (known is null && schema["additionalProperties"] is JsonValue closed && !(bool)closed)
                yield return $"{at}.{name} is not known.";
            foreach (var problem in known is null ? [] : Problems(known, inner, $"{at}.{name}"))
                yield return problem;
        }
    }

    private static IEnumerable<string> OfArray(JsonNode schema, JsonArray value, string at)
    {
        if (value.Count < ((int?)schema["minItems"] ?? 0) || value.Count > ((int?)schema["maxItems"] ?? int.MaxValue))
            yield return $"{at} has {value.Count} items.";
        for (var i = 0; i < value.Count; i++)
        {
            foreach (var problem in Problems(schema["items"]!, value[i], $"{at}[{i}]"))
                yield return problem;
        }
    }

    private static IEnumerable<string> OfText(JsonNode schema, string value, string at)
    {
        if (
            value.Length < ((int?)schema["minLength"] ?? 0)
            || value.Length > ((int?)schema["maxLength"] ?? int.MaxValue)
        )
            yield return $"{at} has {value.Length} characters.";
        if (
            (string?)schema["pattern"] is { } pattern
            && !Regex.IsMatch(value, pattern, RegexOptions.None, PatternLimit)
        )
            yield return $"{at} does not match {pattern}.";
        if (schema["enum"] is JsonArray words && !words.Any(word => (string?)word == value))
            yield return $"{at} is no word of its list: {value}.";
        if ((string?)schema["format"] == "date-time" && !Instant.TryParse(value, out _))
            yield return $"{at} is no time: {value}.";
    }

    private static IEnumerable<string> OfNumber(JsonNode schema, long value, string at)
    {
        if (value < ((long?)schema["minimum"] ?? long.MinValue) || value > ((long?)schema["maximum"] ?? long.MaxValue))
            yield return $"{at} is out of range: {value}.";
    }

    private static string TypeOf(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => value.AsValue().TryGetValue<long>(out _) ? "integer" : "number",
            _ => "boolean",
        };
}
