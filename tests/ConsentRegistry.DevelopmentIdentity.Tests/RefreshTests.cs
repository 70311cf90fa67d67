using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>How a sign-in goes on, and how it ends.</summary>
public sealed class RefreshTests(Provider provider) : IDisposable
{
    private readonly Browser browser = new(provider.Address);
    private readonly RelyingParty console = new(provider.Address);

    public void Dispose()
    {
        browser.Dispose();
        console.Dispose();
    }

    [Fact]
    public async Task Each_refresh_gives_a_new_refresh_token_that_ends_when_the_first_would_have()
    {
        // Nobody else signs in as this creator.
        var page = await browser.GetAsync(console.Question());
        var first = await console.RedeemAsync(
            RelyingParty.CodeOf(await browser.PressAsync(page, SignInPage.NameField, "Refreshed"))
        );
        var second = await console.RefreshAsync(first.Refresh);
        var third = await console.RefreshAsync(second.Refresh);

        Assert.Equal(3, new HashSet<string>([first.Refresh, second.Refresh, third.Refresh]).Count);
        var (old, fresh) = (new JsonWebToken(first.Access), await console.ProveAsync(third.Access, "consent-registry"));
        Assert.Equal(old.Subject, fresh.Subject);
        Assert.Equal(old.GetClaim("scope").Value, fresh.GetClaim("scope").Value);
        Assert.NotEqual(old.Id, fresh.Id);
        await using var scope = provider.Services.CreateAsyncScope();
        var ends = await scope
            .ServiceProvider.GetRequiredService<SignIns>()
            .Set<OpenIddictEntityFrameworkCoreToken>()
            .Where(token => token.Subject == old.Subject && token.Type == TokenTypeIdentifiers.RefreshToken)
            .Select(token => token.ExpirationDate)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, ends.Count);
        Assert.NotNull(Assert.Single(ends.Distinct()));
    }

    [Fact]
    public async Task A_refresh_token_that_is_shown_again_ends_the_whole_sign_in_and_no_other()
    {
        var first = await SignInAsync();
        var other = await console.RedeemAsync(RelyingParty.CodeOf(await browser.GetAsync(console.Question())));
        var second = await console.RefreshAsync(first.Refresh);
        var third = await console.RefreshAsync(second.Refresh);

        Assert.Equal("invalid_grant", (await console.RefreshAsync(first.Refresh)).Error);
        Assert.Equal("invalid_grant", (await console.RefreshAsync(third.Refresh)).Error);
        Assert.Equal(HttpStatusCode.OK, (await console.RefreshAsync(other.Refresh)).Status);
    }

    [Fact]
    public async Task A_refresh_never_widens()
    {
        var first = await SignInAsync();
        Assert.Equal("invalid_grant", (await console.RefreshAsync(first.Refresh, ("scope", "consent:audit"))).Error);

        var narrow = await console.RefreshAsync((await SignInAsync()).Refresh, ("scope", "openid consent:manage"));
        Assert.Equal("openid consent:manage", new JsonWebToken(narrow.Access).GetClaim("scope").Value);
    }

    [Fact]
    public async Task A_refresh_token_is_good_for_the_program_it_was_given_to()
    {
        var first = await SignInAsync();
        var refused = await console.RefreshAsync(
            first.Refresh,
            ("client_id", "studio-north"),
            ("client_secret", Clients.BackendSecret("studio-north"))
        );

        Assert.NotEqual(HttpStatusCode.OK, refused.Status);
        Assert.Null(refused.Body["access_token"]);
    }

    [Fact]
    public async Task A_refresh_token_that_was_revoked_is_good_for_nothing()
    {
        var first = await SignInAsync();
        var revoked = await console.AskAsync(
            [("token", first.Refresh), ("client_id", Clients.Console), ("client_secret", Clients.ConsoleSecret)],
            "/connect/revocation"
        );

        Assert.Equal(HttpStatusCode.OK, revoked.Status);
        Assert.Equal("invalid_grant", (await console.RefreshAsync(first.Refresh)).Error);
    }

    [Fact]
    public async Task Signing_out_forgets_the_person_and_ends_the_refresh_tokens()
    {
        var first = await SignInAsync();
        var second = await console.RefreshAsync(first.Refresh);
        var answer = await browser.GetAsync(
            $"{EndSession.Path}?id_token_hint={second.Identity}&state=s"
                + $"&post_logout_redirect_uri={Uri.EscapeDataString($"{RelyingParty.Address}/signout-callback-oidc")}"
        );

        Assert.Equal($"{RelyingParty.Address}/signout-callback-oidc?state=s", answer.Location?.ToString());
        Assert.Equal("invalid_grant", (await console.RefreshAsync(second.Refresh)).Error);
        Assert.Contains(
            "Who do you want to be?",
            (await browser.GetAsync(console.Question())).Body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_an_ID_token_the_person_is_asked_before_they_are_signed_out()
    {
        await SignInAsync();
        var page = await browser.GetAsync(EndSession.Path);
        Assert.Contains("Sign out?", page.Body, StringComparison.Ordinal);
        RelyingParty.CodeOf(await browser.GetAsync(console.Question()));
        var fields = new[] { KeyValuePair.Create(SignOutPage.Choice, "yes") };
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(EndSession.Path, fields)).Status);
        RelyingParty.CodeOf(await browser.GetAsync(console.Question()));

        Assert.Equal("/", (await browser.PressAsync(page, SignOutPage.Choice, "yes")).Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(console.Question())).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("http://localhost:5099/other")]
    [InlineData("http://localhost:5098/signout-callback-oidc")]
    [InlineData("//evil.example")]
    public async Task Nobody_is_sent_elsewhere_after_signing_out(string address)
    {
        var tokens = await SignInAsync();
        var answer = await browser.GetAsync(
            $"{EndSession.Path}?id_token_hint={tokens.Identity}&post_logout_redirect_uri={Uri.EscapeDataString(address)}"
        );

        Assert.Equal((HttpStatusCode.BadRequest, null), (answer.Status, answer.Location));
    }

    private async Task<Tokens> SignInAsync() =>
        await console.RedeemAsync(await console.SignInAsync(browser, "creator-maria"));
}
