using ConsentRegistry.Api.Replica;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>Memory follows the database on a thread of its own.</summary>
[Collection(nameof(Alone))]
public sealed class PollingThreadTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    /// <summary>More work than the thread pool gets threads for while the test runs.</summary>
    private const int Blocking = 300;

    private const int Polls = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private ConsentReplica Replica => registry.App.Replica;

    [Fact]
    public async Task Memory_stays_fresh_while_no_thread_of_the_pool_is_free()
    {
        using var released = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, Blocking).Select(_ => Task.Run(released.Wait)).ToArray();
        try
        {
            var polls = new HashSet<long>();

            var isPolled = SpinWait.SpinUntil(
                () =>
                {
                    if (Replica.TryBegin(out var permit))
                        polls.Add(permit.State.SentAt);
                    return polls.Count == Polls;
                },
                Patience
            );

            Assert.True(isPolled, $"Memory was polled {polls.Count} times.");
            Assert.NotEqual(0, ThreadPool.PendingWorkItemCount);
        }
        finally
        {
            released.Set();
            await Task.WhenAll(blocked);
        }
    }
}
