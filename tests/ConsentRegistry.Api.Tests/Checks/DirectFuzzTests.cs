using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Whatever bytes a check is made of, the short way answers them as the long way does.</summary>
public sealed partial class DirectFuzzTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Bodies = 1_200;
    private const int AtOnce = 4;

    // Each character is the byte of its number: what is beyond ASCII is mostly no UTF-8.
    private static readonly string[] Names =
    [
        "creatorId",
        "videoId",
        "purpose",
        "requester",
        "consistency",
        "maxStalenessMs",
        "explain",
        "minVersions",
        "receipt",
        "asOf",
        "unknown",
        "CreatorId",
        "",
        "\\u0063reatorId",
        "creatorI\\u0064",
        "consistenc\\u0079",
        "\\ud800",
        "videoId\\udfff",
        "purpose\u00ff",
        "\u00c3\u00a9",
        "\\",
        "\u0001",
    ];

    private static readonly string[] Values =
    [
        "null",
        "true",
        "{}",
        "[]",
        "{\"a\":1}",
        "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
        "\"\"",
        "\"v\"",
        "\"acme\"",
        "\"remix\"",
        "\"mining\"",
        "\"dubbing\"",
        "\"Remix\"",
        "\"fast\"",
        "\"strong\"",
        "\"weak\"",
        "\"f\\u0061st\"",
        "\"str\\u006fng\"",
        "\"\\ud800\"",
        "\"fast\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud83d\\ude00\"",
        "\"\\u0000\"",
        "\"\u00ff\"",
        "\"\u00ed\u00a0\u0080\"",
        "\"\u00c0\u00ae\"",
        "\"\u00c3\u00a9\"",
        "\"a\u0000b\"",
        "\"\n\"",
        "\"\\x\"",
        "\"a",
        "'a'",
        "0",
        "-0",
        "1",
        "00",
        "-1",
        "1.0",
        "1e2",
        "1E400",
        "300000",
        "300001",
        "2147483647",
        "2147483648",
        "99999999999999999999",
        "0.5",
        "+1",
        ".5",
        "NaN",
        "nul",
        "/* */1",
    ];

    private static readonly string[] Inserts =
    [
        "\\ud800",
        "\\",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\u00ff",
        "\u00ef\u00bb\u00bf",
        "\u0000",
        "null",
        new('[', 70),
    ];

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Both_ways_answer_random_bytes_with_the_same_status_and_the_same_bytes()
    {
        await PrepareAsync();
        var seed = TestSeed.Get();
        var random = new Random(seed);
        // Drawn first and sent later, so that a seed means the same requests whatever the answers' order.
        var requests = Enumerable
            .Range(0, Bodies)
            .Select(i =>
                (
                    Path: i % 2 == 0 ? "/v1/checks" : "/v1/checks/batch",
                    Body: i % 2 == 0 ? Single(random) : Batch(random)
                )
            )
            .ToList();
        var client = App.Platform("acme");
        (await client.PostAsync("/v1/checks", $"{{{Usual()}}}")).Is(200);
        var (compared, answered, differences) = (0, 0, new System.Collections.Concurrent.ConcurrentBag<string>());

        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtOnce,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (request, _) =>
            {
                var direct = await SendAsync(client, request.Path, request.Body, "application/json");
                // The short way knows this type in its usual spelling only.
                var usual = await SendAsync(client, request.Path, request.Body, "Application/JSON");
                // Memory that was too old for one may be fresh for the other.
                if (CannotAnswer(direct) || CannotAnswer(usual))
                    return;
                Interlocked.Increment(ref compared);
                if (direct.Status == 200)
                    Interlocked.Increment(ref answered);
                if (
                    direct.Status != usual.Status
                    || direct.Headers["Content-Type"] != usual.Headers["Content-Type"]
                    || Lasting(direct) != Lasting(usual)
                )
                    differences.Add(
                        $"{request.Path} {request.Body}\n  directly {direct.Status} {direct.Text}\n  else     "
                            + $"{usual.Status} {usual.Text}"
                    );
            }
        );

        Assert.True(differences.IsEmpty, $"seed {seed}\n{string.Join('\n', differences.Take(5))}");
        Assert.True(compared > Bodies * 3 / 4, $"Only {compared} answers were compared.");
        // Neither nothing but refusals nor nothing but sound checks, and the usual ones went the short way, which has
        // no line in the log of requests.
        Assert.InRange(answered, Bodies / 8, Bodies * 7 / 8);
        var logged = App.Log.Lines.Count(line => line.Contains("/v1/checks", StringComparison.Ordinal));
        Assert.True(logged < (2 * Bodies) - (answered / 4), $"{logged} of {2 * Bodies} requests went the long way.");
    }

    [Theory]
    [InlineData("\"consistency\":\"\\ud800\"", 400, "wrongType")]
    [InlineData("\"consistency\":\"f\\u0061st\"", 200, null)]
    [InlineData("\"consistency\":\"fast\u00ff\"", 400, "wrongType")]
    public async Task Half_a_surrogate_pair_is_refused_and_ends_no_stream(string member, int status, string? code)
    {
        await PrepareAsync();
        var client = App.Platform("acme");
        var usual = $"{{{Usual()}}}";
        var odd = $"{{{Usual()},{member}}}";
        (await client.PostAsync("/v1/checks", usual)).Is(200);

        Assert.Equal(code, CodeOf((await SendAsync(client, "/v1/checks", odd, "application/json")).Is(status)));
        Assert.Equal(
            code,
            CodeOf(
                (await SendAsync(client, "/v1/checks/batch", $"{{\"checks\":[{odd}]}}", "application/json")).Is(status)
            )
        );
        var lines = (await SendAsync(client, "/v1/checks/stream", $"{usual}\n{odd}\n{usual}\n", "application/x-ndjson"))
            .Is(200)
            .Text.Split('\n');
        Assert.Equal(
            [true, status == 200, true, false],
            lines.Select(line => line.StartsWith("{\"allowed\":true", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("\"videoId\":null", "defaults.videoId")]
    [InlineData("\"videoId\":\"v\"", "defaults.videoId")]
    [InlineData("\"purpose\":\"remix\",\"videoId\":null", "defaults.videoId")]
    public async Task A_default_video_is_no_field_not_even_as_null(string defaults, string field)
    {
        var client = App.Platform("acme");
        (await client.PostAsync("/v1/checks", $"{{{Usual()}}}")).Is(200);

        Assert.Equal(
            [field],
            (await client.PostAsync("/v1/checks/batch", $"{{\"defaults\":{{{defaults}}},\"checks\":[{{{Usual()}}}]}}"))
                .IsProblem(400, "unknownField")
                .Fields
        );
    }

    private string Usual() => $"\"creatorId\":\"{creator}\",\"videoId\":\"v\",\"purpose\":\"remix\"";

    private string Single(Random random) => Damage(random, Members(random));

    private string Batch(Random random)
    {
        var checks =
            $"\"checks\":[{string.Join(',', Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(4) == 0 ? Members(random) : $"{{{Usual()}}}"))}]";
        var body = random.Next(5) switch
        {
            0 => $"{{{checks}}}",
            1 => $"{{{checks},\"defaults\":{Members(random)}}}",
            2 => $"{{\"defaults\":{Pick(random, Values)},{checks}}}",
            _ => $"{{\"defaults\":{{{Drawn(random)}}},{checks}}}",
        };
        return Damage(random, body);
    }

    // Nearly a check: some members more, one less, or in another order.
    private string Members(Random random)
    {
        var members = Usual()
            .Split(',')
            .Concat(Enumerable.Range(0, random.Next(3) == 0 ? random.Next(1, 3) : 0).Select(_ => Drawn(random)))
            .ToArray();
        if (random.Next(3) == 0)
            random.Shuffle(members);
        return $"{{{string.Join(random.Next(5) == 0 ? " ,\t" : ",", random.Next(12) == 0 ? members.Skip(1) : members)}}}";
    }

    private static string Drawn(Random random) =>
        random.Next(3) switch
        {
            0 => $"\"maxStalenessMs\":{random.Next(400_000)}",
            1 => $"\"consistency\":{Pick(random, Values)}",
            _ => $"\"{Pick(random, Names)}\":{Pick(random, Values)}",
        };

    private static string Damage(Random random, string body)
    {
        for (var times = random.Next(4) == 0 ? random.Next(1, 3) : 0; times > 0; times--)
        {
            var at = random.Next(body.Length);
            body = random.Next(4) switch
            {
                0 => body.Insert(at, Pick(random, Inserts)),
                1 => body[..at],
                2 => body.Remove(at, 1),
                _ => string.Concat(body.AsSpan(0, at), ((char)random.Next(256)).ToString(), body.AsSpan(at + 1)),
            };
            if (body.Length == 0)
                return "{";
        }
        return body;
    }

    private static string Pick(Random random, string[] items) => items[random.Next(items.Length)];

    private static async Task<Answer> SendAsync(RegistryClient client, string path, string body, string type)
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body))
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(type) },
        };
        return await client.SendAsync(HttpMethod.Post, path, content);
    }

    private static bool CannotAnswer(Answer answer) =>
        answer.Status == 503 || answer.Text.Contains("\"indeterminate\"", StringComparison.Ordinal);

    private static string? CodeOf(Answer answer) => answer.Status == 200 ? null : answer.Code;

    private static string Lasting(Answer answer) => Passing().Replace(answer.Text, "");

    [GeneratedRegex("\"(?:freshAt|traceId|receipt)\":\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Passing();

    private async Task PrepareAsync()
    {
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
    }
}
