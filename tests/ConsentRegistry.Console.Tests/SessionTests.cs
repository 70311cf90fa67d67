using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>Who is signed in, and what others get.</summary>
public sealed class SessionTests(Stack stack)
{
    [Fact]
    public async Task Nobody_sees_a_page_of_somebody_else()
    {
        var one = await stack.OpenAsync();
        var other = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(one);
        await stack.SignInAsNewCreatorAsync(other);

        var answer = await other.GotoAsync($"/creators/{creator}");

        Assert.Equal(403, answer!.Status);
        await Assertions.Expect(other.GetByRole(AriaRole.Alert)).ToContainTextAsync("You may not do this");
    }

    [Fact]
    public async Task A_browser_has_no_token_and_its_cookies_are_out_of_reach_of_scripts()
    {
        var page = await stack.OpenAsync();
        await stack.SignInAsNewCreatorAsync(page);

        var cookies = await CookiesAsync(page);

        Assert.NotEmpty(cookies);
        Assert.All(
            cookies,
            cookie => Assert.True(cookie.HttpOnly && cookie.SameSite == SameSiteAttribute.Lax, cookie.Name)
        );
        Assert.DoesNotContain("eyJ", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);
        var kept = await CookiesAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).WaitForAsync();

        var thief = await stack.OpenAsync();
        await thief.Context.AddCookiesAsync(
            kept.Select(cookie => new Cookie
            {
                Name = cookie.Name,
                Value = cookie.Value,
                Url = stack.Address.AbsoluteUri,
            })
        );
        await thief.GotoAsync($"/creators/{creator}");
        Assert.DoesNotContain(stack.Address.Authority, new Uri(thief.Url).Authority, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_way_back_to_elsewhere_ends_at_home()
    {
        var page = await stack.OpenAsync();
        await stack.SignInAsNewCreatorAsync(page);
        foreach (
            var elsewhere in new[]
            {
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example/",
                "javascript:alert(1)",
            }
        )
        {
            await page.GotoAsync($"/sign-in?returnUrl={Uri.EscapeDataString(elsewhere)}");
            Assert.Equal(stack.Address.Authority, new Uri(page.Url).Authority);
            await page.GotoAsync($"/language/de?returnUrl={Uri.EscapeDataString(elsewhere)}");
            Assert.Equal(stack.Address.Authority, new Uri(page.Url).Authority);
        }
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);

        foreach (var path in new[] { $"/creators/{creator}/stop", "/sign-out" })
        {
            var answer = await page.Context.APIRequest.PostAsync(
                new Uri(stack.Address, path).AbsoluteUri,
                new()
                {
                    Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
                    Data = "_handler=stop",
                }
            );
            Assert.Equal(400, answer.Status);
        }
        Assert.Null((await stack.Registry.Settings.GetAsync(creator, TestContext.Current.CancellationToken)).Lockdown);
    }

    // The provider is on the same host, at another port, which cookies do not tell apart.
    private async Task<List<BrowserContextCookiesResult>> CookiesAsync(IPage page) =>
        [
            .. (await page.Context.CookiesAsync([stack.Address.AbsoluteUri])).Where(cookie =>
                cookie.Name.StartsWith("consent-console", StringComparison.Ordinal)
            ),
        ];
}
