using System.CommandLine.Parsing;

namespace ConsentRegistry.Cli;

/// <summary>Addresses on the command line.</summary>
internal static class HttpAddress
{
    public static Uri? Parse(ArgumentResult result)
    {
        if (
            Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
        )
            return address;
        result.AddError($"'{result.Tokens[0].Value}' is no http address.");
        return null;
    }
}
