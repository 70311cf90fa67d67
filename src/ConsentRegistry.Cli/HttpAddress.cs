using System.CommandLine;
using System.CommandLine.Parsing;

namespace ConsentRegistry.Cli;

/// <summary>Addresses on the command line.</summary>
internal static class HttpAddress
{
    /// <summary>The option of commands that need a registry.</summary>
    public static Option<Uri> RegistryOption() =>
        new("--url")
        {
            Description = "The registry's address.",
            Required = true,
            CustomParser = Parse,
        };

    public static Uri? Parse(ArgumentResult result) => Parse(result, result.Tokens[0].Value);

    private static Uri? Parse(ArgumentResult result, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        result.AddError($"'{text}' is no http address.");
        return null;
    }
}
