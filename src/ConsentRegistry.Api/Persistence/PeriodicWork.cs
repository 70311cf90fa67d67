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
    public static Task RunAsync(
        TimeSpan pause,
        Func<Task> step,
        Action<string> postponed,
        CancellationToken stopping
    ) => RunAsync(() => Task.Delay(pause, stopping), step, postponed, stopping);

    /// <summary>
    /// Does a step again and again until the process ends, as the other form does. It follows commits: a step comes
    /// soon after one, and rarely while there is none.
    /// </summary>
    /// <param name="commits">Whether something is committed.</param>
    /// <param name="busy">The pause while something is.</param>
    /// <param name="quiet">The longest pause while nothing is.</param>
    /// <param name="step">All that there is to do at one time.</param>
    /// <param name="postponed">Hears of what was put off, by the kind of exception.</param>
    /// <param name="stopping">The process ends.</param>
    public static Task RunAsync(
        CommitSignal commits,
        TimeSpan busy,
        TimeSpan quiet,
        Func<Task> step,
        Action<string> postponed,
        CancellationToken stopping
    ) => RunAsync(() => commits.WaitAsync(busy, quiet, stopping), step, postponed, stopping);

    private static async Task RunAsync(
        Func<Task> pause,
        Func<Task> step,
        Action<string> postponed,
        CancellationToken stopping
    )
    {
        while (!stopping.IsCancellationRequested)
        {
            await pause();
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
