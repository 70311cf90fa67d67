using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// What a request's record takes at a place of its JSON, in words for a refusal. Read from what reads the JSON, and so
/// never different.
/// </summary>
internal static partial class JsonShape
{
    /// <summary>
    /// Characters of a path that is looked up, at most: a caller's own keys may be as long as the body.
    /// </summary>
    private const int LongestPath = 1_024;

    /// <summary>The fields of the object in which an unknown one stands.</summary>
    public static string FieldsBeside(Type record, string path)
    {
        var names = Find(record, path, stopAtParent: true)?.Properties.Select(property => property.Name) ?? [];
        return string.Join(", ", names) is { Length: > 0 } fields ? fields : "what the operation takes";
    }

    /// <summary>The kind of value that belongs at a path.</summary>
    public static string ExpectedAt(Type record, string path) =>
        Find(record, path, stopAtParent: false) switch
        {
            { Kind: JsonTypeInfoKind.Object } => "an object",
            { Kind: JsonTypeInfoKind.Dictionary } => "an object",
            { Kind: JsonTypeInfoKind.Enumerable } => "a list",
            { Type: var type } when (Nullable.GetUnderlyingType(type) ?? type) is var plain => plain == typeof(string)
                ? "a Unicode text"
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(int) ? $"a whole number of at most {int.MaxValue}"
            : "a whole number",
            _ => "what the operation takes there",
        };

    private static JsonTypeInfo? Find(Type record, string path, bool stopAtParent)
    {
        if (path.Length > LongestPath)
            return null;
        var here = Json.Options.GetTypeInfo(record);
        var steps = Step().Matches(path);
        for (var at = 0; at < steps.Count - (stopAtParent ? 1 : 0); at++)
        {
            var next =
                here.Kind is JsonTypeInfoKind.Object
                    ? here
                        .Properties.FirstOrDefault(property => property.Name == steps[at].Groups["name"].Value)
                        ?.PropertyType
                    : here.ElementType;
            if (next is null)
                return null;
            here = Json.Options.GetTypeInfo(next);
        }
        return here;
    }

    // A path as the reader writes it: .name, ['name'] or [0].
    [GeneratedRegex(
        @"\.(?<name>[^.\[]+)|\['(?<name>.*?)'\]|\[\d+\]",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Step();
}
