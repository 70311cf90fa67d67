using ConsentRegistry.Domain.Log.Verification;
using Spectre.Console;

namespace ConsentRegistry.Cli;

/// <summary>Feeds files to the verifier, a piece at a time, and shows how far it is where somebody watches.</summary>
internal sealed class ExportFiles(IReadOnlyList<string> paths, bool isQuiet)
{
    /// <summary>What names standard input.</summary>
    public const string StandardInput = "-";

    private const int PieceBytes = 1 << 20;

    /// <summary>From how many bytes on a bar is worth its line: some seconds of work.</summary>
    private const long LargeBytes = 32L << 20;

    /// <summary>Reads all files, or as far as the verifier wants.</summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    public void Feed(ExportVerifier verifier)
    {
        var total = paths.Contains(StandardInput) ? 0 : paths.Sum(path => new FileInfo(path).Length);
        if (isQuiet || total < LargeBytes || Console.IsOutputRedirected)
            Feed(verifier, _ => { });
        else
            AnsiConsole
                .Progress()
                .AutoClear(true)
                .Start(progress => Feed(verifier, progress.AddTask("Verifying", maxValue: total).Increment));
    }

    private void Feed(ExportVerifier verifier, Action<double> advance)
    {
        var piece = new byte[PieceBytes];
        foreach (var path in paths)
        {
            using var stream = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
            for (int count; (count = stream.Read(piece)) > 0; )
            {
                advance(count);
                if (!verifier.Read(piece.AsSpan(0, count)))
                    return;
            }
            verifier.EndInput();
        }
    }
}
