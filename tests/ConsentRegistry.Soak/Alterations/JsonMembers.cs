using System.Text.Json.Nodes;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>The members of a JSON text, each of which can be given another value.</summary>
internal static class JsonMembers
{
    /// <summary>The paths to all values that have no members, such as <c>keys/0/x</c>.</summary>
    public static IEnumerable<string> PathsOf(JsonNode? node, string path = "") =>
        node switch
        {
            JsonObject members => members.SelectMany(member => PathsOf(member.Value, Join(path, member.Key))),
            JsonArray { Count: > 0 } items => items.SelectMany((item, at) => PathsOf(item, Join(path, $"{at}"))),
            _ => [path],
        };

    /// <summary>A copy in which one value is another of its kind.</summary>
    public static JsonNode Altered(JsonNode root, string path, Random random) =>
        With(root, path, value => Another(value, random));

    /// <summary>A copy in which one value is that.</summary>
    public static JsonNode With(JsonNode root, string path, Func<JsonNode?, JsonNode?> change)
    {
        var copy = root.DeepClone();
        var (at, steps) = (copy, path.Split('/'));
        foreach (var step in steps.SkipLast(1))
            at = at is JsonArray items ? items[int.Parse(step, null)]! : at[step]!;
        if (at is JsonArray list)
        {
            var index = int.Parse(steps[^1], null);
            list[index] = change(list[index]?.DeepClone());
        }
        else
        {
            at[steps[^1]] = change(at[steps[^1]]?.DeepClone());
        }
        return copy;
    }

    /// <summary>A copy that lacks one member.</summary>
    public static JsonNode Without(JsonNode root, string path)
    {
        var copy = root.DeepClone();
        var (at, steps) = (copy, path.Split('/'));
        foreach (var step in steps.SkipLast(1))
            at = at is JsonArray items ? items[int.Parse(step, null)]! : at[step]!;
        if (at is JsonArray list)
            list.RemoveAt(int.Parse(steps[^1], null));
        else
            at.AsObject().Remove(steps[^1]);
        return copy;
    }

    // One letter of a text is another; lists and what is not there get something.
    private static JsonNode Another(JsonNode? value, Random random)
    {
        switch (value)
        {
            case JsonValue one when one.TryGetValue<string>(out var text):
                if (text.Length == 0)
                    return "x";
                var at = random.Next(text.Length);
                var letter = (char)('a' + random.Next(26));
                return text[..at] + (letter == text[at] ? 'A' : letter) + text[(at + 1)..];
            case JsonValue one when one.TryGetValue<bool>(out var truth):
                return !truth;
            case JsonValue one when one.TryGetValue<long>(out var number):
                return number + random.Next(1, 100);
            case JsonArray:
                return new JsonArray("x");
            default:
                return "x";
        }
    }

    private static string Join(string path, string step) => path.Length == 0 ? step : $"{path}/{step}";
}
