using System.CommandLine;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary><c>consent witness</c>: remembers what a log showed, and finds out when it shows something else.</summary>
internal static class WitnessCommand
{
    public static Command Create()
    {
        var log = new Option<Uri[]>("--log")
        {
            Description =
                "A registry's address, or that of a mirror or its folder: look at its newest checkpoint. May be "
                + "repeated.",
            CustomParser = LogAddress.ParseAll,
        };
        var listen = new Option<string?>("--listen")
        {
            Description = "Serve C2SP tlog-witness instead, at this address, for example http://127.0.0.1:7380/.",
        };
        var keys = LogKeyOption.Create(
            "A verifier key of a log (name+id+key), as /v1/log/keys gives it. Where the key has another name than "
                + "the log, the log's origin and a space before it. May be repeated, for several keys and logs."
        );
        var state = new Option<FileInfo>("--state")
        {
            Description = "The file that keeps the last checkpoint seen of each log. Evidence is kept beside it.",
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
        var every = Looks.EveryOption();
        var maxAge = new Option<TimeSpan?>("--max-age")
        {
            Description =
                "For how long a log may show nothing newer, such as 30s, 10m or 1h. After that the exit code is 2: "
                + "somebody may be showing an old checkpoint for ever.",
            CustomParser = result => Durations.Parse(result),
        };
        var command = new Command(
            "witness",
            "Keeps the last checkpoint seen of each log, checks that the newest goes on from it, and cosigns it. Exit "
                + "code 0 it does, 1 a log shows another history or other tiles than it signed, 2 it could not be looked "
                + "at, or is too old."
        )
        {
            log,
            listen,
            keys,
            state,
            signer,
            name,
            every,
            maxAge,
        };
        command.SetAction(
            (parsed, cancellation) =>
                Looks.RunAsync(
                    async () =>
                    {
                        using var watch = Open(
                            parsed.GetValue(keys)!,
                            parsed.GetValue(state)!,
                            parsed.GetValue(signer)!,
                            parsed.GetValue(name)!,
                            parsed.GetValue(maxAge)
                        );
                        return (parsed.GetValue(log), parsed.GetValue(listen)) switch
                        {
                            ([_, ..] urls, null) => await LookAsync(watch, urls, parsed.GetValue(every), cancellation),
                            (null or [], { } address) => await ListenAsync(watch, address, cancellation),
                            _ => throw new UnusableException("Either --log or --listen is needed."),
                        };
                    },
                    cancellation
                )
        );
        return command;
    }

    private static LogWatcher Open(string[] keys, FileInfo state, FileInfo signer, string name, TimeSpan? maxAge)
    {
        var ed25519 = new NSecEd25519();
        if (!NoteKey.IsName(name))
            throw new UnusableException("--name has no spaces and no plus signs.");
        var logs = LogKeyOption.Parse(keys, ed25519);
        var witness = new Witness(logs, WitnessKey.ReadOrCreate(signer.FullName, name, ed25519));
        return new(witness, new(state.FullName, witness), maxAge);
    }

    private static async Task<int> ListenAsync(LogWatcher watch, string address, CancellationToken cancellation)
    {
        using var server = new WitnessServer(watch);
        return await server.ServeAsync(address, cancellation);
    }

    private static async Task<int> LookAsync(
        LogWatcher watch,
        IReadOnlyCollection<Uri> urls,
        double? every,
        CancellationToken cancellation
    )
    {
        var sources = urls.Select(url => new LogSource(url)).ToList();
        try
        {
            return await Looks.RepeatAsync(every, () => LookAsync(watch, sources, cancellation), cancellation);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static async Task<int> LookAsync(
        LogWatcher watch,
        IEnumerable<LogSource> sources,
        CancellationToken cancellation
    )
    {
        var worst = ExitCode.Success;
        foreach (var source in sources)
        {
            var code = await Looks.AtAsync(source, () => watch.LookAsync(source, cancellation), cancellation);
            // Another history weighs more than one that could not be looked at.
            if (worst == ExitCode.Success || code == ExitCode.Unexpected)
                worst = code;
        }
        return worst;
    }
}

/// <summary>What was given on the command line, or what the registry showed, cannot be used.</summary>
internal sealed class UnusableException(string message) : Exception(message);
