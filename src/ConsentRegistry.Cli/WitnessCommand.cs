using System.CommandLine;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary><c>consent witness</c>: remembers what a log showed, and finds out when it shows something else.</summary>
internal static class WitnessCommand
{
    public static Command Create()
    {
        var log = new Option<Uri?>("--log")
        {
            Description = "The registry's address: look at its newest checkpoint.",
            CustomParser = HttpAddress.Parse,
        };
        var listen = new Option<string?>("--listen")
        {
            Description = "Serve C2SP tlog-witness instead, at this address, for example http://127.0.0.1:7380/.",
        };
        var keys = new Option<string[]>("--key")
        {
            Description = "A verifier key of the log (name+id+key), as /v1/log/keys gives it.",
            Required = true,
        };
        var state = new Option<FileInfo>("--state")
        {
            Description = "The file that keeps the last checkpoint seen.",
            Required = true,
        };
        var signer = new Option<FileInfo>("--signer")
        {
            Description = "The file with the witness's own private key; made at first.",
            Required = true,
        };
        var name = new Option<string>("--name")
        {
            Description = "The name of the witness, which its key carries.",
            DefaultValueFactory = _ => "witness.invalid/consent",
        };
        var every = new Option<double?>("--every") { Description = "Go on looking, every so many seconds." };
        var command = new Command(
            "witness",
            "Keeps the last checkpoint seen of a log, checks that the newest goes on from it, and cosigns it. Exit "
                + "code 0 it does, 1 the log shows another history, 2 it could not be looked at."
        )
        {
            log,
            listen,
            keys,
            state,
            signer,
            name,
            every,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                try
                {
                    var watch = Open(
                        parsed.GetValue(keys)!,
                        parsed.GetValue(state)!,
                        parsed.GetValue(signer)!,
                        parsed.GetValue(name)!
                    );
                    return (parsed.GetValue(log), parsed.GetValue(listen)) switch
                    {
                        ({ } url, null) => await LookAsync(watch, url, parsed.GetValue(every), cancellation),
                        (null, { } address) => await new WitnessServer(watch).ServeAsync(address, cancellation),
                        _ => throw new UnusableException("Either --log or --listen is needed."),
                    };
                }
                catch (Exception e)
                    when (e
                            is UnusableException
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
        );
        return command;
    }

    private static LogWatcher Open(string[] keys, FileInfo state, FileInfo signer, string name)
    {
        var ed25519 = new NSecEd25519();
        if (!NoteKey.IsName(name))
            throw new UnusableException("--name has no spaces and no plus signs.");
        var known = keys.Select(key =>
                NoteKey.TryParse(key, ed25519, out var parsed) && parsed.Type == NoteKeyType.Ed25519
                    ? parsed
                    : throw new UnusableException("A verifier key is name+id+key, as /v1/log/keys gives it.")
            )
            .ToList();
        if (known.Select(key => key.Name).Distinct(StringComparer.Ordinal).Count() != 1)
            throw new UnusableException("A witness watches one log: all keys have its name.");
        var witness = new Witness(known, WitnessKey.ReadOrCreate(signer.FullName, name, ed25519));
        return new(witness, state.FullName);
    }

    private static async Task<int> LookAsync(LogWatcher watch, Uri url, double? every, CancellationToken cancellation)
    {
        if (every is not (null or (>= 1 and <= 86_400)))
            throw new UnusableException("--every is 1 to 86,400 seconds.");
        using var source = new LogSource(url);
        while (true)
        {
            var code = await watch.LookAsync(source, cancellation);
            // What was found out once stays so.
            if (every is not { } seconds || code == ExitCode.Unexpected)
                return code;
            await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        }
    }
}

/// <summary>What was given on the command line, or what the registry showed, cannot be used.</summary>
internal sealed class UnusableException(string message) : Exception(message);
