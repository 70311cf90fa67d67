using System.CommandLine;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Mirror;

/// <summary><c>consent mirror</c>: keeps the public files of a log in a folder, which any web server serves.</summary>
internal static class MirrorCommand
{
    public static Command Create()
    {
        var log = new Option<Uri>("--log")
        {
            Description = "Where the log is: a registry's address, or that of another mirror or its folder.",
            Required = true,
            CustomParser = LogAddress.Parse,
        };
        var keys = LogKeyOption.Create(
            "A verifier key of the log (name+id+key), as /v1/log/keys gives it. Where the key has another name than the "
                + "log, the log's origin and a space before it. May be repeated, for several keys of one log."
        );
        var to = new Option<DirectoryInfo>("--to")
        {
            Description = "The folder: an empty one at first. One process at a time writes there.",
            Required = true,
        };
        var every = Looks.EveryOption();
        var repair = new Option<bool>("--repair")
        {
            Description = "Look at every file of the folder, and get again what is missing or not right.",
        };
        var policy = new Option<string?>("--policy")
        {
            Description =
                "A policy on witnesses (C2SP tlog-policy), a file: a checkpoint is taken only if so many of them cosigned "
                + "it, and only with their lines that are right.",
        };
        var command = new Command(
            "mirror",
            "Writes the checkpoint, tiles, leaves and keys of a log into a folder (C2SP tlog-tiles), and only what goes "
                + "on from what is there. Exit code 0 it does, 1 the log shows another history or other files than it "
                + "signed, 2 it could not be looked at."
        )
        {
            log,
            keys,
            to,
            every,
            repair,
            policy,
        };
        command.SetAction(
            (parsed, cancellation) =>
                Looks.RunAsync(
                    async () =>
                    {
                        var logs = LogKeyOption.Parse(parsed.GetValue(keys)!, new NSecEd25519());
                        if (logs.Count != 1)
                            throw new UnusableException("A folder has one log: name keys of one origin.");
                        var (origin, trusted) = logs.Single();
                        using var folder = new MirrorFolder(parsed.GetValue(to)!.FullName, origin, trusted);
                        using var source = new LogSource(parsed.GetValue(log)!);
                        var mirror = new LogMirror(source, folder, ReadPolicy(parsed.GetValue(policy)));
                        var isRepair = parsed.GetValue(repair);
                        return await Looks.RepeatAsync(
                            parsed.GetValue(every),
                            () =>
                                Looks.AtAsync(
                                    source,
                                    async () =>
                                    {
                                        var code = await mirror.LookAsync(isRepair, cancellation);
                                        isRepair &= code != ExitCode.Success;
                                        return code;
                                    },
                                    cancellation
                                ),
                            cancellation
                        );
                    },
                    cancellation
                )
        );
        return command;
    }

    private static WitnessPolicy? ReadPolicy(string? path)
    {
        if (path is null)
            return null;
        return WitnessPolicy
            .Parse(AuditorFiles.ReadFile(path), new NSecEd25519())
            .Succeeded(out var policy, out var wrong)
            ? policy
            : throw new UnusableException($"{path} is no policy on witnesses: {wrong.Detail}");
    }
}
