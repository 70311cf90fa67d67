using System.Diagnostics;
using System.Text.RegularExpressions;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests;

/// <summary>What the documents say, for tests that do it as it stands there.</summary>
internal static partial class Documented
{
    /// <summary>A document of the repository.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Folder, path));

    /// <summary>The one block of a document in a language that has a text in it.</summary>
    public static string Block(string path, string language, string having) =>
        Assert.Single(Blocks(Text(path), language), block => block.Contains(having, StringComparison.Ordinal));

    /// <summary>The blocks in a language below a heading, up to the next heading of the same rank.</summary>
    public static IReadOnlyList<string> BlocksBelow(string path, string language, string heading)
    {
        var text = Text(path);
        var start = text.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{path} has no heading '{heading}'.");
        var rank = heading[..(heading.IndexOf(' ', StringComparison.Ordinal) + 1)];
        var end = text.IndexOf($"\n{rank}", start + heading.Length + 1, StringComparison.Ordinal);
        return [.. Blocks(end < 0 ? text[start..] : text[start..end], language)];
    }

    /// <summary>What a heading is linked by, as GitHub names it; a second one of the same name gets a number.</summary>
    public static string AnchorOf(string heading) =>
        string.Concat(
                heading.ToLowerInvariant().Where(letter => letter is ' ' or '-' or '_' || char.IsLetterOrDigit(letter))
            )
            .Replace(' ', '-');

    /// <summary>Runs lines in a shell that ends at the first one that fails.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="folder">Where.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<CommandOutput> RunAsync(
        string lines,
        string folder,
        IEnumerable<(string Name, string? Value)> environment
    )
    {
        var start = new ProcessStartInfo("/bin/bash")
        {
            ArgumentList = { "-euo", "pipefail", "-c", lines },
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    private static IEnumerable<string> Blocks(string text, string language) =>
        Fence()
            .Matches(text)
            .Where(block => block.Groups["language"].Value == language)
            .Select(block => block.Groups["text"].Value);

    [GeneratedRegex(
        "^```(?<language>[a-z]+)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Fence();
}

/// <summary>What a program came to.</summary>
internal sealed record CommandOutput(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>This, if the program succeeded.</summary>
    public CommandOutput Succeeded()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}.\n{Output}\n{Error}");
        return this;
    }
}
