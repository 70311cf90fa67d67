using ConsentRegistry.Api.Diagnostics;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Work that a node does again and again beside its requests.</summary>
internal static class PeriodicWork
{
    /// <summary>
    /// Does a step at each tick until the process ends. While the database cannot be reached it is put off to the next
    /// tick; any other exception is a bug, and ends it.
    /// </summary>
    /// <param name="pause">Between two ticks.</param>
    /// <param name="step">All that there is to do at one.</param>
    /// <param name="postponed">Hears of what was put off, by the kind of exception.</param>
    /// <param name="stopping">The process ends.</param>
    public static async Task RunAsync(
        TimeSpan pause,
        Func<Task> step,
        Action<string> postponed,
        CancellationToken stopping
    )
    {
        using var timer = new PeriodicTimer(pause);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await step();
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                postponed(ExceptionSummary.Summarize(e));
            }
        }
    }

    /// <summary>Works part by part until one is smaller than a whole one: then nothing is left.</summary>
    /// <param name="whole">The size of a whole part.</param>
    /// <param name="part">Does one, and says how large it was.</param>
    public static async Task DrainAsync(int whole, Func<Task<int>> part)
    {
        while (await part() == whole) { }
    }
}
