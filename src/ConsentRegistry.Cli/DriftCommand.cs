using System.CommandLine;
using ConsentRegistry.Client;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals.Reading;
using Spectre.Console;

namespace ConsentRegistry.Cli;

/// <summary><c>consent drift</c>: compares signals that somebody found with what the registry answers.</summary>
internal static class DriftCommand
{
    /// <summary>How long the registry may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = $"The text as it was found; {ExportFiles.StandardInput} is standard input.",
        };
        var url = HttpAddress.RegistryOption();
        var creator = new Option<string>("--creator") { Description = "The video's owner.", Required = true };
        var video = new Option<string>("--video") { Description = "The owner's id for the video.", Required = true };
        var source = new Option<string>("--source")
        {
            Description = $"Where the text was found: {string.Join(", ", Wording.All<SignalSource>())}.",
            Required = true,
        };
        source.AcceptOnlyFromAmong([.. Wording.All<SignalSource>()]);
        var at = new Option<string?>("--at")
        {
            Description = "The URL of the content that the text is about. It may be left out where the video has one.",
        };
        var command = new Command(
            "drift",
            "Compares a signal with the registry: for each purpose it agrees, is stricter, is looser, or says nothing. "
                + $"{RegistryToken.Variable} holds a token with videos:write or consent:audit, or the creator's own. "
                + "Exit code 0 if nothing is looser, 1 if something is, 2 if it cannot be said."
        )
        {
            file,
            url,
            creator,
            video,
            source,
            at,
        };
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(
                    parsed.GetValue(url)!,
                    (signals, text) =>
                        signals.CompareAsync(
                            parsed.GetValue(creator)!,
                            parsed.GetValue(video)!,
                            parsed.GetValue(source)!,
                            text,
                            parsed.GetValue(at),
                            cancellation
                        ),
                    parsed.GetValue(file)!,
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        Uri url,
        Func<SignalsClient, string, Task<SignalComparison>> compare,
        string file,
        CancellationToken cancellation
    )
    {
        if (RegistryToken.Read() is not { } token)
            return ExitCode.Unusable;
        using var http = new HttpClient(RegistryToken.Handler(token)) { BaseAddress = url, Timeout = Patience };
        try
        {
            var text =
                file == ExportFiles.StandardInput
                    ? await Console.In.ReadToEndAsync(cancellation)
                    : await File.ReadAllTextAsync(file, cancellation);
            return Write(await compare(new ConsentRegistryClient(http).Signals, text));
        }
        catch (Exception e) when (ExitCode.MeansUnusable(e))
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Unusable;
        }
    }

    private static int Write(SignalComparison found)
    {
        var console = Terminal.Open();
        var table = new Table()
            .Border(TableBorder.Ascii)
            .AddColumns("format", "purpose", "the signal says", "the registry says", "");
        foreach (var format in found.Formats)
        {
            foreach (var row in format.Purposes.Where(row => row.Drift != Drifts.Unknown))
                table.AddRow(
                    new Text(format.Format),
                    new Text(row.Purpose),
                    new Text(row.Says),
                    new Text(row.Effect.ToString().ToLowerInvariant()),
                    new Text(row.Drift)
                );
        }
        if (table.Rows.Count > 0)
            console.Write(table);
        else
            console.WriteLine("The text says nothing of any purpose.");
        foreach (var format in found.Formats)
        {
            if (format.Unreadable is { } why)
                console.MarkupLineInterpolated(
                    $"{format.Format} cannot be read: line {why.Line}, column {why.Column}: {why.Detail}"
                );
        }
        if (found.Formats.SelectMany(format => format.Purposes).Any(row => row.Drift == Drifts.Looser))
            return ExitCode.Unexpected;
        return found.Formats.Any(format => format.Unreadable is not null) ? ExitCode.Unusable : ExitCode.Success;
    }
}
