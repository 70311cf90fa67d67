using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>What clients are told of an operation that is going to end.</summary>
public sealed class DeprecationTests
{
    private const string Guide = "https://registry.example/versions";

    private static readonly DateOnly Since = new(2027, 1, 1);

    private static readonly DateOnly Sunset = new(2028, 1, 1);

    /// <summary>An old operation.</summary>
    private static class Old
    {
        /// <summary>Answers, or fails. It is old.</summary>
        public static IResult Handle(string how) =>
            how switch
            {
                "fails" => throw new InvalidOperationException("A bug."),
                "missing" => TypedResults.NotFound(),
                _ => TypedResults.Ok("answer"),
            };
    }

    [Theory]
    [InlineData("/v1/old/works", 200, true)]
    [InlineData("/v1/old/missing", 404, true)]
    [InlineData("/v1/old/fails", 500, true)]
    [InlineData("/v1/new/works", 200, false)]
    [InlineData("/v1/nowhere", 404, false)]
    public async Task Each_answer_says_until_when_the_operation_works(string path, int status, bool isDeprecated)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseResponseHeaders();
        app.UseExceptionHandler(failed => failed.Run(_ => Task.CompletedTask));
        app.UseRouting();
        MapRoutes(app.MapGroup("/v1"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        using var answer = await client.GetAsync(
            new Uri(path, UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(status, (int)answer.StatusCode);
        string? Header(string name) =>
            answer.Headers.TryGetValues(name, out var values) ? string.Join('|', values) : null;
        Assert.Equal(isDeprecated ? "@1798761600" : null, Header("Deprecation"));
        Assert.Equal(isDeprecated ? "Sat, 01 Jan 2028 00:00:00 GMT" : null, Header("Sunset"));
        Assert.Equal(isDeprecated ? $"<{Guide}>; rel=\"deprecation\"; type=\"text/html\"" : null, Header("Link"));
    }

    [Fact]
    public async Task The_document_says_so_too()
    {
        await using var app = Commands.BuildWithoutDatabase();
        MapRoutes(app.MapContract("/v1", new RouteTable("Old", typeof(Old))));

        var document = JsonNode.Parse(await RegistryDocument.WriteAsync(app, TestContext.Current.CancellationToken))!;

        var operation = document["paths"]!["/v1/old/{how}"]!["get"]!;
        Assert.True((bool)operation["deprecated"]!);
        Assert.Contains(
            $"Deprecated since 2027-01-01. It works until 2028-01-01 at least. [What takes its place]({Guide}).",
            (string)operation["description"]!,
            StringComparison.Ordinal
        );
        Assert.All(
            operation["responses"]!.AsObject(),
            response =>
                Assert.Equal(
                    ["#/components/headers/Deprecation", "#/components/headers/Sunset"],
                    from header in response.Value!["headers"]!.AsObject()
                    where header.Key is "Deprecation" or "Sunset"
                    select (string)header.Value!["$ref"]!
                )
        );
        Assert.Null(document["paths"]!["/v1/new/{how}"]!["get"]!["deprecated"]);
    }

    [Fact]
    public void Nobody_has_less_than_a_year() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Deprecation(Since, Since.AddDays(364), Guide));

    private static void MapRoutes(RouteGroupBuilder routes)
    {
        routes.MapGet("/old/{how}", Old.Handle).AllowAnonymous().Named("old").Deprecated(Since, Sunset, Guide);
        routes.MapGet("/new/{how}", Old.Handle).AllowAnonymous().Named("new");
    }
}
