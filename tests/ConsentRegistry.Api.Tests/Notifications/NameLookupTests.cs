using System.Collections.Concurrent;
using System.Net;
using ConsentRegistry.Api.Notifications;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>
/// Names whose servers do not answer: they hold so many threads and no more, whoever still waits for them.
/// </summary>
public sealed class NameLookupTests
{
    private static readonly IPAddress[] Found = [IPAddress.Parse("192.0.2.1")];

    private readonly ConcurrentQueue<string> asked = new();

    [Fact]
    public async Task A_place_is_free_again_when_the_lookup_has_ended_not_when_nobody_waits_any_more()
    {
        using var answer = new ManualResetEventSlim();
        using var names = new DnsLookup(name => Answer(name, answer));
        using var impatient = new CancellationTokenSource();
        var slow = Enumerable
            .Range(0, DnsLookup.Most)
            .Select(i => names.ResolveAsync($"slow{i}.example", impatient.Token))
            .ToList();
        await Eventually.HoldsAsync("all of them are asked", () => Task.FromResult(asked.Count == DnsLookup.Most));

        await impatient.CancelAsync();
        foreach (var lookup in slow)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookup);
        var next = names.ResolveAsync("next.example", TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        Assert.DoesNotContain("next.example", asked);

        answer.Set();
        Assert.Equal(Found, await next);
    }

    [Fact]
    public async Task A_name_that_is_being_looked_up_is_not_looked_up_a_second_time_meanwhile()
    {
        using var answer = new ManualResetEventSlim();
        using var names = new DnsLookup(name => Answer(name, answer));
        var lookups = Enumerable
            .Range(0, 3 * DnsLookup.Most)
            .Select(_ => names.ResolveAsync("slow.example", TestContext.Current.CancellationToken))
            .ToList();
        // Others have a place beside it, and an address is no name.
        var other = names.ResolveAsync("other.example", TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync("both are asked", () => Task.FromResult(asked.Count == 2));
        Assert.Equal(
            [IPAddress.Parse("2001:db8::1")],
            await names.ResolveAsync("2001:db8::1", TestContext.Current.CancellationToken)
        );

        answer.Set();
        Assert.All(await Task.WhenAll(lookups), found => Assert.Equal(Found, found));
        Assert.Equal(Found, await other);
        Assert.Equal(["other.example", "slow.example"], asked.Order(StringComparer.Ordinal));
        await names.ResolveAsync("slow.example", TestContext.Current.CancellationToken);
        Assert.Equal(3, asked.Count);
    }

    [Fact]
    public async Task A_lookup_holds_up_none_of_the_threads_that_answer_requests()
    {
        var isOfThePool = true;
        using var names = new DnsLookup(_ =>
        {
            isOfThePool = Thread.CurrentThread.IsThreadPoolThread;
            return Found;
        });
        await names.ResolveAsync("some.example", TestContext.Current.CancellationToken);
        Assert.False(isOfThePool);
    }

    [Fact]
    public async Task What_fails_gives_its_place_back()
    {
        using var names = new DnsLookup(_ =>
            throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)
        );
        for (var i = 0; i < 2 * DnsLookup.Most; i++)
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() =>
                names.ResolveAsync("nobody.example", TestContext.Current.CancellationToken)
            );
    }

    private IPAddress[] Answer(string name, ManualResetEventSlim when)
    {
        asked.Enqueue(name);
        when.Wait(TestContext.Current.CancellationToken);
        return Found;
    }
}
