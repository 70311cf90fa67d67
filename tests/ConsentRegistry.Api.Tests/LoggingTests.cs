using System.Text.Json.Nodes;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Startup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// What an operator reads about requests names programs and routes, never people, videos, tokens or salts.
/// </summary>
public sealed partial class LoggingTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [LoggerMessage(1, LogLevel.Warning, "Said by {Caller}.")]
    private static partial void LogSaid(ILogger logger, string caller);

    [Fact]
    public async Task No_line_names_a_creator_a_video_a_subject_a_token_or_a_salt()
    {
        const string creator = "creator-who-must-not-be-named",
            video = "video-secret",
            subject = "subject-secret",
            guest = "guest-secret",
            requester = "requester-secret";
        var token = App.Sign(
            TimeProvider.System.GetUtcNow(),
            ["consent:manage", "consent:check", "consent:check:any", "videos:write", "consent:admin"],
            subject,
            "studio-tool",
            creator
        );
        var client = App.Bearer(token);
        var forged = App.Bearer(token[..^8] + "AAAAAAAA");
        var own = $"/v1/creators/{creator}";
        Answer[] answers =
        [
            await client.PutAsync(
                $"{own}/videos/{video}",
                new { participants = new[] { new { creatorId = guest, role = "depicted" } } }
            ),
            await client.PutAsync(
                $"{own}/consent/defaults/remix?requester={requester}",
                new { effect = "allow", reason = "reason-secret" },
                "Idempotency-Key: key-secret"
            ),
            await client.PutAsync(
                $"{own}/consent/defaults/remix?requester={requester}",
                new { effect = "deny" },
                "Idempotency-Key: key-secret"
            ),
            await client.PutAsync($"{own}/videos/{video}/consent/remix", new { effect = "maybe" }),
            await client.PutAsync(
                $"{own}/videos/{video}/consent/remix",
                """{"effect":"creator-who-must-not-be-named"""
            ),
            await client.PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = creator,
                    videoId = video,
                    purpose = "remix",
                    requester,
                    explain = true,
                }
            ),
            await client.PutAsync($"{own}/lockdown", null),
            await client.PutAsync($"{own}/hold", new { reason = "reason-secret" }),
            await client.GetAsync($"/v1/creators/{guest}/consent"),
            await client.GetAsync($"{own}/nowhere/{video}"),
            await client.GetAsync($"{own}/consent?{creator}=1"),
            await forged.GetAsync($"{own}/consent"),
            await App.Bearer("token-secret").GetAsync($"{own}/consent"),
        ];
        Assert.Equal(
            [200, 200, 422, 422, 400, 200, 200, 200, 403, 404, 400, 401, 401],
            answers.Select(answer => answer.Status)
        );
        var salts = (
            await App.QueryAsync<byte[]>("SELECT salt FROM consent.event WHERE creator = $1", creator)
        ).SelectMany(salt => new[] { Convert.ToHexString(salt), Convert.ToBase64String(salt) });

        await Eventually.HoldsAsync(
            "every request is logged",
            () =>
                Task.FromResult(
                    App.Log.Lines.Count(line => line.Contains("studio-tool", StringComparison.Ordinal)) >= 10
                )
        );
        var log = string.Join('\n', App.Log.Lines);
        foreach (
            var secret in salts.Concat([
                creator,
                video,
                subject,
                guest,
                requester,
                "reason-secret",
                "key-secret",
                "token-secret",
                token,
                token.Split('.')[2],
            ])
        )
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        Assert.Contains((string)answers[^5]["traceId"]!, log, StringComparison.Ordinal);
        Assert.Contains("{creatorId}", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_one_line_with_what_is_documented_and_nothing_else()
    {
        var creator = RegistryApplication.NewId();
        var answer = await App.With("consent:manage", creator, "one-line", creator)
            .GetAsync($"/v1/creators/{creator}/nowhere?{creator}=1");
        var trace = (string)answer.IsProblem(404, "notFound")["traceId"]!;
        string? line = null;
        await Eventually.HoldsAsync(
            "the request is logged",
            () =>
                Task.FromResult(
                    (line = App.Log.Lines.FirstOrDefault(one => one.Contains(trace, StringComparison.Ordinal)))
                        is not null
                )
        );

        var fields = JsonNode.Parse(line!)!.AsObject();
        Assert.Equal(
            [
                "@i",
                "@m",
                "@sp",
                "@t",
                "@tr",
                "Caller",
                "Code",
                "EventId",
                "Method",
                "Milliseconds",
                "Route",
                "SourceContext",
                "Status",
                "TraceId",
            ],
            fields.Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ("GET", "(none)", 404, "notFound", "client one-line", trace, trace, LogEvents.RequestFinished),
            (
                (string)fields["Method"]!,
                (string)fields["Route"]!,
                (int)fields["Status"]!,
                (string)fields["Code"]!,
                (string)fields["Caller"]!,
                (string)fields["TraceId"]!,
                (string)fields["@tr"]!,
                (int)fields["EventId"]!["Id"]!
            )
        );
    }

    [Fact]
    public async Task A_callers_word_is_never_a_line_of_the_log()
    {
        const string forged = "forger\r\n12:00:00 FTL The log's keys were given away.\u2028\u001b[2J\u202e";
        // A token with such a name is refused; whatever else is logged goes the same way.
        (await App.With("consent:check", null, forged).GetAsync("/v1/recalls")).IsProblem(401, "unauthenticated");
        LogSaid(App.Services.GetRequiredService<ILogger<LoggingTests>>(), forged);
        using var console = new StringWriter();
        Serilog.Events.LogEvent? found = null;
        await Eventually.HoldsAsync(
            "the request is logged",
            () =>
                Task.FromResult(
                    (
                        found = App.Log.Events.FirstOrDefault(one =>
                            one.RenderMessage(System.Globalization.CultureInfo.InvariantCulture)
                                .Contains("forger", StringComparison.Ordinal)
                        )
                    )
                        is not null
                )
        );

        new DevelopmentFormat().Format(found!, console);

        var line = Assert.Single(console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("forger\\u000d\\u000a12:00:00 FTL", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line.TrimEnd('\r'), c => char.IsControl(c) || c is '\u2028' or '\u202e');
    }

    [Fact]
    public void What_an_exception_says_is_never_a_line_of_the_log()
    {
        using var console = new StringWriter();
        var template = new Serilog.Parsing.MessageTemplateParser().Parse("It failed.");
        new DevelopmentFormat().Format(
            new(
                TimeProvider.System.GetUtcNow(),
                Serilog.Events.LogEventLevel.Error,
                new InvalidOperationException("x\n12:00:00 FTL forged\u001b[2J"),
                template,
                []
            ),
            console
        );
        var lines = console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines[1..], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', console.ToString());
    }

    [Fact]
    public async Task A_request_goes_on_with_the_trace_that_its_caller_names_and_has_one_of_its_own_otherwise()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        Assert.Equal(
            trace,
            (string)
                (
                    await App.Anonymous().GetAsync("/v1/nowhere", $"traceparent: 00-{trace}-b7ad6b7169203331-01")
                ).IsProblem(404, "notFound")["traceId"]!
        );
        Assert.NotEqual(
            (string)
                (await App.Anonymous().GetAsync("/v1/nowhere", "traceparent: 00-x-y-z")).IsProblem(404, "notFound")[
                    "traceId"
                ]!,
            (string)
                (await App.Anonymous().GetAsync("/v1/nowhere", "traceparent: 00-x-y-z")).IsProblem(404, "notFound")[
                    "traceId"
                ]!
        );
    }
}
