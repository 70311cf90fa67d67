using System.Net;
using System.Text.RegularExpressions;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>The pages: plain, without scripts, and safe whatever a question holds.</summary>
public sealed partial class PageTests(Provider provider) : IDisposable
{
    private readonly Browser browser = new(provider.Address);
    private readonly RelyingParty console = new(provider.Address);

    public void Dispose()
    {
        browser.Dispose();
        console.Dispose();
    }

    [Fact]
    public async Task The_page_has_a_button_for_each_of_the_table_and_a_field_for_somebody_new()
    {
        var page = await browser.GetAsync(console.Question());

        Assert.Equal(
            People.All.Select(person => person.Id),
            Button().Matches(page.Body).Select(button => button.Groups["value"].Value)
        );
        Assert.All(People.All, person => Assert.Contains(person.Name, page.Body, StringComparison.Ordinal));
        Assert.Equal(2, page.Forms.Count);
        Assert.Contains(SignInPage.NameField, page.Forms[1].Names);
    }

    [Fact]
    public async Task Whatever_a_question_or_a_name_holds_is_shown_as_text()
    {
        const string Attack = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";
        var asked = await browser.GetAsync(console.Question(("state", Attack), ("login_hint", Attack), (Attack, "x")));
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        Assert.DoesNotContain("<script", asked.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", asked.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Attack, asked.Forms[0].Hidden["state"]);

        var typed = await browser.PressAsync(asked, SignInPage.NameField, Attack + Attack);
        Assert.Equal(HttpStatusCode.BadRequest, typed.Status);
        Assert.DoesNotContain("<script", typed.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", typed.Body, StringComparison.Ordinal);

        // The state comes back as it was sent.
        var answer = await browser.PressAsync(asked, SignInPage.PersonField, "creator-maria");
        Assert.Equal(Attack, answer.Parameters["state"]);
    }

    [Fact]
    public async Task No_page_may_run_a_script_load_from_elsewhere_or_stand_in_a_frame()
    {
        foreach (var path in new[] { console.Question(), EndSession.Path, "/", Page.StylePath, "/nowhere" })
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(
                "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "
                    + RelyingParty.Address,
                page.Headers["Content-Security-Policy"]
            );
            Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
            Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", page.Body, StringComparison.OrdinalIgnoreCase);
        }
        var asked = await browser.GetAsync(console.Question());
        Assert.Equal("no-store", asked.Headers["Cache-Control"]);
        Assert.StartsWith(
            "text/css",
            (await browser.GetAsync(Page.StylePath)).Headers["Content-Type"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_form_that_cannot_be_read_is_the_sender_s_fault()
    {
        var page = await browser.GetAsync(console.Question());
        var answer = await browser.PressAsync(page, SignInPage.NameField, "a\0b");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_read()
    {
        var page = await browser.GetAsync(console.Question());
        var answer = await browser.PressAsync(page, SignInPage.NameField, new string('a', 70_000));

        Assert.NotEqual(HttpStatusCode.Redirect, answer.Status);
        Assert.InRange((int)answer.Status, 400, 499);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5070")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost.evil.example")]
    public async Task Whoever_calls_the_provider_by_another_name_is_refused(string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.Address + console.Question());
        request.Headers.Host = host;

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [GeneratedRegex(
        "<button name=\"person\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Button();
}
