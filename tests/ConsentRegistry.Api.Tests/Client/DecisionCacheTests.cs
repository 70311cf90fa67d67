using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The cache of decisions, on a real registry: it answers again what still holds, and never for long what does not.</summary>
public sealed class DecisionCacheTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Check Question => new(creator, "v", "remix") { Requester = "acme" };

    [Fact]
    public async Task An_allow_is_answered_again_until_the_feed_tells_that_it_may_have_changed()
    {
        await AllowAsync();
        using var setup = new Setup(App);
        await using var cache = setup.Cache(Long);
        await KeepsAsync(setup, cache);

        // What does not concern the check leaves it.
        (await App.Creator(creator).PutAsync($"{Consent}/defaults/mining", new { effect = "deny" })).Is(200);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/new", new { })).Is(200);
        await setup.HeartbeatsAsync(2);
        await IsKeptAsync(setup, cache);

        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Eventually.HoldsAsync(
            "the cache answers what stands",
            async () => !(await cache.CheckAsync(Question, Cancellation)).Allowed
        );
        // And goes on so: what was kept before is not found again.
        for (var i = 0; i < 20; i++)
            Assert.False((await cache.CheckAsync(Question, Cancellation)).Allowed);
    }

    [Fact]
    public async Task Unless_the_caller_opts_in_every_allow_is_asked_for_and_a_deny_is_kept()
    {
        await AllowAsync();
        using var setup = new Setup(App);
        await using var cache = setup.Cache(TimeSpan.Zero);
        for (var i = 1; i <= 3; i++)
        {
            Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
            Assert.Equal(i, setup.Checks);
        }
        Assert.Equal(0, setup.Feeds);

        var denied = Question with { Purpose = "training" };
        var before = setup.Checks;
        for (var i = 0; i < 5; i++)
            Assert.False((await cache.CheckAsync(denied, Cancellation)).Allowed);
        Assert.InRange(setup.Checks - before, 1, 4);
    }

    [Fact]
    public async Task While_the_feed_is_behind_or_away_no_allow_is_answered_again()
    {
        await AllowAsync();
        using var setup = new Setup(App);
        await using var cache = setup.Cache(Long);
        await KeepsAsync(setup, cache);

        setup.CutFeed();
        await Eventually.HoldsAsync("the cache knows that it is behind", () => Task.FromResult(!cache.IsCurrent));
        var before = setup.Checks;
        Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
        Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
        Assert.Equal(before + 2, setup.Checks);

        // With the registry away as well, there is no consent.
        setup.IsAway = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => cache.CheckAsync(Question, Cancellation));

        // A change that was made meanwhile is told when the feed is back, before anything is answered again.
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        setup.IsAway = false;
        await Eventually.HoldsAsync("the cache follows again", () => Task.FromResult(cache.IsCurrent));
        Assert.False((await cache.CheckAsync(Question, Cancellation)).Allowed);
    }

    [Fact]
    public async Task What_a_node_answers_that_may_not_know_the_beginning_of_the_feed_is_not_kept()
    {
        await AllowAsync();
        using var setup = new Setup(App);
        await using var cache = setup.Cache(Long, ChangeFeed.LongestDelta * 100);
        await Eventually.HoldsAsync("the cache follows", () => Task.FromResult(cache.IsCurrent));
        for (var i = 1; i <= 5; i++)
        {
            Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
            Assert.Equal(i, setup.Checks);
        }
    }

    [Theory]
    [InlineData("strong")]
    [InlineData("minVersions")]
    [InlineData("receipt")]
    public async Task What_a_kept_answer_cannot_meet_is_asked_for(string option)
    {
        await AllowAsync();
        using var setup = new Setup(App);
        await using var cache = setup.Cache(Long);
        await KeepsAsync(setup, cache);
        var question = option switch
        {
            "strong" => Question with { Consistency = Consistency.Strong },
            "receipt" => Question with { Receipt = true },
            _ => Question with { MinVersions = new Dictionary<string, long> { [creator] = 1 } },
        };
        var before = setup.Checks;
        Assert.True((await cache.CheckAsync(question, Cancellation)).Allowed);
        Assert.Equal(before + 1, setup.Checks);
    }

    private string Consent => $"/v1/creators/{creator}/consent";

    private async Task AllowAsync()
    {
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"{Consent}/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
    }

    private Task KeepsAsync(Setup setup, DecisionCache cache) =>
        Eventually.HoldsAsync(
            "the cache keeps the allow",
            async () =>
            {
                var before = setup.Checks;
                Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
                return setup.Checks == before;
            }
        );

    private async Task IsKeptAsync(Setup setup, DecisionCache cache)
    {
        var before = setup.Checks;
        Assert.True((await cache.CheckAsync(Question, Cancellation)).Allowed);
        Assert.Equal(before, setup.Checks);
    }

    /// <summary>A client of the registry whose requests are counted, and can be stopped.</summary>
    private sealed class Setup : IDisposable
    {
        private readonly HttpClient http;
        private readonly Counting counting = new();

        public Setup(RegistryApplication app)
        {
            var token = app.Sign(
                TimeProvider.System.GetUtcNow(),
                ["consent:check", "consent:check:any", "changes:read"],
                null,
                "platform"
            );
            http = new(new AccessTokenHandler(_ => new(token), counting)) { BaseAddress = app.Address };
        }

        /// <summary>Checks that reached the registry.</summary>
        public int Checks => Volatile.Read(ref counting.Checks);

        /// <summary>How often a feed was begun.</summary>
        public int Feeds => Volatile.Read(ref counting.Feeds);

        /// <summary>Whether the registry cannot be reached.</summary>
        public bool IsAway
        {
            set => counting.IsAway = value;
        }

        public DecisionCache Cache(TimeSpan maxStaleness, TimeSpan? longestDelta = null) =>
            new(
                new ConsentRegistryClient(http),
                new() { MaxStaleness = maxStaleness },
                longestDelta ?? TimeSpan.FromMilliseconds(500),
                TimeProvider.System
            );

        /// <summary>Ends the feed, and lets none begin until the registry was away and is back.</summary>
        public void CutFeed() => counting.CutFeed();

        /// <summary>Waits until so much was read of the feed.</summary>
        public Task HeartbeatsAsync(int count) => counting.ReadAsync(count);

        public void Dispose() => http.Dispose();

        private sealed class Counting() : DelegatingHandler(new SocketsHttpHandler())
        {
            public int Checks;
            public int Feeds;
            private bool isAway;
            private bool isCut;
            private volatile WatchedStream? feed;

            public bool IsAway
            {
                set
                {
                    Volatile.Write(ref isAway, value);
                    if (!value)
                        Volatile.Write(ref isCut, false);
                }
            }

            public void CutFeed()
            {
                Volatile.Write(ref isCut, true);
                feed?.Dispose();
            }

            public async Task ReadAsync(int count)
            {
                var stream = feed!;
                var from = stream.Reads;
                await Eventually.HoldsAsync("the feed goes on", () => Task.FromResult(stream.Reads >= from + count));
            }

            protected override async Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request,
                CancellationToken cancellationToken
            )
            {
                if (Volatile.Read(ref isAway))
                    throw new HttpRequestException("Away.");
                if (request.RequestUri!.AbsolutePath == "/v1/checks")
                    Interlocked.Increment(ref Checks);
                if (request.RequestUri.AbsolutePath != "/v1/changes")
                    return await base.SendAsync(request, cancellationToken);
                if (Volatile.Read(ref isCut))
                    throw new HttpRequestException("Cut.");
                Interlocked.Increment(ref Feeds);
                var answer = await base.SendAsync(request, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    var type = answer.Content.Headers.ContentType;
                    feed = new(await answer.Content.ReadAsStreamAsync(cancellationToken));
                    answer.Content = new StreamContent(feed) { Headers = { ContentType = type } };
                }
                return answer;
            }
        }

        private sealed class WatchedStream(Stream inner) : Stream
        {
            private readonly CancellationTokenSource cut = new();
            private int reads;

            public int Reads => Volatile.Read(ref reads);

            public override async ValueTask<int> ReadAsync(
                Memory<byte> buffer,
                CancellationToken cancellationToken = default
            )
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cut.Token);
                try
                {
                    var count = await inner.ReadAsync(buffer, both.Token);
                    Interlocked.Increment(ref reads);
                    return count;
                }
                catch (OperationCanceledException e) when (cut.IsCancellationRequested)
                {
                    throw new IOException("Cut.", e);
                }
            }

            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => false;
            public override long Length => throw new NotSupportedException();
            public override long Position
            {
                get => throw new NotSupportedException();
                set => throw new NotSupportedException();
            }

            public override void Flush() { }

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                cut.Cancel();
                base.Dispose(disposing);
            }
        }
    }
}
