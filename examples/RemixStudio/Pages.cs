using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>The studio's pages: plain HTML. Whatever somebody wrote is encoded.</summary>
internal static class Pages
{
    /// <summary>The most videos and remixes on a page.</summary>
    private const int MaxListed = 100;

    public static string PathOf(StudioVideo video) => PathOf(new VideoName(video.Owner, video.Id));

    public static string PathOf(VideoName video) =>
        $"/videos/{Uri.EscapeDataString(video.CreatorId)}/{Uri.EscapeDataString(video.VideoId)}";

    /// <summary>Lets pages show themselves and send forms to the studio, and nothing else.</summary>
    public static Task ProtectAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return next(http);
    }

    public static IResult Home(Library library) =>
        Page(
            "Remix Studio",
            $"""
            <h2>Videos</h2>
            <ul>{Each(
                library.Videos,
                video => $"""<li><a href="{PathOf(video)}">{Text(video.Title)}</a> by {Text(video.Owner)}</li>"""
            )}</ul>
            <h2>Remixes</h2>
            <ul>{Each(
                library.Remixes,
                remix =>
                    $"""<li><a href="/remixes/{remix.Remix.Id}">{Text(remix.Remix.Caption)}</a>: {StatusOf(remix)}</li>"""
            )}</ul>
            <h2>Upload a video</h2>
            <form method="post" action="/videos">
            <p><label>Creator <input name="owner" required></label></p>
            <p><label>Title <input name="title" required></label></p>
            <p><label>Who else is concerned, a line each, such as “ben depicted” <textarea name="participants"></textarea></label></p>
            <p><button>Upload</button></p>
            </form>
            """
        );

    public static IResult Video(string owner, string video, Library library, RegistryNews news) =>
        library.Video(new(owner, video)) is { } found
            ? Page(
                found.Title,
                $"""
                <p>by {Text(owner)}</p>
                <form method="post" action="{PathOf(found)}/remixes">
                <p><label>Who are you? <input name="remixer" required></label></p>
                <p><label>Caption <input name="caption" required></label></p>
                <p><button>Remix</button></p>
                </form>
                <ul>{Each(
                    news.RequestsFor(new(owner, video)),
                    request => $"<li>Request “{Text(request.Use)}”: {request.Status}</li>"
                )}</ul>
                """
            )
            : TypedResults.Problem("There is no such video.", statusCode: StatusCodes.Status404NotFound);

    public static IResult Remix(Remix remix, RemixMaker maker) =>
        TypedResults.Text(maker.Read(remix), MediaTypeNames.Image.Svg);

    /// <summary>Says why something was refused, and what can be done.</summary>
    public static string Refusal(JsonElement problem, VideoName video)
    {
        var ask = Refusals.Text(problem, "askAt") is null
            ? ""
            : $"""
                <form method="post" action="{PathOf(video)}/requests">
                <p><label>What do you mean to do? <input name="use" required></label></p>
                <p><button>Ask for approval</button></p>
                </form>
                """;
        return Html("Not now", $"""<p>{Text(Refusals.InWords(problem))}</p>{ask}<p><a href="/">Back</a></p>""");
    }

    private static string StatusOf(StudioRemix remix) =>
        remix.Status switch
        {
            RemixStatus.Published => "published",
            RemixStatus.Waiting => "waits until its use is recorded",
            RemixStatus.Refused => "not published",
            _ => "taken down",
        };

    private static IResult Page(string title, string body) =>
        TypedResults.Content(Html(title, body), "text/html; charset=utf-8");

    private static string Html(string title, string body) =>
        $"""
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>{Text(title)}</title>
            <h1>{Text(title)}</h1>
            {body}
            </html>
            """;

    private static string Each<T>(IEnumerable<T> items, Func<T, string> show) =>
        string.Concat(items.TakeLast(MaxListed).Select(show));

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
