using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>
/// Many uses at once, and beside them whatever takes away what they rest on: each is recorded once, and no grant is
/// overspent.
/// </summary>
[Collection(nameof(Alone))]
public sealed class UsesAtOnceTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private const int Many = 1_000;

    private readonly string requester = RegistryApplication.NewId("r");

    // A connection for each request that is on its way: nothing on this side holds any back.
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
    );

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    public void Dispose() => http.Dispose();

    [Fact(Timeout = 300_000)]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Of_a_thousand_approvals_at_once_one_is_made_and_of_a_thousand_uses_at_once_as_many_as_were_granted()
    {
        var cancel = TestContext.Current.CancellationToken;
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var request = await Steps.OpenAsync(requester, creator, uses: 100);
        var approvals = await AtOnceAsync(
                Many,
                Client(creator),
                $"/v1/creators/{creator}/approval-requests/{request}/approve",
                null
            )
            .WaitAsync(cancel);
        Assert.Single(approvals, answer => answer.Status == 200);
        Assert.All(approvals.Where(answer => answer.Status != 200), answer => answer.IsProblem(409, "notOpen"));
        var before = await Steps.EventsAsync(creator);

        var uses = await RecordAtOnceAsync(Many, creator).WaitAsync(cancel);
        Assert.Equal(100, uses.Count(use => use == "consented grant"));
        Assert.Equal(Many - 100, uses.Count(use => use == "unconsented beyondGrant"));
        Assert.Equal(
            Many,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.usage WHERE requester = $1", requester)
        );
        Assert.Equal(100, await UsedAsync(creator));
        // No other use touched the creator's stream.
        Assert.Equal($"{before} grantSpent", await Steps.EventsAsync(creator));
    }

    [Theory]
    [InlineData("the grant is revoked", "notApproved")]
    [InlineData("a deny is set", "noConsent")]
    public async Task Of_uses_beside_a_withdrawal_each_came_before_it_or_after_it(string what, string afterwards)
    {
        for (var round = 0; round < 3; round++)
        {
            var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
            var grant = await Steps.GrantAsync(requester, creator, uses: 50);
            var recording = RecordAtOnceAsync(24, creator);
            (
                what == "a deny is set"
                    ? await App.Creator(creator)
                        .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
                    : await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")
            ).Is(200);
            var uses = await recording;
            Assert.All(
                uses,
                use =>
                    Assert.Contains(
                        use,
                        new[] { "consented grant", "unconsented notApproved", $"unconsented {afterwards}" }
                    )
            );
            Assert.Equal(uses.Count(use => use == "consented grant"), await UsedAsync(creator));
            Assert.Equal([$"unconsented {afterwards}"], (await RecordAtOnceAsync(8, creator)).Distinct());
        }
    }

    [Fact]
    public async Task Batches_that_cross_each_other_are_all_recorded()
    {
        var (one, other) = (await Steps.CreatorWhoWantsToBeAskedAsync(), await Steps.CreatorWhoWantsToBeAskedAsync());
        var (first, second) = ($"{requester}-1", $"{requester}-2");
        await Steps.GrantAsync(first, one, uses: 5);
        await Steps.GrantAsync(second, other, uses: 5);
        object[] usages =
        [
            new
            {
                purpose = "remix",
                requester = first,
                videos = new[] { new { creatorId = one, videoId = "clip" } },
            },
            new
            {
                purpose = "remix",
                requester = second,
                videos = new[] { new { creatorId = other, videoId = "clip" } },
            },
        ];
        var answers = await Task.WhenAll(
            AtOnceAsync(10, Client(), "/v1/usages/batch", new { usages }),
            AtOnceAsync(10, Client(), "/v1/usages/batch", new { usages = usages.Reverse() })
        );
        var reasons = answers
            .SelectMany(each => each)
            .SelectMany(answer => answer.Is(201)["results"]!.AsArray())
            .GroupBy(item => (string)item!["use"]!["reason"]!);
        Assert.Equal(
            [("beyondGrant", 30), ("grant", 10)],
            reasons.Select(reason => (reason.Key, reason.Count())).Order()
        );
        Assert.Equal((5, 5), (await UsedAsync(one), await UsedAsync(other)));
    }

    [Fact]
    public async Task A_repeated_request_spends_once()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.GrantAsync(requester, creator, uses: 10);
        var answers = await AtOnceAsync(24, Client(), "/v1/usages", Use(creator), key: $"{Guid.NewGuid()}");
        Assert.Single(answers.Select(answer => (string)answer.Is(201)["use"]!["id"]!).Distinct());
        Assert.Equal(1, await UsedAsync(creator));
        Assert.Equal(
            1,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.usage WHERE requester = $1", requester)
        );
    }

    private static object Use(string creator) =>
        new { purpose = "remix", videos = new[] { new { creatorId = creator, videoId = "clip" } } };

    private RegistryClient Client(string? creator = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(
            http,
            App.Address,
            creator is null
                ? App.Sign(now, ["usage:write", "consent:check:any"], null, requester)
                : App.Sign(now, ["consent:manage"], creator, null)
        );
    }

    private Task<int> UsedAsync(string creator) =>
        App.ScalarAsync<int>("SELECT used FROM consent.consent_grant WHERE creator = $1", creator);

    private async Task<List<string>> RecordAtOnceAsync(int count, string creator) =>
        [
            .. (await AtOnceAsync(count, Client(), "/v1/usages", Use(creator))).Select(answer =>
                $"{answer.Is(201)["use"]!["status"]} {answer["use"]!["reason"]}"
            ),
        ];

    /// <summary>
    /// Sends requests at once, each until it is answered, as a client does: with an idempotency key, and again after
    /// the time that a 503 names.
    /// </summary>
    private static Task<Answer[]> AtOnceAsync(
        int count,
        RegistryClient client,
        string path,
        object? body,
        string? key = null
    ) =>
        Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(async _ =>
                {
                    var header = $"Idempotency-Key: {key ?? $"{Guid.NewGuid()}"}";
                    while (true)
                    {
                        var answer = await client.PostAsync(path, body, header);
                        if (answer.Status != 503 && (answer.Status != 409 || answer.Code != "idempotencyKeyInFlight"))
                            return answer;
                        await Task.Delay(
                            TimeSpan.FromSeconds(int.Parse(answer.Header("Retry-After")!)),
                            TestContext.Current.CancellationToken
                        );
                    }
                })
        );
}
