using System.CommandLine.Parsing;

namespace ConsentRegistry.Cli;

/// <summary>Where a log's files are, on the command line: an http address, or a folder of this machine.</summary>
internal static class LogAddress
{
    /// <summary>Reads the value of an option.</summary>
    public static Uri? Parse(ArgumentResult result) => Parse(result, result.Tokens[0].Value);

    /// <summary>Reads the values of an option.</summary>
    public static Uri[] ParseAll(ArgumentResult result) =>
        [.. result.Tokens.Select(token => Parse(result, token.Value)).OfType<Uri>()];

    private static Uri? Parse(ArgumentResult result, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        var folder = address is { IsFile: true } ? address.LocalPath : text;
        if (Directory.Exists(folder))
            return new(Path.GetFullPath(folder));
        result.AddError($"'{text}' is no http address, and no folder.");
        return null;
    }
}
