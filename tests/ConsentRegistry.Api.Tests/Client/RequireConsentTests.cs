using ConsentRegistry.Client;
using ConsentRegistry.Client.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>An endpoint that requires consent runs on an allow that it can meet, and on nothing else.</summary>
public sealed class RequireConsentTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    private static readonly Dictionary<string, (Func<HttpContext, Task> Answer, int Status)> NoAllows = new()
    {
        ["a deny"] = (StubRegistry.Body("""{"allowed":false,"effect":"deny","reason":"lockdown"}"""), 403),
        ["a deny that calls itself allowed"] = (StubRegistry.Body("""{"allowed":true,"effect":"deny"}"""), 403),
        ["an ask that calls itself allowed"] = (StubRegistry.Body("""{"allowed":true,"effect":"ask"}"""), 403),
        ["an allow that is not allowed"] = (StubRegistry.Body("""{"allowed":false,"effect":"allow"}"""), 403),
        ["an unknown effect"] = (StubRegistry.Body("""{"allowed":true,"effect":"perhaps"}"""), 403),
        ["no effect"] = (StubRegistry.Body("""{"allowed":true}"""), 403),
        ["an error"] = (
            StubRegistry.Body("""{"allowed":true,"effect":"allow","error":{"code":"a","detail":"b"}}"""),
            403
        ),
        ["an unknown obligation"] = (
            StubRegistry.Body(StubRegistry.Allow.Replace("[]", "[\"singIt\"]", StringComparison.Ordinal)),
            403
        ),
        ["HTML"] = (StubRegistry.Body("<html>Welcome</html>", type: "text/html"), 503),
        ["nothing"] = (StubRegistry.Body(""), 503),
        ["null"] = (StubRegistry.Body("null"), 503),
        ["half an answer"] = (StubRegistry.Body(StubRegistry.Allow[..^1]), 503),
        ["two answers in one"] = (StubRegistry.Body("""{"allowed":false,"allowed":true,"effect":"allow"}"""), 503),
        ["an allow with another status"] = (StubRegistry.Body(StubRegistry.Allow, status: 302), 503),
        ["an allow with a refusal's status"] = (StubRegistry.Body(StubRegistry.Allow, status: 403), 503),
        ["a redirect to an allow"] = (
            http =>
            {
                if (http.Request.Path == "/allow")
                    return StubRegistry.Body(StubRegistry.Allow)(http);
                http.Response.Redirect("/allow", permanent: false, preserveMethod: true);
                return Task.CompletedTask;
            },
            503
        ),
        ["no token"] = (StubRegistry.Body("{}", status: 401), 503),
        ["a rate limit"] = (RetryLater(429), 503),
        ["not now"] = (RetryLater(503), 503),
    };

    private static readonly Dictionary<string, Func<HttpContext, Task>> Failures = new()
    {
        ["an error of the server"] = StubRegistry.Body(StubRegistry.Allow, status: 500),
        ["a gateway's error"] = StubRegistry.Body("<html>", status: 502, type: "text/html"),
        ["no answer in time"] = http => Task.Delay(Timeout.Infinite, http.RequestAborted),
        ["a cut connection"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
        ["a cut body"] = async http =>
        {
            http.Response.ContentLength = StubRegistry.Allow.Length + 1;
            await http.Response.WriteAsync(StubRegistry.Allow, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        },
        ["a body that does not end"] = async http =>
        {
            await http.Response.WriteAsync(StubRegistry.Allow, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        },
    };

    public static TheoryData<string> NamesOfNoAllows => [.. NoAllows.Keys];

    public static TheoryData<string> NamesOfFailures => [.. Failures.Keys];

    [Fact]
    public async Task An_allow_runs_the_handler_with_the_answer_after_one_question()
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        await using var app = await ProtectedApplication.StartAsync(registry.Address);

        var answer = await app.RemixAsync();

        Assert.Equal((200, "[]"), (answer.Status, answer.Text));
        Assert.Equal(Reasons.CreatorDefault, Assert.Single(app.Handled).Reason);
        Assert.Equal("""{"creatorId":"ana","videoId":"first","purpose":"remix"}""", Assert.Single(registry.Bodies));
    }

    [Theory]
    [MemberData(nameof(NamesOfNoAllows))]
    public async Task What_is_no_allow_never_runs_the_handler(string name)
    {
        var (answer, status) = NoAllows[name];
        await using var registry = await StubRegistry.StartAsync(answer);
        await using var app = await ProtectedApplication.StartAsync(registry.Address);

        var refusal = await app.RemixAsync();

        Assert.Empty(app.Handled);
        Assert.Equal((status, status), (refusal.Status, (int)refusal.Problem["status"]!));
        Assert.Equal(status == 503, refusal.RetryAfter is not null);
        Assert.Single(registry.Bodies);
    }

    [Theory]
    [MemberData(nameof(NamesOfFailures))]
    public async Task A_failure_never_runs_the_handler(string name)
    {
        await using var registry = await StubRegistry.StartAsync(Failures[name]);
        await using var app = await ProtectedApplication.StartAsync(registry.Address, timeout: Short);

        var refusal = await app.RemixAsync();

        Assert.Empty(app.Handled);
        Assert.Equal((503, ConsentProblemCodes.ConsentUnavailable), (refusal.Status, refusal["code"]));
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_registry_that_is_down_never_runs_the_handler()
    {
        var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        await using (var app = await ProtectedApplication.StartAsync(registry.Address, timeout: Short))
        {
            await registry.StopAsync();

            Assert.Equal(503, (await app.RemixAsync()).Status);
            Assert.Empty(app.Handled);
        }
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task A_token_that_cannot_be_had_refuses()
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        await using var app = await ProtectedApplication.StartAsync(
            registry.Address,
            services: all =>
                all.Configure<ConsentRegistryOptions>(options =>
                    options.AccessToken = _ => throw new InvalidOperationException("no token")
                )
        );

        Assert.Equal(503, (await app.RemixAsync()).Status);
        Assert.Empty(app.Handled);
        Assert.Empty(registry.Bodies);
    }

    [Fact]
    public async Task A_refusal_says_what_decided_and_nothing_about_others()
    {
        await using var registry = await StubRegistry.StartAsync(
            StubRegistry.Body(
                """
                {"allowed":false,"effect":"ask","reason":"videoOverride","detail":"neverSet","askAt":"/v1/approval-requests",
                 "decidedBy":{"creatorId":"ben","role":"depicted","video":{"creatorId":"ben","videoId":"second"},"scope":"override",
                              "purpose":"remix","requester":"rival","version":7,"changedAt":"2026-11-29T02:51:40Z"},
                 "obligations":[],"excludes":["remix.satire"],"version":1,"freshAt":null,"maxAgeMs":0}
                """
            )
        );
        await using var app = await ProtectedApplication.StartAsync(registry.Address);

        var refusal = await app.RemixAsync();

        Assert.Equal(
            ["askAt", "code", "detail", "effect", "reason", "reasonDetail", "status", "title"],
            refusal.Problem.Select(member => member.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            (403, ConsentProblemCodes.ConsentRefused, "ask", "videoOverride", "neverSet", "/v1/approval-requests"),
            (
                refusal.Status,
                refusal["code"],
                refusal["effect"],
                refusal["reason"],
                refusal["reasonDetail"],
                refusal["askAt"]
            )
        );
        Assert.DoesNotContain("ben", refusal.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rival", refusal.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "", "")]
    [InlineData("""["attribution"]""", "attribution", "")]
    [InlineData("""["attribution"]""", "", "attribution")]
    [InlineData("""["attribution","labelAsAi"]""", "attribution", "labelAsAi")]
    [InlineData("""["attribution"]""", "Attribution", "attribution")]
    public async Task An_allow_runs_the_handler_only_if_every_obligation_can_be_met(
        string obligations,
        string canMeet,
        string unmet
    )
    {
        await using var registry = await StubRegistry.StartAsync(
            StubRegistry.Body(
                StubRegistry.Allow.Replace(
                    "\"obligations\":[]",
                    $"\"obligations\":{obligations}",
                    StringComparison.Ordinal
                )
            )
        );
        await using var app = await ProtectedApplication.StartAsync(
            registry.Address,
            canMeet: canMeet.Split(',', StringSplitOptions.RemoveEmptyEntries)
        );

        var answer = await app.RemixAsync();

        if (unmet == "")
        {
            Assert.Equal((200, obligations), (answer.Status, answer.Text));
            Assert.Single(app.Handled);
            return;
        }
        Assert.Empty(app.Handled);
        Assert.Equal(
            (403, ConsentProblemCodes.ObligationsNotMet, "allow"),
            (answer.Status, answer["code"], answer["effect"])
        );
        Assert.Equal([unmet], answer.Problem["obligations"]!.AsArray().Select(word => (string)word!));
    }

    [Theory]
    [InlineData("a b", "first")]
    [InlineData("ana", "Ä")]
    [InlineData("ana", "#")]
    public async Task A_video_that_is_none_is_the_callers_mistake_and_nobody_is_asked(string owner, string video)
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        await using var app = await ProtectedApplication.StartAsync(registry.Address);

        var refusal = await app.RemixAsync(owner, video);

        Assert.Equal((400, ConsentProblemCodes.InvalidVideo), (refusal.Status, refusal["code"]));
        Assert.Empty(app.Handled);
        Assert.Empty(registry.Bodies);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("A-Za.z0_9~:@-")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    [InlineData("ä")]
    [InlineData(128)]
    [InlineData(129)]
    public void An_id_is_what_the_registry_takes_for_one(object sample)
    {
        var text = sample is int length ? new string('a', length) : (string)sample;

        Assert.Equal(Domain.Identifier.IsValid(text), Ids.IsValid(text));
        Assert.Equal(Domain.Identifier.Grammar, Ids.Grammar);
    }

    [Fact]
    public async Task Where_a_requester_is_looked_for_the_application_does_not_stand_in_for_it()
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        await using var app = await ProtectedApplication.StartAsync(
            registry.Address,
            requester: request => request.HttpContext.Request.Query["tool"]
        );

        foreach (var query in (string[])["", "?tool=", "?tool=a%20b", "?tool=a&tool=b"])
        {
            var refusal = await app.PostAsync("/remix/ana/first" + query);
            Assert.Equal((400, ConsentProblemCodes.InvalidRequester), (refusal.Status, refusal["code"]));
        }
        Assert.Empty(registry.Bodies);
        Assert.Equal(200, (await app.PostAsync("/remix/ana/first?tool=tool-7")).Status);
        Assert.Contains("\"requester\":\"tool-7\"", Assert.Single(registry.Bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_cannot_be_bound_are_refused_before_anybody_is_asked()
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(StubRegistry.Allow));
        var handled = 0;
        await using var app = await ProtectedApplication.StartAsync(
            registry.Address,
            endpoints: all =>
                all.MapPost("/parts/{owner}/{part}", (string owner, int part) => ++handled)
                    .AddEndpointFilter(
                        async (request, next) =>
                        {
                            var result = await next(request);
                            return result;
                        }
                    )
                    .RequireConsent(
                        "remix",
                        request => new VideoName(request.GetArgument<string>(0), $"{request.GetArgument<int>(1)}")
                    )
        );

        Assert.Equal(400, (await app.PostAsync("/parts/ana/one")).Status);
        Assert.Empty(registry.Bodies);
        Assert.Equal(200, (await app.PostAsync("/parts/ana/1")).Status);
        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task A_group_requires_consent_of_each_endpoint_and_a_video_may_be_looked_up()
    {
        await using var registry = await StubRegistry.StartAsync(
            StubRegistry.Body("""{"allowed":false,"effect":"deny","reason":"hold"}""")
        );
        var handled = 0;
        await using var app = await ProtectedApplication.StartAsync(
            registry.Address,
            endpoints: all =>
            {
                var group = all.MapGroup("/videos/{id}")
                    .RequireConsent(
                        "training",
                        async request =>
                        {
                            await Task.Yield();
                            return request.HttpContext.GetRouteValue("id") is "known" ? new("ana", "first") : null;
                        }
                    );
                group.MapPost("/a", () => ++handled);
                group.MapPost("/b", http => http.Response.WriteAsync($"{++handled}"));
            }
        );

        foreach (var path in (string[])["a", "b"])
        {
            Assert.Equal(Reasons.Hold, (await app.PostAsync($"/videos/known/{path}"))["reason"]);
            Assert.Equal(400, (await app.PostAsync($"/videos/unknown/{path}")).Status);
        }
        Assert.Equal((0, 2), (handled, registry.Bodies.Count));
    }

    [Fact]
    public async Task A_test_puts_a_checker_of_its_own()
    {
        var checker = new FixedChecker(
            new()
            {
                Allowed = true,
                Effect = Effect.Allow,
                Obligations = [Conditions.LabelAsAi],
            }
        );
        await using var app = await ProtectedApplication.StartAsync(
            new("https://registry.invalid"),
            canMeet: [Conditions.LabelAsAi],
            services: all => all.AddSingleton<IConsentChecker>(checker)
        );

        Assert.Equal(
            (200, "[\"labelAsAi\"]"),
            ((await app.RemixAsync()) is var answer ? answer.Status : 0, answer.Text)
        );
        checker.Decision = new() { Allowed = false, Effect = Effect.Deny };
        Assert.Equal(403, (await app.RemixAsync()).Status);
        checker.Decision = null!;
        Assert.Equal(403, (await app.RemixAsync()).Status);
        Assert.Single(app.Handled);
    }

    [Fact]
    public async Task An_endpoint_that_requires_consent_twice_is_a_mistake_and_never_runs()
    {
        var handled = 0;
        await using var app = await ProtectedApplication.StartAsync(
            new("https://registry.invalid"),
            endpoints: all =>
                all.MapGroup("/g")
                    .RequireConsent("remix", _ => new VideoName("a", "b"))
                    .MapPost("/x", () => ++handled)
                    .RequireConsent("training", _ => new VideoName("a", "b"))
        );

        var refused = Assert.Throws<InvalidOperationException>(() =>
            app.Services.GetRequiredService<EndpointDataSource>().Endpoints
        );
        Assert.Contains("twice", refused.Message, StringComparison.Ordinal);
        Assert.Equal((500, 0), ((await app.PostAsync("/g/x")).Status, handled));
    }

    [Fact]
    public async Task An_endpoint_that_runs_no_filters_runs_not_at_all()
    {
        var source = new Unfiltered();
        await using var app = await ProtectedApplication.StartAsync(
            new("https://registry.invalid"),
            endpoints: all =>
            {
                ((IEndpointRouteBuilder)all).DataSources.Add(source);
                source.RequireConsent("remix", _ => new VideoName("a", "b"));
            }
        );

        Assert.Equal(500, (await app.PostAsync("/unfiltered")).Status);
        Assert.False(source.HasRun);
    }

    [Fact]
    public async Task Consent_that_nobody_asked_for_cannot_be_read()
    {
        Assert.Throws<InvalidOperationException>(() => new DefaultHttpContext().GetConsent());
        await using var app = await ProtectedApplication.StartAsync(new("https://registry.invalid"));

        var endpoint = app
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.Single(one => one.DisplayName!.Contains("remix", StringComparison.Ordinal));
        Assert.Equal(
            [400, 403, 503],
            endpoint
                .Metadata.OfType<IProducesResponseTypeMetadata>()
                .Select(one => one.StatusCode)
                .Where(status => status >= 400)
                .Order()
        );
    }

    [Fact]
    public async Task The_health_check_is_healthy_only_while_the_registry_says_that_it_is_ready()
    {
        Func<HttpContext, Task> answer = StubRegistry.Body("""{"status":"ready","parts":[]}""");
        await using var registry = await StubRegistry.StartAsync(http => answer(http));
        await using var app = await ProtectedApplication.StartAsync(registry.Address, timeout: TimeSpan.FromMinutes(1));

        Assert.Equal((200, "Healthy"), await HealthAsync(app));
        foreach (
            var other in (Func<HttpContext, Task>[])
                [
                    StubRegistry.Body("{}", status: 503, type: "application/problem+json"),
                    StubRegistry.Body("""{"status":"starting"}"""),
                    StubRegistry.Body("<html>", type: "text/html"),
                    StubRegistry.Body("{}", status: 500),
                ]
        )
        {
            var asked = registry.Bodies.Count;
            answer = other;
            Assert.Equal((503, "Unhealthy"), await HealthAsync(app));
            Assert.Equal(asked + 1, registry.Bodies.Count);
        }
    }

    private static async Task<(int, string)> HealthAsync(ProtectedApplication app)
    {
        var answer = await app.GetAsync("/health");
        return (answer.Status, answer.Text);
    }

    private static Func<HttpContext, Task> RetryLater(int status) =>
        http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        };

    private sealed class FixedChecker(Decision decision) : IConsentChecker
    {
        public Decision Decision { get; set; } = decision;

        public Task<Decision> CheckAsync(Check check, CancellationToken cancellation = default) =>
            Task.FromResult(Decision);

        public Task<BatchDecision> CheckBatchAsync(
            IReadOnlyList<Check> checks,
            BatchDefaults? defaults = null,
            CancellationToken cancellation = default
        ) => throw new NotSupportedException();
    }

    /// <summary>A source of one endpoint that takes conventions and runs no filters, as some kinds of endpoints do.</summary>
    private sealed class Unfiltered : EndpointDataSource, IEndpointConventionBuilder
    {
        private readonly List<Action<EndpointBuilder>> conventions = [];
        private readonly List<Action<EndpointBuilder>> last = [];

        public bool HasRun { get; private set; }

        public override IReadOnlyList<Endpoint> Endpoints
        {
            get
            {
                var endpoint = new RouteEndpointBuilder(
                    _ =>
                    {
                        HasRun = true;
                        return Task.CompletedTask;
                    },
                    RoutePatternFactory.Parse("/unfiltered"),
                    order: 0
                );
                conventions.ForEach(convention => convention(endpoint));
                last.ForEach(convention => convention(endpoint));
                return [endpoint.Build()];
            }
        }

        public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

        public void Add(Action<EndpointBuilder> convention) => conventions.Add(convention);

        public void Finally(Action<EndpointBuilder> finalConvention) => last.Add(finalConvention);
    }
}
