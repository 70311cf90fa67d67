using ConsentRegistry.Api.Tests.Log;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>HEAD: every answer to a GET without its body.</summary>
public sealed class HeadTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task HEAD_answers_as_GET_does_on_every_path_that_has_it_and_sends_no_body()
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/own", new { })).Is(200);
        await Exports.CoveredAsync(App);
        var covered = await App.ScalarAsync<Guid>("SELECT event_id FROM consent.history WHERE seq = 0");
        var paths = App
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("GET"))
            .Select(endpoint =>
                AccessTests.Operations[endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName].Path
            )
            .Select(path =>
                path.Replace("{c}", creator, StringComparison.Ordinal)
                    .Replace("{event}", $"{covered:D}", StringComparison.Ordinal)
                    .Replace("{nothing}", $"{Guid.Empty}", StringComparison.Ordinal)
                    .Replace("{webhook}", $"{Guid.Empty}", StringComparison.Ordinal)
            )
            .Append("/swagger/v1/swagger.json")
            .ToList();
        Assert.InRange(paths.Count, 30, int.MaxValue);

        foreach (var path in paths)
        {
            var get = await App.Admin().GetAsync(path);
            var head = await App.Admin().SendAsync(HttpMethod.Head, path, null);
            Assert.True(get.Status == head.Status, $"{path}: {get.Status} {head.Status}");
            Assert.Equal("", head.Text);
            Assert.Equal(HeadersOf(get), HeadersOf(head));
        }
    }

    [Theory]
    [InlineData("/v1/changes")]
    [InlineData("/v1/creators/{c}/notifications")]
    public async Task HEAD_of_a_live_stream_ends_with_its_head(string path)
    {
        var answer = await App.Admin()
            .SendAsync(
                HttpMethod.Head,
                path.Replace("{c}", RegistryApplication.NewId(), StringComparison.Ordinal),
                null,
                "Accept: text/event-stream"
            );

        Assert.Equal(("text/event-stream", ""), (answer.Is(200).MediaType, answer.Text));
    }

    [Fact]
    public async Task HEAD_of_what_only_takes_other_methods_is_405() =>
        Assert.Equal(
            "POST",
            (await App.Admin().SendAsync(HttpMethod.Head, "/v1/checks", null)).Is(405).Header("Allow")
        );

    // What says how the body is carried is no part of what it is, and each request has its own moment and id.
    private static IEnumerable<string> HeadersOf(Answer answer) =>
        answer
            .Headers.Where(header => header.Key is not ("Date" or "Transfer-Encoding" or "Content-Length"))
            .Select(header => $"{header.Key}: {header.Value}")
            .Order(StringComparer.Ordinal);
}

/// <summary>Which of two forms a list has: server-sent events only where they are preferred.</summary>
public sealed class AcceptTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("TEXT/Event-Stream; charset=utf-8", true)]
    [InlineData("text/*", true)]
    [InlineData("text/event-stream;q=0.5, application/json;q=0.4", true)]
    [InlineData("application/json;q=0.4, text/event-stream;q=0.5", true)]
    [InlineData("text/event-stream, */*;q=0.1", true)]
    [InlineData("text/event-stream;q=0", false)]
    [InlineData("text/event-stream;q=0.000, */*", false)]
    [InlineData("text/event-stream;q=0.4, application/json;q=0.5", false)]
    [InlineData("text/event-stream, application/json", false)]
    [InlineData("text/event-stream, */*", false)]
    [InlineData("application/json", false)]
    [InlineData("*/*", false)]
    [InlineData("text/html, nonsense", false)]
    public async Task A_stream_is_opened_only_where_it_is_preferred(string accept, bool isStream)
    {
        foreach (var path in new[] { "/v1/changes", $"/v1/creators/{RegistryApplication.NewId()}/notifications" })
        {
            var answer = (await registry.App.Admin().SendAsync(HttpMethod.Head, path, null, $"Accept: {accept}")).Is(
                200
            );
            Assert.Equal(isStream ? "text/event-stream" : "application/json", answer.MediaType);
        }
    }
}
