using System.Diagnostics;

namespace ConsentRegistry.Examples.Tests;

/// <summary>Waits for conditions, never for time to pass.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition, Func<string>? instead = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"Waited in vain: {what}. {instead?.Invoke()}");
            await Task.Delay(BetweenLooks, TestContext.Current.CancellationToken);
        }
    }
}
