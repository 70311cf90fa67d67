using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Primitives;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>The pages of the provider: plain HTML without scripts.</summary>
internal static class Page
{
    public const string StylePath = "/style.css";

    /// <summary>Parameters that a page sends back, at most: a question of OpenID Connect has about a dozen.</summary>
    private const int MaxParameters = 64;

    public const string Style = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { box-sizing: border-box; max-width: 32rem; margin: 0 auto; padding: 1.5rem 1rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; }
        h2 { font-size: 1.125rem; }
        button, input { box-sizing: border-box; width: 100%; min-height: 2.75rem; margin: 0.25rem 0; padding: 0.5rem 0.75rem; font: inherit; }
        button { text-align: start; overflow-wrap: anywhere; cursor: pointer; }
        button span { display: block; font-size: 0.875rem; }
        code { overflow-wrap: anywhere; }
        [role=alert] { border-inline-start: 0.25rem solid; padding-inline-start: 0.75rem; }
        """;

    /// <summary>A page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="body">HTML, whose texts are encoded.</param>
    public static IResult Render(HttpContext http, int status, string body)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Identity provider for development</title>
            <link rel="stylesheet" href="{StylePath}">
            </head>
            <body>
            <main>
            {body}
            </main>
            </body>
            </html>
            """,
            "text/html; charset=utf-8",
            statusCode: status
        );
    }

    /// <summary>A text, encoded for HTML.</summary>
    public static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    /// <summary>
    /// The fields of a form that sends the request back to where it came from, with a proof that a page of this provider
    /// did so.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="antiforgery">What makes the proof.</param>
    /// <param name="own">The fields that the page itself adds.</param>
    public static string Fields(HttpContext http, IAntiforgery antiforgery, params string[] own)
    {
        var proof = antiforgery.GetAndStoreTokens(http);
        IEnumerable<KeyValuePair<string, StringValues>> sent = http.Request.HasFormContentType
            ? http.Request.Form
            : http.Request.Query;
        var fields = sent.Where(parameter =>
                parameter.Key != proof.FormFieldName && !own.Contains(parameter.Key, StringComparer.Ordinal)
            )
            .SelectMany(parameter => parameter.Value.Select(value => (parameter.Key, value)))
            .Take(MaxParameters)
            .Append((proof.FormFieldName, proof.RequestToken));
        return string.Join(
            '\n',
            fields.Select(field =>
                $"""<input type="hidden" name="{Encode(field.Item1)}" value="{Encode(field.Item2)}">"""
            )
        );
    }
}
