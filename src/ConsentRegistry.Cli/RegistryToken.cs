using ConsentRegistry.Client;

namespace ConsentRegistry.Cli;

/// <summary>The token of whoever runs a command. It stands in the environment, so that no command line shows it.</summary>
internal static class RegistryToken
{
    /// <summary>The environment variable that holds it.</summary>
    public const string Variable = "CONSENT_TOKEN";

    /// <summary>The token; null, and said so, if there is none.</summary>
    public static string? Read()
    {
        var token = Environment.GetEnvironmentVariable(Variable)?.Trim();
        if (!string.IsNullOrEmpty(token))
            return token;
        Console.Error.WriteLine($"{Variable} holds no token.");
        return null;
    }

    /// <summary>What sends a token with each request.</summary>
    public static AccessTokenHandler Handler(string token, SocketsHttpHandler? sending = null) =>
        new(_ => ValueTask.FromResult(token), sending ?? new());
}
