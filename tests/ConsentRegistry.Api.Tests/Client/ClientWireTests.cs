using System.Net;
using System.Text;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>What the client sends, and what it makes of answers that no service of today gives.</summary>
public sealed class ClientWireTests : IDisposable
{
    private const string Allow =
        """{"allowed":true,"effect":"allow","reason":"creatorDefault","obligations":[],"excludes":[],"maxAgeMs":0}""";

    private readonly List<IDisposable> disposables = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => disposables.ForEach(one => one.Dispose());

    [Theory]
    [InlineData("an effect that the client does not know", """{"allowed":true,"effect":"perhaps"}""")]
    [InlineData("an effect in other letters", """{"allowed":true,"effect":"Allow"}""")]
    [InlineData("an effect that is a number", """{"allowed":true,"effect":1}""")]
    [InlineData("an effect that is an object", """{"allowed":true,"effect":{"effect":"allow"}}""")]
    [InlineData("no effect", """{"allowed":true}""")]
    [InlineData("a null effect", """{"allowed":true,"effect":null}""")]
    [InlineData("an effect that contradicts it", """{"allowed":true,"effect":"deny"}""")]
    [InlineData("an ask", """{"allowed":true,"effect":"ask"}""")]
    [InlineData("an error", """{"allowed":true,"effect":"allow","error":{"code":"x","detail":"y"}}""")]
    [InlineData("an allow that is not allowed", """{"allowed":false,"effect":"allow"}""")]
    public async Task Nothing_but_an_allow_is_an_allow(string because, string body)
    {
        Assert.True((await Answering(Allow).Checks.CheckAsync(new("a", "b", "remix"), Cancellation)).Allowed);

        Assert.False((await Answering(body).Checks.CheckAsync(new("a", "b", "remix"), Cancellation)).Allowed, because);
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("null", "null")]
    [InlineData("a page", "<html>")]
    [InlineData("a list", "[]")]
    [InlineData("no word on whether it is allowed", """{"effect":"allow"}""")]
    [InlineData("a word instead of a truth", """{"allowed":"true","effect":"allow"}""")]
    [InlineData("two answers", """{"allowed":false,"allowed":true,"effect":"allow"}""")]
    [InlineData("half an answer", """{"allowed":true,"effect":"allow",""")]
    public async Task A_success_that_makes_no_sense_is_an_exception(string what, string body)
    {
        var e = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Answering(body).Checks.CheckAsync(new("a", "b", "remix"), Cancellation)
        );

        Assert.True(e.Code == ConsentRegistryException.UnreadableCode, what);
    }

    [Fact]
    public async Task One_unknown_word_in_a_batch_spoils_no_other_answer()
    {
        var client = Answering(
            $$$"""{"results":[{"allowed":true,"effect":"perhaps"},{{{Allow}}},{"allowed":false,"error":{"code":"unknownPurpose","detail":"d"}}],"freshAt":null,"maxAgeMs":0}"""
        );

        var batch = await client.Checks.CheckBatchAsync(
            [new("a", "1", "remix"), new("a", "2", "remix"), new("a", "3", "zoo")],
            cancellation: Cancellation
        );

        Assert.Equal([false, true, false], batch.Results.Select(decision => decision.Allowed));
        Assert.Equal(
            (Effect.Unknown, null, "unknownPurpose"),
            (batch.Results[0].Effect, batch.Results[2].Effect, batch.Results[2].Error!.Code)
        );
        Assert.Empty(batch.Results[2].Obligations);
    }

    [Fact]
    public async Task A_batch_with_a_result_too_few_or_too_many_is_an_exception()
    {
        var client = Answering($$"""{"results":[{{Allow}}],"freshAt":null,"maxAgeMs":0}""");

        foreach (var checks in new Check[][] { [], [new("a", "1", "remix"), new("a", "2", "remix")] })
        {
            Assert.Equal(
                ConsentRegistryException.UnreadableCode,
                (
                    await Assert.ThrowsAsync<ConsentRegistryException>(() =>
                        client.Checks.CheckBatchAsync(checks, cancellation: Cancellation)
                    )
                ).Code
            );
        }
    }

    [Theory]
    [InlineData("a line too few", Allow)]
    [InlineData("a line too many", $"{Allow}\n{Allow}\n{Allow}\n")]
    [InlineData("half a line", $$"""{{Allow}}{"allowed":true,"eff""")]
    [InlineData("a line that is null", $"{Allow}\nnull\n")]
    [InlineData("a page", "<html>")]
    [InlineData("nothing", "")]
    public async Task A_stream_without_an_answer_to_each_check_gives_out_none(string what, string lines)
    {
        Check[] checks = [new("a", "1", "remix"), new("a", "2", "remix")];
        Assert.Equal(
            [true, true],
            await Answering($"{Allow}\n{Allow}\n")
                .Checks.CheckStreamAsync(checks.ToAsyncEnumerable(), Cancellation)
                .Select(one => one.Decision.Allowed)
                .ToListAsync(Cancellation)
        );

        var given = 0;
        var e = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
        {
            await foreach (var _ in Answering(lines).Checks.CheckStreamAsync(checks.ToAsyncEnumerable(), Cancellation))
                given++;
        });

        Assert.True((e.Code, given) == (ConsentRegistryException.UnreadableCode, 0), what);
    }

    [Fact]
    public async Task What_is_followed_comes_with_its_id_and_heartbeats_do_not()
    {
        const string notification =
            """{"notificationId":"0197a0c4-0000-7000-8000-000000000000","kind":"aNewKind","createdAt":"2026-11-23T10:00:00Z","readAt":null,"data":{"a":1},"more":2}""";
        var client = Answering(
            $"event: heartbeat\ndata: null\n\nevent: aNewKind\nid: 7\ndata: {notification}\n\nevent: heartbeat\ndata: "
                + "null\n\n",
            type: "text/event-stream"
        );

        var followed = Assert.Single(
            await client.Notifications.FollowAsync("ana", cancellation: Cancellation).ToListAsync(Cancellation)
        );

        Assert.Equal(
            ("7", "aNewKind", 1),
            (followed.LastEventId, followed.Notification.Kind, followed.Notification.Data.GetProperty("a").GetInt32())
        );
    }

    [Theory]
    [InlineData("a page", "text/html", "<html>")]
    [InlineData("an event that is none", "text/event-stream", "data: {\"kind\":\"used\"}\n\n")]
    [InlineData("an event that is null", "text/event-stream", "event: used\ndata: null\n\n")]
    [InlineData("an event that is no JSON", "text/event-stream", "data: soon\n\n")]
    [InlineData("an event without an end", "text/event-stream", null)]
    public async Task What_cannot_be_followed_is_an_exception(string what, string type, string? body)
    {
        var client = Answering(body ?? $"data: {new string('x', 5 << 20)}", type: type);

        var e = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Notifications.FollowAsync("ana", cancellation: Cancellation).ToListAsync(Cancellation)
        );

        Assert.True(e.Code == ConsentRegistryException.UnreadableCode, what);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_it_is_followed_is_an_exception()
    {
        var client = Over(
            new Canned(_ =>
                new(HttpStatusCode.OK)
                {
                    Content = new StreamContent(new Broken()) { Headers = { ContentType = new("text/event-stream") } },
                }
            ),
            "http://registry.invalid"
        );

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
            await client.Changes.FollowAsync(cancellation: Cancellation).ToListAsync(Cancellation)
        );
    }

    [Fact]
    public async Task Words_and_fields_of_a_newer_registry_are_passed_over()
    {
        var decision = await Answering(
            """{"allowed":false,"effect":"deny","reason":"aNewReason","someday":{"a":[1]},"maxAgeMs":2000}"""
        )
            .Checks.CheckAsync(new("a", "b", "remix"), Cancellation);

        Assert.Equal(("aNewReason", TimeSpan.FromSeconds(2)), (decision.Reason, decision.MaxAge));
    }

    [Fact]
    public async Task A_refusal_carries_everything_that_the_problem_says()
    {
        var client = Answering(
            """{"type":"x","title":"y","status":429,"code":"rateLimited","detail":"Slower.","traceId":"t","errors":{"f":["m"]}}""",
            (HttpStatusCode)429,
            "application/problem+json",
            response => response.Headers.TryAddWithoutValidation("Retry-After", "7")
        );

        var e = await Assert.ThrowsAsync<ConsentRegistryException>(() => client.Settings.GetAsync("a", Cancellation));

        Assert.Equal(
            ((HttpStatusCode)429, "rateLimited", "Slower.", "t", TimeSpan.FromSeconds(7)),
            (e.Status, e.Code, e.Detail, e.TraceId, e.RetryAfter)
        );
        Assert.Equal(["m"], e.Errors["f"]);
    }

    [Fact]
    public async Task A_date_to_try_again_at_is_a_wait_from_the_date_of_the_answer()
    {
        var client = Answering(
            "<h1>Busy</h1>",
            HttpStatusCode.ServiceUnavailable,
            "text/html",
            response =>
            {
                response.Headers.TryAddWithoutValidation("Date", "Mon, 23 Nov 2026 10:00:00 GMT");
                response.Headers.TryAddWithoutValidation("Retry-After", "Mon, 23 Nov 2026 10:00:30 GMT");
            }
        );

        var e = await Assert.ThrowsAsync<ConsentRegistryException>(() => client.Settings.GetAsync("a", Cancellation));

        Assert.Equal((ConsentRegistryException.UnknownCode, TimeSpan.FromSeconds(30)), (e.Code, e.RetryAfter));
    }

    [Theory]
    [InlineData("text/html", "<h1>Bad gateway</h1>")]
    [InlineData("application/problem+json", "<h1>Bad gateway</h1>")]
    [InlineData("application/problem+json", "null")]
    [InlineData("application/problem+json", "{}")]
    public async Task A_refusal_of_somebody_else_on_the_way_is_an_exception_too(string type, string body)
    {
        var e = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Answering(body, HttpStatusCode.BadGateway, type).Checks.CheckAsync(new("a", "b", "remix"), Cancellation)
        );

        Assert.Equal((HttpStatusCode.BadGateway, ConsentRegistryException.UnknownCode), (e.Status, e.Code));
        Assert.Empty(e.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_would_make_another_address_is_not_sent(string id)
    {
        var sent = new Canned(_ => new(HttpStatusCode.OK));
        var client = Over(sent, "http://registry.invalid");

        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.Settings.ClearOverrideAsync("ana", new("ana", id), "remix", cancellation: Cancellation)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.Stops.LiftLockdownAsync(id, cancellation: Cancellation)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.Settings.ClearDefaultAsync("ana", id, cancellation: Cancellation)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.Videos.GetConsentAsync("ana", id, cancellation: Cancellation)
        );

        Assert.Empty(sent.Addresses);
    }

    [Fact]
    public async Task Characters_that_mean_something_in_an_address_are_escaped()
    {
        var sent = new Canned(_ => new(HttpStatusCode.NotFound));
        var client = Over(sent, "http://registry.invalid");

        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Settings.ClearOverrideAsync(
                "a/b",
                new("a/b", "c?d#e"),
                "%2e",
                "f&limit=1",
                cancellation: Cancellation
            )
        );

        Assert.Equal(
            ["http://registry.invalid/v1/creators/a%2Fb/videos/c%3Fd%23e/consent/%252e?requester=f%26limit%3D1"],
            sent.Addresses
        );
    }

    [Theory]
    [InlineData("http://registry.invalid", "http://registry.invalid/v1/purposes")]
    [InlineData("http://registry.invalid/consent", "http://registry.invalid/consent/v1/purposes")]
    [InlineData("http://registry.invalid/consent/", "http://registry.invalid/consent/v1/purposes")]
    public async Task The_path_of_the_registrys_address_is_kept(string address, string expected)
    {
        var sent = new Canned(_ => new(HttpStatusCode.NotFound));

        await Assert.ThrowsAsync<ConsentRegistryException>(() => Over(sent, address).Purposes.ListAsync(Cancellation));

        Assert.Equal([expected], sent.Addresses);
    }

    [Fact]
    public async Task A_list_that_does_not_go_on_ends_with_an_exception()
    {
        var client = Answering("""{"items":[],"nextCursor":"again"}""");

        var e = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Settings.ListAppearancesAsync("ana", cancellation: Cancellation).ToListAsync(Cancellation)
        );

        Assert.Equal(ConsentRegistryException.UnreadableCode, e.Code);
    }

    [Fact]
    public async Task An_unknown_effect_cannot_be_set()
    {
        var sent = new Canned(_ => new(HttpStatusCode.OK));

        await Assert.ThrowsAsync<ArgumentException>(() =>
            Over(sent, "http://registry.invalid")
                .Settings.SetDefaultAsync("ana", "remix", new(Effect.Unknown), cancellation: Cancellation)
        );

        Assert.Empty(sent.Addresses);
    }

    [Fact]
    public async Task The_token_is_asked_for_with_each_request()
    {
        var sent = new Canned(_ => Json(Allow));
        var tokens = 0;
        var client = Over(
            new AccessTokenHandler(_ => ValueTask.FromResult($"t{++tokens}"), sent),
            "http://registry.invalid"
        );

        await client.Checks.CheckAsync(new("a", "b", "remix"), Cancellation);
        await client.Checks.CheckAsync(new("a", "b", "remix"), Cancellation);

        Assert.Equal(["Bearer t1", "Bearer t2"], sent.Authorizations);
    }

    [Fact]
    public void A_client_without_an_address_cannot_be_made()
    {
        using var http = new HttpClient();

        Assert.Throws<ArgumentException>(() => new ConsentRegistryClient(http));
    }

    private ConsentRegistryClient Answering(
        string body,
        HttpStatusCode status = HttpStatusCode.OK,
        string type = "application/json",
        Action<HttpResponseMessage>? alter = null
    ) =>
        Over(
            new Canned(_ =>
            {
                var response = Json(body, status, type);
                alter?.Invoke(response);
                return response;
            }),
            "http://registry.invalid"
        );

    private ConsentRegistryClient Over(HttpMessageHandler handler, string address)
    {
        var http = new HttpClient(handler) { BaseAddress = new(address) };
        disposables.Add(http);
        return new(http);
    }

    private static HttpResponseMessage Json(
        string body,
        HttpStatusCode status = HttpStatusCode.OK,
        string type = "application/json"
    ) => new(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    private sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The connection was reset.");
    }

    private sealed class Canned(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<string> Addresses { get; } = [];

        public List<string?> Authorizations { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Addresses.Add(request.RequestUri!.AbsoluteUri);
            Authorizations.Add(request.Headers.Authorization?.ToString());
            return Task.FromResult(answer(request));
        }
    }
}
