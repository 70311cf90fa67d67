using System.CommandLine;
using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli.Demo;

/// <summary><c>consent demo</c>: plays the story of one creator with 500 videos against a running registry.</summary>
internal static class DemoCommand
{
    /// <summary>The environment variable that holds the token, so that it stands in no command line.</summary>
    private const string TokenVariable = "CONSENT_TOKEN";

    /// <summary>How long one request may take.</summary>
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var url = new Option<Uri>("--url")
        {
            Description = "The registry's address.",
            DefaultValueFactory = _ => new("http://127.0.0.1:5080"),
            CustomParser = HttpAddress.Parse,
        };
        var token = new Option<string?>("--token")
        {
            Description = $"An access token with every scope; {TokenVariable} holds it otherwise.",
        };
        var command = new Command(
            "demo",
            "Plays the story of a creator with 500 videos: silence, one switch, an emergency stop; then a studio asks, "
                + "is told, and has to stop. Exit code 0 if every answer is as promised, 1 if not, 2 if the registry "
                + "could not be asked."
        )
        {
            url,
            token,
        };
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(
                    parsed.GetValue(url)!,
                    parsed.GetValue(token) ?? Environment.GetEnvironmentVariable(TokenVariable),
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(Uri url, string? token, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(token))
        {
            await Console.Error.WriteLineAsync(
                $"A token is needed: --token, or {TokenVariable}. ./dev token admin prints one."
            );
            return ExitCode.Unusable;
        }
        token = token.Trim();
        if (token.Any(character => character is < '!' or > '~'))
        {
            await Console.Error.WriteLineAsync("The token is none: it is one word of printable ASCII characters.");
            return ExitCode.Unusable;
        }
        var sending = new AccessTokenHandler(_ => ValueTask.FromResult(token), new SocketsHttpHandler());
        using var http = new HttpClient(new RetryHandler(RequestLimit, sending))
        {
            BaseAddress = url,
            Timeout = RequestLimit,
        };
        try
        {
            return await new DemoScenario(new(http), Terminal.Open()).PlayAsync(cancellation)
                ? ExitCode.Success
                : ExitCode.Unexpected;
        }
        catch (ConsentRegistryException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            await Console.Error.WriteLineAsync(
                $"The registry at {url} does not accept the token for this: it may be of another service, or of "
                    + $"another data folder. ({e.Message})"
            );
        }
        catch (ConsentRegistryException e)
            when (e.Code is ConsentRegistryException.UnknownCode or ConsentRegistryException.UnreadableCode)
        {
            await Console.Error.WriteLineAsync(
                $"What answers at {url} is no consent registry, or one behind something else that answers in its "
                    + $"place. ({e.Message})"
            );
        }
        catch (ConsentRegistryException e)
        {
            await Console.Error.WriteLineAsync($"The registry at {url} refused: {e.Message}");
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync(
                $"The registry at {url} cannot be reached: is it running? ./dev run starts one. ({e.Message})"
            );
        }
        catch (TaskCanceledException e) when (e.InnerException is TimeoutException)
        {
            await Console.Error.WriteLineAsync(
                $"The registry at {url} did not answer within {RequestLimit.TotalSeconds:0} seconds."
            );
        }
        return ExitCode.Unusable;
    }
}
