using System.CommandLine;
using System.CommandLine.Parsing;
using ConsentRegistry.Client;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Monitor;

/// <summary><c>consent monitor</c>: tells creators and agencies about changes that they did not make.</summary>
internal static class MonitorCommand
{
    /// <summary>How long the registry may take to begin an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var log = new Option<Uri>("--log")
        {
            Description = "The registry's address.",
            Required = true,
            CustomParser = HttpAddress.Parse,
        };
        var keys = new Option<FileInfo>("--keys")
        {
            Description = "The registry's public key set, a file that you kept: only its keys are trusted.",
            Required = true,
        };
        var creators = new Option<string[]>("--creator")
        {
            Description = "A creator whose history is followed. May be repeated.",
            Required = true,
        };
        var mine = new Option<string[]>("--mine")
        {
            Description = "A subject that may act: the creator, or a person of the agency. May be repeated.",
        };
        var clients = new Option<string[]>("--client")
        {
            Description =
                "A client that may act on its own, such as a platform's. If any is named, subjects act through these "
                + "clients only. May be repeated.",
        };
        var state = new Option<FileInfo>("--state")
        {
            Description = "The file that keeps what was seen last. Evidence is kept beside it.",
            Required = true,
        };
        var webhook = new Option<Uri?>("--webhook")
        {
            Description = "Also send each report there, by POST: an https address, or http of this machine.",
            CustomParser = ParseWebhook,
        };
        var every = Looks.EveryOption();
        var command = new Command(
            "monitor",
            "Follows creators' histories in the log, and reports each event that nobody of yours made, a line of JSON "
                + $"each. {RegistryToken.Variable} holds a token of the creators, or with consent:audit. Exit code 0 if "
                + "there is nothing to report, 1 if there is, or the log shows another history, 2 if it cannot be said."
        )
        {
            log,
            keys,
            creators,
            mine,
            clients,
            state,
            webhook,
            every,
        };
        command.SetAction(
            (parsed, cancellation) =>
                Looks.RunAsync(
                    async () =>
                    {
                        if (RegistryToken.Read() is not { } token)
                            return ExitCode.Unusable;
                        var url = parsed.GetValue(log)!;
                        var trusted = ReadKeys(parsed.GetValue(keys)!.FullName);
                        using var seen = new MonitorState(parsed.GetValue(state)!.FullName);
                        using var http = new HttpClient(RegistryToken.Handler(token))
                        {
                            BaseAddress = url,
                            Timeout = Patience,
                        };
                        using var alarms = new Alarms(parsed.GetValue(webhook));
                        using var source = new LogSource(url);
                        var monitor = new LogMonitor(
                            new FollowedLog(source, trusted, seen),
                            new BundleSource(new ConsentRegistryClient(http).History, trusted, seen.BundlePath),
                            seen,
                            new(parsed.GetValue(mine) ?? [], parsed.GetValue(clients) ?? []),
                            alarms
                        );
                        var (names, seconds) = (parsed.GetValue(creators)!, parsed.GetValue(every));
                        return await Looks.RepeatAsync(
                            seconds,
                            () => LookAsync(monitor, source, names, seconds is not null, cancellation),
                            cancellation
                        );
                    },
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> LookAsync(
        LogMonitor monitor,
        LogSource source,
        IEnumerable<string> creators,
        bool looksAgain,
        CancellationToken cancellation
    )
    {
        var worst = await Looks.AtAsync(source, () => monitor.FollowAsync(cancellation), cancellation);
        foreach (var creator in creators.Distinct(StringComparer.Ordinal))
        {
            if (worst == ExitCode.Unexpected)
                return worst;
            // One creator who cannot be looked at keeps nobody from looking at the others.
            var code = await Looks.AtAsync(
                source,
                () => monitor.LookAtAsync(creator, looksAgain, cancellation),
                cancellation
            );
            worst = worst == ExitCode.Success || code == ExitCode.Unexpected ? code : worst;
        }
        if (worst != ExitCode.Unexpected && monitor.HasReported && !looksAgain)
            return ExitCode.Unexpected;
        return worst;
    }

    private static KeySet ReadKeys(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > KeySet.MaxBytes)
            throw new UnusableException($"{path} is too long to be a key set.");
        return KeySet.Parse(File.ReadAllBytes(path), new NSecEd25519()).Succeeded(out var keys, out var failure)
            ? keys
            : throw new UnusableException($"{path} is no key set of the registry: {failure.Detail}");
    }

    private static Uri? ParseWebhook(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        )
            return address;
        result.AddError("--webhook is an https address, or an http address of this machine.");
        return null;
    }
}
