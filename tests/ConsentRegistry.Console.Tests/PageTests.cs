using System.Reflection;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>
/// Every page, as readers see it: it answers, fits the window, breaks no rule for accessibility or of the browser's, is
/// small, and has no text in another language. The pictures are in <see cref="Stack.Screenshots"/>.
/// </summary>
public sealed class PageTests(Stack stack, SeededCreator creator) : IClassFixture<SeededCreator>
{
    /// <summary>Bytes of a page's HTML, at most.</summary>
    private const int LargestPage = 60 * 1024;

    private const string TheCreator = "the creator";
    private const string Nobody = "nobody";

    /// <summary>Who looks at which page. <c>{c}</c> is the creator about whom there is something to see.</summary>
    private static readonly (string Person, string Path)[] Pages =
    [
        (Nobody, "/"),
        (Nobody, "/sign-in-failed"),
        (TheCreator, "/creators/{c}"),
        (TheCreator, "/creators/{c}/stop"),
        (TheCreator, "/creators/{c}/lift"),
        (TheCreator, "/creators/{c}/choices/remix"),
        (TheCreator, "/creators/{c}/choices/training?effect=allow"),
        (TheCreator, "/creators/{c}/videos"),
        (TheCreator, "/creators/{c}/videos?answer=deny&kind=remix"),
        (TheCreator, "/creators/{c}/videos/first"),
        (TheCreator, "/creators/{c}/videos/unregistered"),
        (TheCreator, "/creators/{c}/appearances"),
        (TheCreator, "/creators/{c}/appearances/{o}/portrait"),
        (TheCreator, "/creators/{c}/requests"),
        (TheCreator, "/creators/{c}/grants"),
        (TheCreator, "/creators/{c}/uses"),
        (TheCreator, "/creators/{c}/recalls"),
        (TheCreator, "/creators/{c}/blocked"),
        (TheCreator, "/creators/{c}/history"),
        (TheCreator, "/creators/{c}/news"),
        (TheCreator, "/no-rights"),
        ("agency-lumen", "/creators"),
        ("studio-north", "/why"),
        ("studio-north", "/requests"),
        ("studio-north", "/grants"),
        ("studio-north", "/recalls"),
        ("auditor-ada", "/explorer"),
        ("auditor-ada", "/conduct"),
        ("auditor-ada", "/verify"),
        ("auditor-ada", "/creators/{c}"),
        ("auditor-ada", "/creators/{c}/history"),
        ("operator-otto", "/operations"),
        ("operator-otto", "/operations/holds"),
        ("operator-otto", "/operations/purposes"),
        ("operator-otto", "/operations/webhooks"),
    ];

    // What is no page to go to, or names something that has to be made first.
    private static readonly string[] Elsewhere =
    [
        "/error",
        "/not-found",
        "/operations/webhooks/{WebhookId:guid}",
        "/requests/{RequestId:guid}",
    ];

    public static IEnumerable<TheoryDataRow<string, string, string>> Cases =>
        Pages.Select(
            (page, index) =>
                new TheoryDataRow<string, string, string>(
                    page.Person,
                    page.Path,
                    Mode.Pairwise[index % Mode.Pairwise.Count].ToString()
                )
        );

    public static IEnumerable<TheoryDataRow<string, string, string>> AllCases =>
        Pages.SelectMany(
            _ => Mode.All,
            (page, mode) => new TheoryDataRow<string, string, string>(page.Person, page.Path, mode.ToString())
        );

    [Fact]
    public void Every_page_is_looked_at()
    {
        var routes = typeof(Components.App)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(route => route.Template);

        Assert.Equal(
            routes.Order(StringComparer.Ordinal),
            Pages
                .Select(page => page.Path.Split('?')[0])
                .Select(TemplateOf)
                .Concat(Elsewhere)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );
    }

    // The values in an address, as the page's route names them.
    private static string TemplateOf(string path)
    {
        var parts = path.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = (parts[i - 1], parts[i]) switch
            {
                (_, "{c}") => "{CreatorId}",
                (_, "{o}") => "{OwnerId}",
                ("{OwnerId}", _) => "{VideoId}",
                ("choices", _) => "{Purpose}",
                ("videos", _) => "{VideoId}",
                var (_, part) => part,
            };
        }
        return string.Join('/', parts);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_page_is_fit_to_be_read(string person, string page, string mode) => LookAsync(person, page, mode);

    [Theory]
    [Trait("Run", "Full")]
    [MemberData(nameof(AllCases))]
    public Task A_page_is_fit_to_be_read_in_every_way(string person, string page, string mode) =>
        LookAsync(person, page, mode);

    private async Task LookAsync(string person, string path, string modeName)
    {
        var mode = Mode.All.Single(one => one.ToString() == modeName);
        var page = await stack.OpenAsync(
            mode,
            person switch
            {
                Nobody => null,
                TheCreator => await stack.SessionOfAsync(creator.Name),
                _ => await stack.SessionOfAsync(person),
            }
        );
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        var before = stack.Hop.Calls;
        var answer = await page.GotoAsync(
            path.Replace("{c}", creator.Id, StringComparison.Ordinal)
                .Replace("{o}", creator.OtherId, StringComparison.Ordinal)
        );

        Assert.Equal(200, answer!.Status);
        var bytes = (await answer.BodyAsync()).Length;
        Assert.InRange(bytes, 1, LargestPage);
        // With scripts a page may ask for more by itself.
        if (!mode.HasScripts)
            TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {bytes} bytes, {stack.Hop.Calls - before} calls");
        Assert.Equal(mode.Language, await page.Locator("html").GetAttributeAsync("lang"));
        await page.ScreenshotAsync(
            new() { Path = Path.Combine(Stack.Screenshots, $"{NameOf(person + path)}-{mode}.png"), FullPage = true }
        );
        if (mode.HasScripts)
        {
            Assert.Equal(
                0,
                await page.EvaluateAsync<int>(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
            );
            var result = await page.RunAxe();
            Assert.True(
                result.Violations.Length == 0,
                string.Join('\n', result.Violations.Select(one => $"{one.Id}: {one.Help} {one.Nodes[0].Html}"))
            );
        }
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static string NameOf(string path) =>
        string.Concat(path.Select(one => char.IsLetterOrDigit(one) ? one : '_'));
}
