using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Architecture;
using ConsentRegistry.Domain;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Documentation;

/// <summary>
/// What the pages of the repository name is there: pages and headings, commands, settings, folders and codes of errors.
/// </summary>
public sealed partial class DocumentationTests
{
    private const string SettingsPage = "docs/reference/configuration.md";

    private const string ErrorsPage = "docs/reference/errors.md";

    /// <summary>Columns of a line of text.</summary>
    private const int Columns = 120;

    private static readonly IReadOnlyList<string> Pages = [.. Find().Order(StringComparer.Ordinal)];

    private static readonly IReadOnlyList<string> Keys =
    [
        .. RegistrySettings.Keys.Select(key => key.Replace(":", "__", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist()
    {
        var broken =
            from page in Pages
            from link in LinksOf(Documented.Text(page))
            let problem = ProblemOf(page, link)
            where problem is not null
            select $"{page}: {link}: {problem}";

        Assert.Empty(broken);
        Assert.True(Pages.Sum(page => LinksOf(Documented.Text(page)).Count()) > 100, "Hardly any link was found.");
    }

    [Fact]
    public void Every_command_of_dev_that_a_page_names_exists()
    {
        var cases = Documented.Text("dev").Split("\ncase $command in\n")[1];
        var commands = DevCase()
            .Matches(cases)
            .SelectMany(line => line.Groups["names"].Value.Split(" | "))
            .ToHashSet(StringComparer.Ordinal);
        var named = Pages
            .SelectMany(page =>
                DevCommand().Matches(Documented.Text(page)).Select(one => (Page: page, Name: one.Groups["name"].Value))
            )
            .ToList();

        Assert.Empty(named.Where(one => !commands.Contains(one.Name)).Select(one => $"{one.Page}: ./dev {one.Name}"));
        Assert.Superset(
            new HashSet<string>(["run", "test", "verify"], StringComparer.Ordinal),
            named.Select(one => one.Name).ToHashSet(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_command_of_the_host_and_of_consent_that_a_page_names_exists()
    {
        var tool = Directory
            .EnumerateFiles(
                Path.Combine(Repository.Folder, "src/ConsentRegistry.Cli"),
                "*Command.cs",
                SearchOption.AllDirectories
            )
            .SelectMany(file => ToolCommand().Matches(File.ReadAllText(file)))
            .Select(command => command.Groups["name"].Value);

        AssertNamed(HostCommandInPage(), HelpLine().Matches(Help.Text).Select(line => line.Groups["name"].Value));
        AssertNamed(ToolCommandInPage(), tool);

        static void AssertNamed(Regex inPage, IEnumerable<string> commands)
        {
            var known = commands.ToHashSet(StringComparer.Ordinal);
            var named = (
                from page in Pages
                from code in CodeOf(Documented.Text(page))
                from match in inPage.Matches(code)
                select (Page: page, Name: match.Groups["name"].Value)
            ).ToList();
            Assert.Empty(named.Where(one => !known.Contains(one.Name)).Select(one => $"{one.Page}: {one.Name}"));
            Assert.NotEmpty(named);
        }
    }

    [Theory]
    [InlineData("CONTRIBUTING.md", "| folder | what it holds |")]
    [InlineData("docs/explanation/architecture.md", "| folder | what it holds |")]
    public void A_table_of_the_hosts_folders_has_each_once_in_their_order(string page, string head)
    {
        var folders = Folders
            .ByProject["ConsentRegistry.Api"]
            .Select(folder =>
                folder.Name.StartsWith("Features/", StringComparison.Ordinal) ? "Features/<Capability>" : folder.Name
            )
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(folders, TablesWith(page, head).Select(row => InlineCode().Match(row.Cells[0]).Value.Trim('`')));
    }

    [Fact]
    public void A_line_of_text_has_at_most_so_many_columns()
    {
        var longer =
            from page in Pages
            from line in Written().Replace(Fence().Replace(Documented.Text(page), ""), "").Split('\n')
            where line.Length > Columns && !line.TrimStart().StartsWith('|') && line.LastIndexOf(' ', Columns) > 0
            select $"{page}: {line}";

        Assert.Empty(longer);
    }

    [Fact]
    public void Every_setting_that_a_page_names_in_code_exists()
    {
        var sections = string.Join(
            '|',
            Keys.Where(key => key.Contains("__", StringComparison.Ordinal))
                .Select(key => key.Split("__")[0])
                .Distinct(StringComparer.Ordinal)
        );
        var setting = new Regex(
            $@"(?<![\w.:/])(?<key>({sections})(__|:)[A-Z]\w*((__|:)[A-Z]\w*)*)",
            RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5)
        );
        var named = (
            from page in Pages
            from code in CodeOf(Documented.Text(page))
            from match in setting.Matches(code)
            select (Page: page, Key: match.Groups["key"].Value)
        ).ToList();

        Assert.Empty(
            named
                .Where(one => !Keys.Contains(one.Key.Replace(":", "__", StringComparison.Ordinal)))
                .Select(one => $"{one.Page}: {one.Key}")
        );
        Assert.Contains(named, one => one.Page != SettingsPage);
    }

    [Fact]
    public void The_page_on_settings_has_one_whole_row_for_each()
    {
        var rows = TablesWith(SettingsPage, "| key | meaning | unit | default | limits |").ToList();

        Assert.All(rows, row => Assert.Equal((5, true), (row.Cells.Count, row.Cells.All(cell => cell.Length > 0))));
        Assert.All(Keys, key => Assert.Single(rows, row => row.Cells[0] == $"`{key}`"));
    }

    [Fact]
    public void The_page_on_errors_has_each_code_once_with_its_status_a_cause_and_a_cure()
    {
        var rows = TablesWith(ErrorsPage, "| code | cause | what to do |")
            .Concat(TablesWith(ErrorsPage, "| code | status | cause | what to do |"))
            .ToList();
        // Where a table has no statuses, its heading has the one of all its rows.
        var described = rows.Select(row =>
            (Code: row.Cells[0].Trim('`'), Status: row.Cells.Count == 4 ? row.Cells[1] : row.Heading.Split(':')[0])
        );
        string[] codes = [.. ConstantsOf(typeof(ProblemCode)), .. ConstantsOf(typeof(FailureCode))];

        Assert.Equal(
            codes
                .Order(StringComparer.Ordinal)
                .Select(code => (code, ProblemCatalog.Find(code).Status.ToString(CultureInfo.InvariantCulture))),
            described.OrderBy(one => one.Code, StringComparer.Ordinal)
        );
        Assert.All(rows, row => Assert.All(row.Cells, cell => Assert.NotEmpty(cell)));
    }

    private static IEnumerable<string> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);

    // What builds leave behind is not the repository's.
    private static IEnumerable<string> Find() =>
        new[] { ".github", "deploy", "docs", "examples", "src", "tests" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Folder, folder), "*.md", SearchOption.AllDirectories)
            )
            .Concat(Directory.EnumerateFiles(Repository.Folder, "*.md"))
            .Select(file => Path.GetRelativePath(Repository.Folder, file).Replace('\\', '/'))
            .Where(page => !page.Split('/').Any(folder => folder is "bin" or "obj" or "node_modules"));

    private static IEnumerable<string> LinksOf(string text) =>
        Link()
            .Matches(InlineCode().Replace(Fence().Replace(text, ""), ""))
            .Select(link => link.Groups["target"].Value)
            .Where(target => !Scheme().IsMatch(target));

    private static string? ProblemOf(string page, string link)
    {
        var parts = link.Split('#', 2);
        var file =
            parts[0].Length == 0
                ? Path.Combine(Repository.Folder, page)
                : Path.GetFullPath(Path.Combine(Repository.Folder, Path.GetDirectoryName(page)!, parts[0]));
        if (!File.Exists(file) && !Directory.Exists(file))
            return "there is no such file";
        return parts.Length == 1 || AnchorsOf(File.ReadAllText(file)).Contains(parts[1])
            ? null
            : "the page has no such heading";
    }

    // As GitHub names headings: a name that is taken gets a number.
    private static HashSet<string> AnchorsOf(string text)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var heading in Heading().Matches(Fence().Replace(text, "")).Select(one => one.Groups["text"].Value))
        {
            var name = Documented.AnchorOf(Link().Replace(heading, "]"));
            var anchor = name;
            for (var number = 1; !anchors.Add(anchor); number++)
                anchor = $"{name}-{number}";
        }
        return anchors;
    }

    private static IEnumerable<string> CodeOf(string text) =>
        Fence()
            .Matches(text)
            .Select(block => block.Value)
            .Concat(InlineCode().Matches(Fence().Replace(text, "")).Select(code => code.Value));

    // The rows of all tables of a page that begin with a line, each with the heading above its table.
    private static IEnumerable<Row> TablesWith(string page, string head)
    {
        var (heading, isIn) = ("", false);
        foreach (var line in Documented.Text(page).Split('\n'))
        {
            if (line.StartsWith('#'))
                heading = line.TrimStart('#', ' ');
            if (
                isIn
                && (
                    line.StartsWith("| `", StringComparison.Ordinal)
                    || line.StartsWith("| [`", StringComparison.Ordinal)
                )
            )
                yield return new(heading, [.. line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)]);
            isIn = line == head || (isIn && line.StartsWith('|'));
        }
    }

    [GeneratedRegex(
        @"^ *```.*?^ *``` *$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(@"`[^`\n]+(\n[^`\n]+)?`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Scheme();

    [GeneratedRegex(
        "^#{1,6} (?<text>.+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Heading();

    [GeneratedRegex(@"\./dev\s+(?<name>[a-z][a-z-]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex DevCommand();

    [GeneratedRegex(
        @"^  (?<names>[a-z-]+( \| [a-z-]+)*)\)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex DevCase();

    // What a benchmark writes into a page.
    [GeneratedRegex(
        "^<!-- [a-z ]+: written by .*?^<!-- end of [a-z ]+ -->$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Written();

    [GeneratedRegex(
        "^  (?<name>[a-z][a-z-]*)( |$)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex HelpLine();

    [GeneratedRegex(
        @"ConsentRegistry\.Api\.dll\s+(?<name>[a-z][a-z-]*)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex HostCommandInPage();

    [GeneratedRegex(
        @"new Command\(\s*""(?<name>[a-z]+)""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex ToolCommand();

    [GeneratedRegex(
        @"(^|`|consent/)consent (?<name>[a-z]+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex ToolCommandInPage();

    private sealed record Row(string Heading, IReadOnlyList<string> Cells);
}
