using System.CommandLine;
using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli;

/// <summary><c>consent signals</c>: writes what belongs into files, as files beside them, for every video.</summary>
internal static class SignalsCommand
{
    /// <summary>How long the registry may be silent.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    /// <summary>How often a broken export is taken up again without a further video in between.</summary>
    private const int MaxAttempts = 5;

    public static Command Create()
    {
        var url = HttpAddress.RegistryOption();
        var output = new Option<string>("--output")
        {
            Description = "The folder to write to. A run that was ended goes on where it was.",
            Required = true,
        };
        var command = new Command(
            "signals",
            "Writes for every video what its file may carry: <creator>/<video>.cawg.json and .xmp. They never say "
                + $"allow. {RegistryToken.Variable} holds a token with videos:write or consent:audit. Exit code 0 if all is "
                + "written, 2 if not: run it again, and it goes on."
        )
        {
            url,
            output,
        };
        command.SetAction(
            (parsed, cancellation) => RunAsync(parsed.GetValue(url)!, parsed.GetValue(output)!, cancellation)
        );
        return command;
    }

    private static async Task<int> RunAsync(Uri url, string output, CancellationToken cancellation)
    {
        if (RegistryToken.Read() is not { } token)
            return ExitCode.Unusable;
        using var http = new HttpClient(RegistryToken.Handler(token)) { BaseAddress = url, Timeout = SilenceLimit };
        try
        {
            var files = new SidecarFiles(output);
            await WriteAllAsync(new ConsentRegistryClient(http).Signals, files, cancellation);
            files.Finish();
            await Console.Out.WriteLineAsync($"{files.Videos} videos, {files.Written} files, {files.Deleted} deleted.");
            return ExitCode.Success;
        }
        catch (Exception e) when (ExitCode.MeansUnusable(e))
        {
            await Console.Error.WriteLineAsync($"Not all is written; run it again, and it goes on. ({e.Message})");
            return ExitCode.Unusable;
        }
    }

    // What breaks on the way is taken up after the last video that was written.
    private static async Task WriteAllAsync(SignalsClient signals, SidecarFiles files, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = files.Videos;
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(SilenceLimit);
            try
            {
                await foreach (var video in signals.ExportAsync(files.Last, cancellation: silence.Token))
                {
                    files.Write(video);
                    silence.CancelAfter(SilenceLimit);
                }
                return;
            }
            catch (Exception e) when (IsPassing(e) && !cancellation.IsCancellationRequested)
            {
                if (files.Videos > before)
                    attempt = 1;
                if (attempt >= MaxAttempts)
                    throw;
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancellation);
            }
        }
    }

    private static bool IsPassing(Exception e) =>
        e
            is HttpRequestException
                or OperationCanceledException
                or ConsentRegistryException { Status: HttpStatusCode.ServiceUnavailable };
}
