using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Datasets;

/// <summary><c>consent filter</c> against servers that answer as no registry does.</summary>
public sealed class FilterFaultsTests : IAsyncLifetime
{
    private const string Allow = """{"allowed":true,"effect":"allow","reason":"grant","decidedBy":null,"error":null}""";
    private const string Deny =
        """{"allowed":false,"effect":"deny","reason":"noConsent","decidedBy":null,"error":null}""";

    private static readonly P256Jwk Key = Generate();

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-filter-");
    private readonly WebApplication server = LoopbackServer.Build();
    private Func<int, byte[], HttpContext, Task> answer = (_, lines, http) => SendAsync(http, lines, [Allow, Deny]);
    private int requests;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, Cancellation);
            await answer(++requests, body.ToArray(), http);
        });
        await server.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>What the first answer is; the second is as it should be.</summary>
    public static TheoryData<string, Func<byte[], HttpContext, Task>> BadAnswers =>
        new()
        {
            { "no attestation", (_, http) => http.Response.WriteAsync($"{Allow}\n{Allow}\n", Cancellation) },
            { "an answer too few", (lines, http) => SendAsync(http, lines, [Allow]) },
            { "an answer too many", (lines, http) => SendAsync(http, lines, [Allow, Allow, Allow]) },
            { "other lines attested", (lines, http) => SendAsync(http, [.. lines, 10], [Allow, Allow]) },
            {
                "other answers attested",
                (lines, http) => SendAsync(http, lines, [Allow, Allow], attested: [Allow, Deny])
            },
            {
                "an attestation without its end",
                (_, http) => http.Response.WriteAsync($"{Allow}\n{Allow}\n{{\"attestation\":\"x", Cancellation)
            },
            {
                "an attestation that is none",
                (_, http) => http.Response.WriteAsync($"{Allow}\n{Allow}\n[1]\n", Cancellation)
            },
            {
                "nothing that is over",
                async (_, http) =>
                {
                    await http.Response.WriteAsync($"{Allow}\n", Cancellation);
                    http.Abort();
                }
            },
            { "a page", (_, http) => http.Response.WriteAsync("<html>\n</html>\n\n", Cancellation) },
            {
                "no node",
                (_, http) =>
                {
                    http.Response.StatusCode = 503;
                    return Task.CompletedTask;
                }
            },
            {
                "no decision",
                (lines, http) =>
                    SendAsync(
                        http,
                        lines,
                        [Allow, Deny.Replace("noConsent", "indeterminate", StringComparison.Ordinal)]
                    )
            },
        };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_bad_answer_counts_for_nothing_and_is_asked_for_again(
        string what,
        Func<byte[], HttpContext, Task> bad
    )
    {
        var good = answer;
        answer = (number, lines, http) => number == 1 ? bad(lines, http) : good(number, lines, http);

        var (code, told) = await RunAsync();

        Assert.True(code == 0, $"{what}: {told}");
        Assert.Equal(2, requests);
        Assert.Equal(1, CountLines("allowed"));
        Assert.Equal(1, CountLines("refused"));
    }

    [Theory]
    [InlineData("""{"allowed":true,"effect":"deny","reason":"grant","decidedBy":null,"error":null}""")]
    [InlineData(
        """{"allowed":true,"effect":"allow","reason":"grant","decidedBy":null,"error":{"code":"x","detail":"y"}}"""
    )]
    [InlineData("""{"allowed":false,"effect":"allow","reason":"grant","decidedBy":null,"error":null}""")]
    [InlineData("""{"effect":"allow","reason":"grant","decidedBy":null,"error":null}""")]
    [InlineData("""{"allowed":"true","effect":"allow","reason":"grant","decidedBy":null,"error":null}""")]
    [InlineData("true")]
    [InlineData("")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Half_an_allow_is_none(string half)
    {
        answer = (_, lines, http) => SendAsync(http, lines, [half, half]);

        var (code, told) = await RunAsync();

        Assert.True(code == 0, told);
        Assert.Equal(0, CountLines("allowed"));
        Assert.Equal(2, CountLines("refused"));
    }

    [Fact]
    public async Task A_refusal_ends_the_run_at_once()
    {
        answer = (_, _, http) =>
        {
            http.Response.StatusCode = 403;
            return http.Response.WriteAsync("""{"code":"forbidden"}""", Cancellation);
        };

        var (code, told) = await RunAsync();

        Assert.Equal((2, 1), (code, requests));
        Assert.Contains("403", told, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.FullName, "out", "attestations.ndjson")));
    }

    private static P256Jwk Generate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(P256Jwk.From(key.ExportParameters(includePrivateParameters: true)).Succeeded(out var jwk, out _));
        return jwk;
    }

    private int CountLines(string kind) =>
        File.ReadAllLines(Path.Combine(folder.FullName, "out", kind, "000001.ndjson")).Length;

    private static Task SendAsync(HttpContext http, byte[] lines, string[] answers, string[]? attested = null)
    {
        var sent = string.Concat(answers.Select(line => line + "\n"));
        var counted = (attested ?? answers).Select(line =>
            (
                line.Contains("\"effect\":\"allow\"", StringComparison.Ordinal) ? Effect.Allow : Effect.Deny,
                line.Contains("indeterminate", StringComparison.Ordinal) ? Reason.Indeterminate : Reason.Grant
            )
        );
        var attestation = new Attestation(
            null,
            answers.Length,
            SHA256.HashData(lines),
            SHA256.HashData(Encoding.UTF8.GetBytes(attested is null ? sent : string.Concat(attested))),
            new(
                counted
                    .GroupBy(said => said)
                    .ToImmutableSortedDictionary(group => group.Key, group => (long)group.Count()),
                0
            ),
            null,
            null,
            null
        );
        var token = Jws.Sign(attestation.ToJson(), Attestation.Type, Key);
        return http.Response.WriteAsync($"{sent}{{\"attestation\":\"{token}\"}}\n", Cancellation);
    }

    private async Task<(int Code, string Told)> RunAsync()
    {
        var input = Path.Combine(folder.FullName, "in.ndjson");
        await File.WriteAllTextAsync(
            input,
            """
            {"creatorId":"ana","videoId":"a"}
            {"creatorId":"ana","videoId":"b"}

            """,
            Cancellation
        );
        var result = await ConsentCommand.RunAsync(
            [
                "filter",
                input,
                "--purpose",
                "remix",
                "--url",
                LoopbackServer.UrlOf(server),
                "--output",
                Path.Combine(folder.FullName, "out"),
            ],
            "x",
            Cancellation
        );
        return (result.Code, result.Told);
    }
}
