using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Console.Tests;

/// <summary>Every text is there in every language, with the same places for values, and no page asks for another.</summary>
public sealed partial class TextsTests
{
    private static readonly string Project = Path.Combine(Repository.Folder, "src", "ConsentRegistry.Console");

    public static TheoryData<string> Translations =>
        [
            .. Directory
                .GetFiles(Path.Combine(Project, "Languages"), "Texts.*.resx")
                .Select(path => Path.GetFileName(path)),
        ];

    [Theory]
    [MemberData(nameof(Translations))]
    public void A_language_has_the_same_texts_with_the_same_values(string file)
    {
        var (english, other) = (Read("Texts.resx"), Read(file));

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), other.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, text => Assert.Equal(Places(text.Value), Places(other[text.Key])));
    }

    [Fact]
    public void Every_text_that_a_page_names_exists()
    {
        var texts = Read("Texts.resx");
        var named = Directory
            .EnumerateFiles(Project, "*.*", SearchOption.AllDirectories)
            .Where(path =>
                path.EndsWith(".razor", StringComparison.Ordinal) || path.EndsWith(".cs", StringComparison.Ordinal)
            )
            .Where(path =>
                !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            )
            .SelectMany(path => Named().Matches(File.ReadAllText(path)))
            .Select(match => (Key: match.Groups["key"].Value, IsCounted: match.Groups["count"].Success))
            .Distinct()
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(
            named,
            one =>
                Assert.True(
                    texts.ContainsKey(one.IsCounted ? one.Key + ".one" : one.Key),
                    $"There is no text '{one.Key}'."
                )
        );
    }

    internal static Dictionary<string, string> Read(string file) =>
        XDocument
            .Load(Path.Combine(Project, "Languages", file))
            .Root!.Elements("data")
            .ToDictionary(
                text => text.Attribute("name")!.Value,
                text => text.Element("value")!.Value,
                StringComparer.Ordinal
            );

    private static IEnumerable<string> Places(string text) =>
        Place()
            .Matches(text)
            .Select(match => match.Value)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(
        """\bT(?<count>\.Count\()?\[?"(?<key>[a-zA-Z]+\.[a-zA-Z.]+)"|\bT\["(?<key>[a-zA-Z.]+)"[\],]""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Named();

    [GeneratedRegex("""\{\d+""", RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
