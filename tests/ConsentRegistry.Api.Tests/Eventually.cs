using System.Diagnostics;

namespace ConsentRegistry.Api.Tests;

/// <summary>Waits for conditions, never for time to pass.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, Func<string>? missing = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"Waited in vain: {what} {missing?.Invoke()}");
            await Task.Delay(BetweenLooks, TestContext.Current.CancellationToken);
        }
    }
}
