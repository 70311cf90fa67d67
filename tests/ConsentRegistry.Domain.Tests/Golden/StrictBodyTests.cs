using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>Formats grow, but a body that no version of the registry writes is refused.</summary>
public sealed class StrictBodyTests
{
    // A statement of before digests is text.
    private const string TextOrDigest = "statement";

    private static readonly string[] OtherKinds = ["\"x\"", "1", "true", "{}", "[]", "null"];

    private static readonly List<(RecordChange Change, JsonObject Whole)> Changes =
    [
        .. GoldenFiles.BodiesOf("v1/every-event.ndjson").Select(each => (each.Body.Change, Joined(each.Body.Change))),
    ];

    // With members that came later, and may be absent.
    private static readonly List<(RecordChange Change, JsonObject Whole)> LaterChanges =
    [
        .. GoldenFiles
            .BodiesOf("v1/with-identifiers.ndjson")
            .Select(each => (each.Body.Change, Joined(each.Body.Change))),
    ];

    [Fact]
    public void A_record_with_an_unknown_member_anywhere_is_refused() => EachObject(WithUnknown);

    [Fact]
    public void A_record_without_one_of_its_first_members_is_refused() => EachObject(WithoutOne);

    [Fact]
    public void A_value_of_another_kind_is_refused() => EachObject(WithAnotherKind);

    /// <summary>Values of the right kind that no registry writes: each member, and what stands there instead.</summary>
    public static TheoryData<string, string> NeverWritten =>
        new()
        {
            { "role", "\"owner\"" },
            { "uses", "0" },
            { "uses", "-1" },
            { "uses", "2147483648" },
            { "kid", "\"any text\"" },
            { "kid", "\"AAAAAAAAAA\"" },
            // The last character has bits that say nothing: another spelling of the same bytes.
            { "kid", "\"AAAAAAAAAAB\"" },
            { "hmacs", "[]" },
            { "hmacs", $"[{string.Join(',', Enumerable.Range(0, 1_001).Select(HashText))}]" },
        };

    [Theory]
    [MemberData(nameof(NeverWritten))]
    public void A_value_that_no_registry_writes_is_refused(string name, string value)
    {
        var tried = 0;
        foreach (var (change, whole) in Changes.Concat(LaterChanges))
        {
            foreach (var (_, members) in ObjectsIn(whole).Where(each => each.Members[name] is not null).ToList())
            {
                var written = members[name];
                members[name] = JsonNode.Parse(value);
                Assert.True(IsRefused(change, whole), $"{change.Type} was read with {name}: {value}.");
                members[name] = written;
                tried++;
            }
        }
        Assert.True(tried > 0, $"No record has {name}.");
    }

    [Fact]
    public void A_body_without_a_key_is_refused()
    {
        foreach (var (leaf, bytes) in GoldenFiles.EntriesOf("v1/every-event.ndjson"))
        {
            if (bytes is null)
                continue;
            var body = JsonNode.Parse(bytes)!.AsObject();
            body["key"] = null;
            Assert.False(EventBody.TryParse(leaf.Type, CanonicalJson.Encode(body), out _));
        }
    }

    [Fact]
    public void A_body_of_any_other_spelling_is_refused()
    {
        foreach (var (leaf, bytes) in GoldenFiles.EntriesOf("v1/every-event.ndjson"))
        {
            if (bytes is null)
                continue;
            Assert.True(EventBody.TryParse(leaf.Type, bytes, out _));
            var text = System.Text.Encoding.UTF8.GetString(bytes);
            string[] others =
            [
                $" {text}",
                $"{text}\n",
                text.Replace(",\"by\":", ", \"by\":"),
                text.Replace("\"by\":{", "\"by\":{\"also\":null,"),
                text.Replace("\"prev\":", "\"later\":null,\"prev\":"),
            ];
            foreach (var other in others)
            {
                Assert.NotEqual(text, other);
                Assert.False(EventBody.TryParse(leaf.Type, System.Text.Encoding.UTF8.GetBytes(other), out _));
            }
        }
    }

    private static IEnumerable<string> WithUnknown(JsonObject members)
    {
        foreach (var value in OtherKinds)
        {
            members["unknown"] = JsonNode.Parse(value);
            yield return $"unknown: {value}";
        }
        members.Remove("unknown");
    }

    private static IEnumerable<string> WithoutOne(JsonObject members)
    {
        foreach (var (name, value) in members.ToList())
        {
            members.Remove(name);
            yield return name;
            members[name] = value;
        }
    }

    private static IEnumerable<string> WithAnotherKind(JsonObject members)
    {
        var set = members.Where(member => member.Value is not null && member.Key != TextOrDigest).ToList();
        foreach (var (name, value) in set)
        {
            foreach (var other in OtherKinds)
            {
                var kind = KindOf(JsonNode.Parse(other));
                if (kind == JsonValueKind.Null || kind == KindOf(value))
                    continue;
                members[name] = JsonNode.Parse(other);
                yield return $"{name}: {other}";
            }
            members[name] = value;
        }
    }

    private static string HashText(int number) => $"\"{new IdentifierHash((UInt128)number)}\"";

    private static JsonValueKind KindOf(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            null => JsonValueKind.Null,
            JsonValueKind.False => JsonValueKind.True,
            var kind => kind.Value,
        };

    // Alters each object of each record in turn, and puts it back.
    private static void EachObject(Func<JsonObject, IEnumerable<string>> alter)
    {
        var tried = 0;
        foreach (var (change, whole) in Changes)
        {
            foreach (var (path, members) in ObjectsIn(whole).ToList())
            {
                foreach (var what in alter(members))
                {
                    tried++;
                    Assert.True(IsRefused(change, whole), $"{change.Type} was read with {path}/{what}.");
                }
            }
            Assert.False(IsRefused(change, whole));
        }
        Assert.True(tried > 500, "Hardly anything was tried.");
    }

    private static bool IsRefused(RecordChange change, JsonObject whole)
    {
        try
        {
            RecordedChange.Read(
                change with
                {
                    Key = Part(whole, "key")!,
                    Before = Part(whole, "before"),
                    After = Part(whole, "after"),
                }
            );
            return false;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    private static JsonObject? Part(JsonObject whole, string name) => whole[name]?.DeepClone().AsObject();

    private static JsonObject Joined(RecordChange change) =>
        new()
        {
            ["key"] = change.Key.DeepClone(),
            ["before"] = change.Before?.DeepClone(),
            ["after"] = change.After?.DeepClone(),
        };

    // Every object below this one.
    private static IEnumerable<(string Path, JsonObject Members)> ObjectsIn(JsonNode? node, string path = "") =>
        node switch
        {
            JsonObject members => members.SelectMany(member => Within(member.Value, $"{path}/{member.Key}")),
            JsonArray items => items.SelectMany((item, i) => Within(item, $"{path}/{i}")),
            _ => [],
        };

    private static IEnumerable<(string Path, JsonObject Members)> Within(JsonNode? node, string path) =>
        node is JsonObject members ? ObjectsIn(node, path).Prepend((path, members)) : ObjectsIn(node, path);
}
