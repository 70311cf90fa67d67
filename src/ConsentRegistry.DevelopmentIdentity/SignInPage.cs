using Microsoft.AspNetCore.Antiforgery;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>The page "Who do you want to be?".</summary>
internal static class SignInPage
{
    /// <summary>The field with the id of somebody of the table.</summary>
    public const string PersonField = "person";

    /// <summary>The field with the name of a new creator.</summary>
    public const string NameField = "new_creator";

    public static readonly string[] Choices = [PersonField, NameField];

    public const string NoName = "Type a name of 1 to 60 characters.";

    public const string Outdated = """
        <h1>This page is too old</h1>
        <p>Go back to the program that you came from, and sign in again.</p>
        """;

    /// <param name="http">The request, which the page sends back with a choice.</param>
    /// <param name="antiforgery">What proves that it does.</param>
    /// <param name="client">The program that asks.</param>
    /// <param name="hint">What was wrong with the choice before; null at first.</param>
    public static IResult Show(HttpContext http, IAntiforgery antiforgery, string client, string? hint)
    {
        var fields = Page.Fields(http, antiforgery, Choices);
        var people = People.All.Select(person =>
            $"""
            <button name="{PersonField}" value="{Page.Encode(person.Id)}">{Page.Encode(
                person.Name
            )} <span>{Page.Encode(person.Role)}</span></button>
            """
        );
        var typed = http.Request.HasFormContentType ? http.Request.Form[NameField].ToString() : "";
        return Page.Render(
            http,
            hint is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
            $"""
            <h1>Who do you want to be?</h1>
            <p>This is the identity provider for development. <code>{Page.Encode(
                client
            )}</code> asks you to sign in. There are no passwords.</p>
            <form method="post" action="{Authorize.Path}">
            {fields}
            {string.Join('\n', people)}
            </form>
            <h2>Somebody new</h2>
            {(hint is null ? "" : $"""<p role="alert" id="hint">{Page.Encode(hint)}</p>""")}
            <form method="post" action="{Authorize.Path}">
            {fields}
            <label for="name">Name of a new creator</label>
            <input id="name" name="{NameField}" value="{Page.Encode(
                typed
            )}" required maxlength="{People.LongestName}" autocomplete="off"{(
                hint is null ? "" : " aria-invalid=\"true\" aria-describedby=\"hint\""
            )}>
            <button>Sign in as a new creator</button>
            </form>
            """
        );
    }
}

/// <summary>The page that asks before it signs out.</summary>
internal static class SignOutPage
{
    /// <summary>The field that says yes.</summary>
    public const string Choice = "sign_out";

    public static IResult Show(HttpContext http, IAntiforgery antiforgery) =>
        Page.Render(
            http,
            StatusCodes.Status200OK,
            $"""
            <h1>Sign out?</h1>
            <form method="post" action="{EndSession.Path}">
            {Page.Fields(http, antiforgery, Choice)}
            <button name="{Choice}" value="yes">Sign out</button>
            </form>
            """
        );
}
