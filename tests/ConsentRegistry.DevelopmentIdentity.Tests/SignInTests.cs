using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>The way from the page to tokens, and whatever somebody may alter on it.</summary>
public sealed class SignInTests(Provider provider) : IDisposable
{
    private readonly Browser browser = new(provider.Address);
    private readonly RelyingParty console = new(provider.Address);

    public static TheoryData<string> Everybody => [.. People.All.Select(person => person.Id)];

    public void Dispose()
    {
        browser.Dispose();
        console.Dispose();
    }

    [Theory]
    [MemberData(nameof(Everybody))]
    public async Task Everybody_of_the_page_gets_tokens_that_say_who_they_are_and_what_they_may(string id)
    {
        var person = People.Find(id)!;
        var tokens = await console.RedeemAsync(await console.SignInAsync(browser, id));

        var access = await console.ProveAsync(tokens.Access, "consent-registry");
        Assert.Equal("at+jwt", access.Typ);
        Assert.Equal((id, "consent-console"), (access.Subject, access.GetClaim("client_id").Value));
        Assert.Equal(["consent-registry"], access.Audiences);
        Assert.Equal(
            person.Scopes.Concat(["openid", "profile", "offline_access"]).Order(StringComparer.Ordinal),
            access.GetClaim("scope").Value.Split(' ').Order(StringComparer.Ordinal)
        );
        Assert.Equal(person.Creators, Values(access, "creators"));
        Assert.Equal(person.Requester is null ? [] : [person.Requester], Values(access, "requester"));
        Assert.Equal(TimeSpan.FromMinutes(5), access.ValidTo - access.IssuedAt);
        foreach (var mark in new[] { "nonce", "at_hash", "name" })
            Assert.False(access.TryGetClaim(mark, out _), $"The access token has the claim {mark}.");

        var identity = await console.ProveAsync(tokens.Identity, "consent-console");
        Assert.Equal((id, person.Name), (identity.Subject, identity.GetClaim("name").Value));
        Assert.Equal(RelyingParty.Nonce, identity.GetClaim("nonce").Value);
        Assert.Equal(person.Creators, Values(identity, "creators"));
    }

    [Fact]
    public async Task Whoever_has_signed_in_is_not_asked_again_unless_the_program_wants_it()
    {
        await console.SignInAsync(browser, "auditor-ada");

        var again = RelyingParty.CodeOf(await browser.GetAsync(console.Question()));
        Assert.Equal("auditor-ada", (await SubjectAsync(again)));
        foreach (var way in new[] { ("prompt", "login"), ("prompt", "select_account"), ("max_age", "0") })
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(console.Question(way))).Status);
        // A message of the console's own may come as a form, too.
        var posted = await browser.PostAsync(
            Authorize.Path,
            new Uri(new Uri(provider.Address), console.Question())
                .Query[1..]
                .Split('&')
                .Select(pair => pair.Split('='))
                .Select(pair => KeyValuePair.Create(pair[0], Uri.UnescapeDataString(pair[1])))
        );
        Assert.Equal("auditor-ada", await SubjectAsync(RelyingParty.CodeOf(posted)));
    }

    [Fact]
    public async Task Without_a_sign_in_a_program_that_wants_no_page_is_told_so()
    {
        var answer = await browser.GetAsync(console.Question(("prompt", "none")));

        Assert.Equal(RelyingParty.RedirectAddress, answer.Location!.GetLeftPart(UriPartial.Path));
        Assert.Equal(("login_required", RelyingParty.State), (answer.Parameters["error"], answer.Parameters["state"]));
    }

    [Theory]
    [InlineData("Nora Ébène", "creator-nora-b-ne-")]
    [InlineData("  Tom  ", "creator-tom")]
    [InlineData("MARIA", "creator-maria")]
    [InlineData("日本", "creator-")]
    public async Task A_name_that_is_typed_makes_a_creator_who_is_the_same_each_time(string name, string start)
    {
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var _ in new[] { "first", "second" })
        {
            var page = await browser.GetAsync(console.Question(("prompt", "login")));
            var tokens = await console.RedeemAsync(
                RelyingParty.CodeOf(await browser.PressAsync(page, SignInPage.NameField, name))
            );
            var access = await console.ProveAsync(tokens.Access, "consent-registry");
            Assert.Contains("consent:manage", access.GetClaim("scope").Value.Split(' '));
            Assert.DoesNotContain("consent:audit", access.GetClaim("scope").Value, StringComparison.Ordinal);
            Assert.Matches("^[a-z0-9-]{1,128}$", access.Subject);
            Assert.StartsWith(start, access.Subject, StringComparison.Ordinal);
            subjects.Add(access.Subject);
            // Also after the name has gone through a refresh.
            var fresh = await console.RefreshAsync(tokens.Refresh);
            Assert.Equal(access.Subject, new JsonWebToken(fresh.Access).Subject);
        }
        Assert.Single(subjects);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890")]
    public async Task A_name_that_is_none_is_refused_on_the_page(string name)
    {
        var page = await browser.GetAsync(console.Question());
        var answer = await browser.PressAsync(page, SignInPage.NameField, name);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(SignInPage.NoName, answer.Body, StringComparison.Ordinal);
        // The page can be used at once.
        RelyingParty.CodeOf(await browser.PressAsync(answer, SignInPage.NameField, "Nora"));
    }

    [Fact]
    public async Task Nobody_is_signed_in_whom_the_table_does_not_have()
    {
        var page = await browser.GetAsync(console.Question());
        foreach (var id in new[] { "admin", "creator-nora", "", "*" })
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await browser.PressAsync(page, SignInPage.PersonField, id)).Status
            );
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(console.Question())).Status);
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_granted()
    {
        var page = await browser.GetAsync(console.Question(("scope", "openid consent:audit consent:manage")));
        var tokens = await console.RedeemAsync(
            RelyingParty.CodeOf(await browser.PressAsync(page, SignInPage.PersonField, "operator-otto"))
        );

        Assert.Equal(
            "openid consent:audit",
            (await console.ProveAsync(tokens.Access, "consent-registry")).GetClaim("scope").Value
        );
        // What was granted is said where it differs from what was asked for.
        Assert.Equal("openid consent:audit", (string?)tokens.Body["scope"]);
        Assert.Null(tokens.Body["refresh_token"]);
    }

    [Theory]
    [InlineData("http://localhost:5098/signin-oidc")]
    [InlineData("http://127.0.0.1:5099/signin-oidc")]
    [InlineData("https://localhost:5099/signin-oidc")]
    [InlineData("http://localhost:5099/signin-oidc/")]
    [InlineData("http://localhost:5099/signin-oidc?next=1")]
    [InlineData("http://localhost:5099/signin-oidc/../other")]
    [InlineData("http://localhost:5099/SIGNIN-OIDC")]
    [InlineData("http://localhost:5099@evil.example/signin-oidc")]
    [InlineData("//evil.example/signin-oidc")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.example")]
    public async Task Nobody_is_sent_to_an_address_that_is_not_the_console_s(string address)
    {
        var asked = await browser.GetAsync(console.Question(("redirect_uri", address)));
        Assert.Equal((HttpStatusCode.BadRequest, null), (asked.Status, asked.Location));

        // Nor by the form that the page sends back.
        var page = await browser.GetAsync(console.Question());
        var pressed = await browser.PressAsync(
            page,
            SignInPage.PersonField,
            "creator-maria",
            ("redirect_uri", address)
        );
        Assert.Equal((HttpStatusCode.BadRequest, null), (pressed.Status, pressed.Location));
    }

    [Theory]
    [InlineData("code_challenge", "", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", "", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_mode", "form_post", "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", "openid consent:check:any", "invalid_scope")]
    [InlineData("resource", "https://elsewhere.example", "invalid_target")]
    [InlineData("client_id", "studio-north", "invalid_request")]
    [InlineData("client_id", "unknown", "invalid_request")]
    public async Task A_question_that_is_not_good_is_refused_before_anybody_is_asked(
        string name,
        string value,
        string error
    )
    {
        var answer = await browser.GetAsync(console.Question((name, value)));

        Assert.DoesNotContain("<form", answer.Body, StringComparison.Ordinal);
        var said = answer.Location is null ? answer.Body : $"error:{answer.Parameters["error"]}";
        Assert.Contains($"error:{error}", said, StringComparison.Ordinal);
        if (answer.Location is not null)
            Assert.Equal(RelyingParty.RedirectAddress, answer.Location.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task A_form_of_another_page_signs_nobody_in()
    {
        var page = await browser.GetAsync(console.Question());
        var fields = page.Forms[0].Hidden.Where(field => field.Key != "__RequestVerificationToken").ToList();
        fields.Add(new(SignInPage.PersonField, "creator-maria"));

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(Authorize.Path, fields)).Status);
        using var other = new Browser(provider.Address);
        // The proof of one browser is worth nothing in another.
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await other.PressAsync(page, SignInPage.PersonField, "creator-maria")).Status
        );
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(console.Question())).Status);
    }

    [Theory]
    [InlineData("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")]
    [InlineData("code_verifier", "")]
    [InlineData("redirect_uri", "http://localhost:5099/other")]
    [InlineData("redirect_uri", "")]
    [InlineData("client_secret", "wrong")]
    [InlineData("client_secret", "")]
    public async Task A_code_alone_is_worth_nothing(string name, string value)
    {
        var code = await console.SignInAsync(browser, "creator-maria");
        var refused = await console.RedeemAsync(code, (name, value));

        Assert.NotEqual(HttpStatusCode.OK, refused.Status);
        Assert.NotNull(refused.Error);
        Assert.Null(refused.Body["access_token"]);
    }

    [Fact]
    public async Task A_code_is_good_once_and_used_again_it_ends_what_came_of_it()
    {
        var code = await console.SignInAsync(browser, "creator-maria");
        var tokens = await console.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);

        Assert.Equal("invalid_grant", (await console.RedeemAsync(code)).Error);
        Assert.Equal("invalid_grant", (await console.RefreshAsync(tokens.Refresh)).Error);
    }

    [Fact]
    public async Task A_requester_s_backend_gets_a_token_of_its_own()
    {
        var tokens = await console.AskAsync([
            ("grant_type", "client_credentials"),
            ("client_id", "studio-north"),
            ("client_secret", Clients.BackendSecret("studio-north")),
            ("scope", "consent:check usage:write"),
        ]);

        var access = await console.ProveAsync(tokens.Access, "consent-registry");
        Assert.Equal(
            ("at+jwt", "studio-north", "studio-north", "consent:check usage:write"),
            (access.Typ, access.Subject, access.GetClaim("client_id").Value, access.GetClaim("scope").Value)
        );
        Assert.Null(tokens.Body["refresh_token"]);
        Assert.Null(tokens.Body["id_token"]);
    }

    [Theory]
    [InlineData("studio-north", "wrong", "consent:check", "invalid_client")]
    [InlineData("studio-north", "", "consent:check", "invalid_request")]
    [InlineData("studio-north", "studio-north-development", "consent:admin", "invalid_request")]
    [InlineData("studio-north", "studio-north-development", "consent:check:any", "invalid_scope")]
    [InlineData("consent-console", "consent-console-development", "consent:check", "unauthorized_client")]
    [InlineData("creator-maria", "x", "consent:manage", "invalid_client")]
    public async Task A_program_gets_nothing_that_is_not_its_own(
        string client,
        string secret,
        string scope,
        string error
    )
    {
        var refused = await console.AskAsync([
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", scope),
        ]);

        Assert.Equal((error, null), (refused.Error, refused.Body["access_token"]));
    }

    private async Task<string> SubjectAsync(string code) =>
        (await console.ProveAsync((await console.RedeemAsync(code)).Access, "consent-registry")).Subject;

    private static IEnumerable<string> Values(JsonWebToken token, string claim) =>
        token.Claims.Where(one => one.Type == claim).Select(one => one.Value);
}
