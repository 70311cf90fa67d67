using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>The requests of <c>docs/http</c> are those of the document, and the service takes them.</summary>
public sealed class HttpCollectionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string Folder = Path.Combine(Repository.Folder, "docs", "http");

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task The_repository_keeps_the_requests_that_the_document_gives()
    {
        await using var app = Commands.BuildWithoutDatabase();
        var made = HttpCollection.From(await RegistryDocument.WriteAsync(app, TestContext.Current.CancellationToken));
        var kept = Directory.EnumerateFiles(Folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

        Assert.True(
            made.OrderBy(file => file.Key, StringComparer.Ordinal)
                .SequenceEqual(kept.OrderBy(file => file.Key, StringComparer.Ordinal)),
            "docs/http is not what the document gives. Run ./dev openapi, look at what changed, and commit it."
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Each_request_is_answered_when_the_story_is_played_in_the_order_of_its_numbers()
    {
        var steps = ExampleScenario.Read().Steps;
        var requests = Directory.EnumerateFiles(Folder).SelectMany(Parse).ToLookup(request => request.Number is null);
        Assert.Equal(
            Enumerable.Range(1, steps.Count),
            requests[false].Select(request => request.Number!.Value).Order()
        );
        Assert.Equal(
            CommittedDocument.Operations.Select(one => (string)one.Operation["operationId"]!).Order(),
            requests.SelectMany(all => all.Select(request => request.Operation)).Distinct().Order()
        );

        foreach (var (request, step) in requests[false].OrderBy(request => request.Number).Zip(steps))
            (await SendAsync(request)).Is(step.Status);

        // The rest is about messages on their way, and about what takes no body.
        await using var receiver = await Receiver.StartAsync();
        var studio = App.Platform("studio");
        (await studio.PostAsync("/v1/webhooks", new { audience = "platform", url = receiver.Url.ToString() })).Is(201);
        (await App.Creator("dora").PutAsync("/v1/creators/dora/lockdown", body: null)).Is(200);
        await Eventually.HoldsAsync("the stop is told", () => Task.FromResult(receiver.Taken.Count > 0));
        foreach (var request in requests[true])
            (await SendAsync(request)).Is(200);
    }

    private async Task<Answer> SendAsync(HttpFileRequest request)
    {
        await ExampleStory.ReadyAsync(App, request.Operation);
        var path = await ExampleStory.WithIdsAsync(App, request.Path, name => $"{{{{{name}}}}}");
        // A request without a story says only which scope it takes: an administrator has them all.
        var caller = ExampleStory.CallerOf(App, request.NeedsToken ? request.Caller ?? "admin" : null);
        HttpContent? body = request.Body is null ? null : new StringContent(request.Body, null, request.Type!);
        return await caller.SendAsync(new(request.Method), path, body, request.Headers);
    }

    private static IEnumerable<HttpFileRequest> Parse(string file) =>
        File.ReadAllText(file).Split("\n### ").Skip(1).Select(HttpFileRequest.Parse);

    /// <summary>A request of a file, as HTTP tools read it.</summary>
    private sealed record HttpFileRequest(
        int? Number,
        string Operation,
        string? Caller,
        string Method,
        string Path,
        bool NeedsToken,
        string? Type,
        string[] Headers,
        string? Body
    )
    {
        private const string Token = "Authorization: Bearer {{token}}";
        private const string ContentType = "Content-Type: ";
        private const string CallerComment = "# ./dev token ";

        public static HttpFileRequest Parse(string text)
        {
            var parts = text.Split("\n\n", 2);
            var lines = parts[0].Split('\n');
            var title = lines[0].Split(':')[0].Split(' ');
            var comments = lines.Skip(1).TakeWhile(line => line.StartsWith('#')).ToList();
            var head = lines.Skip(1 + comments.Count).ToList();
            var (method, target) = (head[0].Split(' ')[0], head[0].Split(' ')[1]);
            var headers = head.Skip(1).Where(line => line.Length > 0).ToList();
            Assert.StartsWith("{{address}}/", target, StringComparison.Ordinal);
            return new(
                title.Length == 2 ? int.Parse(title[0]) : null,
                title[^1],
                comments
                    .Where(comment => comment.StartsWith(CallerComment, StringComparison.Ordinal))
                    .Select(comment => comment[CallerComment.Length..])
                    .SingleOrDefault(),
                method,
                target["{{address}}".Length..],
                headers.Contains(Token),
                headers
                    .Where(header => header.StartsWith(ContentType, StringComparison.Ordinal))
                    .Select(header => header[ContentType.Length..])
                    .SingleOrDefault(),
                [
                    .. headers.Where(header =>
                        header != Token && !header.StartsWith(ContentType, StringComparison.Ordinal)
                    ),
                ],
                parts is [_, var body] && body.Trim().Length > 0 ? body.Trim() + "\n" : null
            );
        }
    }
}
