using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.History;

/// <summary>RFC 8785, for null, booleans, strings and integers.</summary>
public sealed class CanonicalJsonTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Canonical() =>
        [
            new("""{"b":1,"a":2}""", """{"a":2,"b":1}""") { TestDisplayName = "Members are sorted by name" },
            new(
                """{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""",
                "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"
            )
            {
                TestDisplayName =
                    "Names are sorted by UTF-16 code units, not by code points (the example of RFC 8785, section "
                    + "3.2.3)",
            },
            new(""" [ 1 , -2 , [ ] , { } , null , true , false ] """, "[1,-2,[],{},null,true,false]")
            {
                TestDisplayName = "White space goes",
            },
            new(
                "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\\\/\\u007f\"",
                "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\u007f\""
            )
            {
                TestDisplayName = "Only what must be escaped is, in the short form where there is one",
            },
            new("[56.0,1e3]", "[56,1000]") { TestDisplayName = "A whole number is an integer, however it is spelled" },
            new("[9007199254740991,-9007199254740991,0,-0]", "[9007199254740991,-9007199254740991,0,0]")
            {
                TestDisplayName = "The largest exact integers are kept, and zero has no sign",
            },
        ];

    public static IEnumerable<TheoryDataRow<string>> Refused() =>
        [
            new("1.5"),
            new("1e-3"),
            new("1e16"),
            new("9007199254740992"),
            new("-9007199254740992"),
            new("123456789012345678901234567890"),
            new("\"\\ud83d\""),
            new("{\"\\udead\":1}"),
        ];

    /// <summary>The public test vectors, where they are present beside the repository.</summary>
    public static IEnumerable<TheoryDataRow<string>> Vectors() =>
        FindVectors() is { } folder
            ? Directory
                .EnumerateFiles(Path.Combine(folder, "input"))
                .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)))
            : [];

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Writes_a_value_in_its_one_way(string json, string expected) => Assert.Equal(expected, Encode(json));

    [Theory]
    [MemberData(nameof(Refused))]
    public void Refuses_what_not_every_reader_keeps_exact(string json) =>
        Assert.Throws<FormatException>(() => Encode(json));

    [Theory]
    [InlineData(1.5)]
    [InlineData(1e300)]
    public void Refuses_fractions_made_in_memory(double value) =>
        Assert.Throws<FormatException>(() => CanonicalJson.Encode(JsonValue.Create(value)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Vectors))]
    public void Agrees_with_the_public_vectors_or_refuses_their_fractions(string name)
    {
        var folder = FindVectors()!;
        var input = File.ReadAllText(Path.Combine(folder, "input", name));
        if (name == "values.json")
            Assert.Throws<FormatException>(() => Encode(input));
        else if (name is "arrays.json" or "french.json" or "structures.json" or "unicode.json" or "weird.json")
            Assert.Equal(File.ReadAllText(Path.Combine(folder, "output", name)).TrimEnd('\n'), Encode(input));
        else
            Assert.Fail($"A vector that this test does not know: {name}");
    }

    private static string Encode(string json) => Encoding.UTF8.GetString(CanonicalJson.Encode(JsonNode.Parse(json)));

    private static string? FindVectors() => SharedFiles.Find("vectors", "jcs", "testdata");
}
