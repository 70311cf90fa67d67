using System.Text.Json;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// The CAWG assertion about training and data mining 1.1, 1.0, and that of C2PA 1 before it. It stands in a manifest
/// store, of which the active manifest counts, in a manifest, or alone.
/// </summary>
internal static class CawgReader
{
    private static readonly string[] Labels = ["cawg.training-mining", "c2pa.training-mining"];

    private static readonly string[] Prefixes = ["cawg.", "c2pa."];

    /// <summary>Both names of a constraint: the text of CAWG 1.1 and its schema differ.</summary>
    private static readonly string[] Constraints = ["constraint_info", "constraints_info"];

    public static SignalReading Read(string text, Vocabulary vocabulary, SignalContact? contact)
    {
        try
        {
            using var json = Json.Parse(text);
            var words = Cawg.WordsOf(vocabulary, contact?.KeyPrefix);
            return new(
                SignalFormat.Cawg,
                [
                    .. AssertionsOf(json.RootElement)
                        .SelectMany(EntriesOf)
                        .Select(entry => ClaimOf(entry.Name, entry.Value, words))
                        .OfType<Claim>(),
                ]
            );
        }
        catch (JsonException e)
        {
            return new(SignalFormat.Cawg, Json.Unreadable(e));
        }
    }

    private static IEnumerable<JsonElement> AssertionsOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return [];
        var manifest =
            root.TryGetProperty("active_manifest", out var active)
            && active.ValueKind == JsonValueKind.String
            && root.TryGetProperty("manifests", out var manifests)
            && manifests.ValueKind == JsonValueKind.Object
            && manifests.TryGetProperty(active.GetString()!, out var found)
                ? found
                : root;
        if (manifest.ValueKind != JsonValueKind.Object)
            return [];
        return (
            manifest.TryGetProperty("assertions", out var assertions) && assertions.ValueKind == JsonValueKind.Array
                ? assertions.EnumerateArray()
                : (IEnumerable<JsonElement>)[manifest]
        ).Where(IsOurs);
    }

    private static bool IsOurs(JsonElement assertion) =>
        assertion.ValueKind == JsonValueKind.Object
        && assertion.TryGetProperty("label", out var label)
        && label.ValueKind == JsonValueKind.String
        // A second assertion of one label has a number after two underscores (C2PA).
        && Labels.Contains(label.GetString()!.Split("__")[0], StringComparer.Ordinal);

    private static IEnumerable<JsonProperty> EntriesOf(JsonElement assertion)
    {
        if (!assertion.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            return [];
        // Version 1.0 has the entries in the data itself.
        var entries =
            data.TryGetProperty("entries", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : data;
        return entries.EnumerateObject();
    }

    private static Claim? ClaimOf(string key, JsonElement entry, IReadOnlyList<Word> words)
    {
        var prefix = Array.Find(Prefixes, one => key.StartsWith(one, StringComparison.Ordinal));
        var name = prefix is null ? key : Prefixes[0] + key[prefix.Length..];
        if (
            words.FirstOrDefault(word => word.Name == name) is not { } known
            || entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("use", out var use)
            || use.ValueKind != JsonValueKind.String
        )
            return null;
        return use.GetString() switch
        {
            "allowed" => new(known, Said.Allow),
            "notAllowed" => new(known, Said.Deny),
            "constrained" => new(known, Constraints.Any(one => HasText(entry, one)) ? Said.Ask : Said.Deny),
            _ => null,
        };
    }

    private static bool HasText(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() != "";
}
