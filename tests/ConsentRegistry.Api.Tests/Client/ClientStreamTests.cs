using System.Runtime.CompilerServices;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's stream of checks against the service itself.</summary>
public sealed class ClientStreamTests(RegistryFixture registry, PostgresFixture postgres)
    : IClassFixture<RegistryFixture>,
        IDisposable
{
    private const int Lines = 20_000;
    private const int AllowedEvery = 100;
    private const int BadAt = 10_000;

    private readonly string creator = RegistryApplication.NewId();
    private readonly List<HttpClient> clients = [];

    private int produced;
    private bool isDisposedOf;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task Twenty_thousand_checks_are_answered_in_order_and_a_bad_one_in_the_middle_spoils_no_other()
    {
        var client = await PrepareAsync(registry.App);

        var at = 0;
        await foreach (
            var (check, decision) in client.Checks.CheckStreamAsync(Produce(Lines, Cancellation), Cancellation)
        )
        {
            at++;
            Assert.Equal($"v{at}", check.VideoId);
            Assert.Equal(at % AllowedEvery == 0 && at != BadAt, decision.Allowed);
            if (at == BadAt)
                Assert.Equal(("unknownPurpose", null), (decision.Error?.Code, decision.DecidedBy));
            else
                Assert.Equal((null, check.VideoId), (decision.Error, decision.DecidedBy?.Video.VideoId));
            Assert.True(produced - at <= 10_000, "Read far ahead of what was taken.");
        }

        Assert.Equal((Lines, true), (at, isDisposedOf));
    }

    [Fact]
    public async Task A_check_is_answered_before_the_next_one_is_known()
    {
        var client = await PrepareAsync(registry.App);
        var answered = new SemaphoreSlim(1);

        var count = 0;
        await foreach (var (_, decision) in client.Checks.CheckStreamAsync(OneByOne(), Cancellation))
        {
            Assert.True(decision.Allowed);
            count++;
            answered.Release();
        }

        Assert.Equal(20, count);

        async IAsyncEnumerable<Check> OneByOne()
        {
            for (var i = 0; i < 20; i++)
            {
                await answered.WaitAsync(Cancellation);
                yield return new(creator, $"v{AllowedEvery}", "remix");
            }
        }
    }

    [Fact]
    public async Task No_checks_have_no_answers()
    {
        var client = await PrepareAsync(registry.App);

        Assert.Empty(
            await client.Checks.CheckStreamAsync(Produce(0, Cancellation), Cancellation).ToListAsync(Cancellation)
        );
    }

    [Fact]
    public async Task Cancelled_in_the_middle_it_ends_and_lets_go_of_the_checks()
    {
        var client = await PrepareAsync(registry.App);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var at = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (
                var _ in client.Checks.CheckStreamAsync(Produce(int.MaxValue, Cancellation), cancelling.Token)
            )
            {
                if (++at == 5_000)
                    await cancelling.CancelAsync();
            }
        });

        Assert.True(at >= 5_000 && isDisposedOf);
    }

    [Fact]
    public async Task Whoever_takes_no_more_answers_ends_it()
    {
        var client = await PrepareAsync(registry.App);

        await foreach (
            var (check, _) in client.Checks.CheckStreamAsync(Produce(int.MaxValue, Cancellation), Cancellation)
        )
        {
            if (check.VideoId == "v1500")
                break;
        }

        Assert.True(isDisposedOf);
    }

    [Fact]
    public async Task What_the_checks_throw_is_thrown_on()
    {
        var client = await PrepareAsync(registry.App);

        var thrown = await Assert.ThrowsAsync<FormatException>(async () =>
            await client.Checks.CheckStreamAsync(Failing(), Cancellation).ToListAsync(Cancellation)
        );

        Assert.Equal("The list is damaged.", thrown.Message);

        async IAsyncEnumerable<Check> Failing()
        {
            await foreach (var check in Produce(3_000, Cancellation))
                yield return check;
            throw new FormatException("The list is damaged.");
        }
    }

    [Fact]
    public async Task A_refused_caller_is_told_by_an_exception()
    {
        var client = Client(registry.App, "consent:manage");

        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Checks.CheckStreamAsync(Produce(10, Cancellation), Cancellation).ToListAsync(Cancellation)
        );

        Assert.Equal("forbidden", refused.Code);
    }

    [Fact]
    public async Task The_service_stopped_in_the_middle_is_an_exception()
    {
        var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var client = await PrepareAsync(app);
        Task? stopping = null;

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            await foreach (
                var (check, decision) in client.Checks.CheckStreamAsync(
                    Produce(int.MaxValue, Cancellation),
                    Cancellation
                )
            )
            {
                Assert.Equal(check.VideoId, decision.DecidedBy?.Video.VideoId ?? check.VideoId);
                if (check.VideoId == "v5000")
                    stopping ??= app.DisposeAsync().AsTask();
            }
        });

        await stopping!;
        Assert.True(isDisposedOf);
    }

    private async Task<ConsentRegistryClient> PrepareAsync(RegistryApplication app)
    {
        var client = Client(app, "consent:check", "consent:manage", "videos:write");
        var videos = Enumerable
            .Range(1, Lines / AllowedEvery)
            .Select(i => new VideoToRegister(creator, $"v{i * AllowedEvery}"))
            .ToList();
        await client.Videos.RegisterAsync(videos, cancellation: Cancellation);
        await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );
        return client;
    }

    private ConsentRegistryClient Client(RegistryApplication app, params string[] scopes)
    {
        var token = app.Sign(TimeProvider.System.GetUtcNow(), scopes, creator, "studio");
        var http = new HttpClient(new AccessTokenHandler(_ => new(token), new SocketsHttpHandler()))
        {
            BaseAddress = app.Address,
        };
        clients.Add(http);
        return new(http);
    }

    private async IAsyncEnumerable<Check> Produce(int count, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            for (var i = 1; i <= count; i++)
            {
                produced = i;
                if (i % 3_000 == 0)
                    await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                yield return new(creator, $"v{i}", i == BadAt ? "zoo" : "remix");
            }
        }
        finally
        {
            isDisposedOf = true;
        }
    }
}
