using System.CommandLine;
using ConsentRegistry.Client;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>Looks at a log, once or again and again.</summary>
internal static class Looks
{
    /// <summary>The longest time between two looks: a day, in seconds.</summary>
    private const double LongestSeconds = 86_400;

    /// <summary>The option that says how often.</summary>
    public static Option<double?> EveryOption() =>
        new("--every")
        {
            Description =
                "Go on looking, every so many seconds, also while a registry cannot be reached; it ends when a log "
                + "shows another history.",
        };

    /// <summary>Looks once, or until something is found out.</summary>
    /// <param name="every">Seconds between two looks; null to look once.</param>
    /// <param name="look">Looks; gives an exit code.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnusableException">There are too few seconds, or too many.</exception>
    public static async Task<int> RepeatAsync(double? every, Func<Task<int>> look, CancellationToken cancellation)
    {
        if (every is not (null or (>= 1 and <= LongestSeconds)))
            throw new UnusableException("--every is 1 to 86,400 seconds.");
        while (true)
        {
            var code = await look();
            // What was found out once stays so; what could not be looked at now may be later.
            if (every is not { } seconds || code == ExitCode.Unexpected)
                return code;
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        }
    }

    /// <summary>
    /// Looks at one log. One that does not answer keeps nobody from looking at others, or from looking again.
    /// </summary>
    public static async Task<int> AtAsync(LogSource source, Func<Task<int>> look, CancellationToken cancellation)
    {
        try
        {
            return await look();
        }
        catch (Exception e)
            when (e is LogSourceException or HttpRequestException or ConsentRegistryException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            await Console.Error.WriteLineAsync($"UNUSABLE: {source.Url}: {e.Message}");
            return ExitCode.Unusable;
        }
    }

    /// <summary>Runs a command that looks at logs, and says why where it cannot.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> run, CancellationToken cancellation)
    {
        try
        {
            return await run();
        }
        catch (Exception e)
            when (e
                    is UnusableException
                        or LogSourceException
                        or IOException
                        or UnauthorizedAccessException
                        or HttpRequestException
                        or System.Net.HttpListenerException
                        or Ed25519UnavailableException
            )
        {
            await Console.Error.WriteLineAsync($"UNUSABLE: {e.Message}");
            return ExitCode.Unusable;
        }
        catch (OperationCanceledException)
        {
            // Told to stop, or the registry did not answer in time.
            return cancellation.IsCancellationRequested ? ExitCode.Success : ExitCode.Unusable;
        }
    }
}
