using System.Net;
using System.Text.RegularExpressions;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>A browser without scripts: it keeps cookies, sends forms, and shows where it is sent instead of going there.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient http;

    public Browser(string address) =>
        http = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = true,
                CookieContainer = Cookies,
            }
        )
        {
            BaseAddress = new(address),
        };

    public CookieContainer Cookies { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<Answer> GetAsync(string path) => await ReadAsync(await http.GetAsync(path, Cancellation));

    public async Task<Answer> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await ReadAsync(await http.PostAsync(path, content, Cancellation));
    }

    /// <summary>Presses a button of a page, with whatever the form holds, or with fields that somebody altered.</summary>
    public Task<Answer> PressAsync(Answer page, string name, string value, params (string Name, string Value)[] altered)
    {
        var form = page.Forms.First(form => form.Names.Contains(name));
        var fields = new Dictionary<string, string>(form.Hidden, StringComparer.Ordinal) { [name] = value };
        foreach (var (field, text) in altered)
            fields[field] = text;
        return PostAsync(form.Action, fields);
    }

    public void Dispose() => http.Dispose();

    private static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new(
                response.StatusCode,
                response.Headers.Location,
                await response.Content.ReadAsStringAsync(Cancellation),
                response
                    .Headers.Concat(response.Content.Headers)
                    .ToDictionary(
                        header => header.Key,
                        header => string.Join(", ", header.Value),
                        StringComparer.Ordinal
                    )
            );
        }
    }
}

/// <summary>A form of a page.</summary>
internal sealed record Form(string Action, IReadOnlyDictionary<string, string> Hidden, IReadOnlySet<string> Names);

/// <summary>What a browser was answered.</summary>
internal sealed partial record Answer(
    HttpStatusCode Status,
    Uri? Location,
    string Body,
    IReadOnlyDictionary<string, string> Headers
)
{
    public IReadOnlyList<Form> Forms =>
        [
            .. FormElement()
                .Matches(Body)
                .Select(form => new Form(
                    form.Groups["action"].Value,
                    Hidden()
                        .Matches(form.Value)
                        .ToDictionary(
                            one => WebUtility.HtmlDecode(one.Groups["name"].Value),
                            one => WebUtility.HtmlDecode(one.Groups["value"].Value),
                            StringComparer.Ordinal
                        ),
                    FieldName().Matches(form.Value).Select(one => one.Groups["name"].Value).ToHashSet()
                )),
        ];

    /// <summary>The parameters of the address that the browser is sent to.</summary>
    public IReadOnlyDictionary<string, string> Parameters =>
        Microsoft
            .AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Location!.Query)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);

    [GeneratedRegex(
        "<form method=\"post\" action=\"(?<action>[^\"]*)\">.*?</form>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex FormElement();

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Hidden();

    [GeneratedRegex("name=\"(?<name>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex FieldName();
}
