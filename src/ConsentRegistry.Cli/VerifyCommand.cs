using System.CommandLine;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli;

/// <summary>
/// <c>consent verify</c>: verifies exports of the log, creators' bundles and receipts, from files alone.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description =
                "Parts of an export of the log in order, or one bundle of a creator or a receipt; - is standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var keys = new Option<string?>("--keys")
        {
            Description =
                "The registry's public key set, a file that you kept or had from it by another way: only its keys are "
                + "trusted.",
        };
        var key = new Option<string[]>("--key")
        {
            Description = "A verifier key for checkpoints (name+id+base64): only keys so given are trusted.",
        };
        var checkpoint = new Option<string[]>("--checkpoint")
        {
            Description = "A file with a checkpoint that you kept: the log must still agree with it.",
        };
        var receipt = new Option<string[]>("--receipt")
        {
            Description = "A file with a decision receipt, to be decided again from the log.",
        };
        var policy = new Option<string?>("--policy")
        {
            Description =
                "A policy on witnesses (C2SP tlog-policy), a file: so many of them have to have cosigned the newest "
                + "checkpoint, otherwise the exit code is 2. The logs that it names are trusted as by --key.",
        };
        var tolerance = new Option<TimeSpan>("--clock-tolerance")
        {
            Description = "How much older than an entry before it an entry may be, such as 30s, 10m or 1h.",
            DefaultValueFactory = _ => VerificationRequest.DefaultClockTolerance,
            CustomParser = Durations.Parse,
        };
        var maxAge = new Option<TimeSpan?>("--max-age")
        {
            Description =
                "How old the newest entry may be, such as 1h or 7d; after that the exit code is 2. With --policy it is "
                + "the age of the cosignatures that meet it. For a log that was exported just now: whoever shows it "
                + "may show an old one.",
            CustomParser = result => Durations.Parse(result),
        };
        var noReplay = new Option<bool>("--no-replay")
        {
            Description =
                "Do not judge events against those before them: show only that the log is whole and signed. For a log "
                + "in which a broken rule is known already.",
        };
        var quiet = new Option<bool>("--quiet") { Description = "Print nothing; the exit code says it all." };
        var command = new Command(
            "verify",
            "Verifies exports of the log, bundles and receipts without asking the registry. Exit code 0 if "
                + "valid, 1 if tampered with, 2 if the input does not allow to say, 3 if of a receipt something is not "
                + "shown."
        )
        {
            files,
            keys,
            key,
            checkpoint,
            receipt,
            policy,
            tolerance,
            maxAge,
            noReplay,
            quiet,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(files) ?? [],
                new(
                    parsed.GetValue(keys),
                    parsed.GetValue(key) ?? [],
                    parsed.GetValue(checkpoint) ?? [],
                    parsed.GetValue(receipt) ?? [],
                    parsed.GetValue(tolerance),
                    parsed.GetValue(policy),
                    parsed.GetValue(maxAge),
                    JudgesMeaning: !parsed.GetValue(noReplay)
                ),
                parsed.GetValue(quiet)
            )
        );
        return command;
    }

    private static int Run(string[] files, AuditorFiles auditor, bool isQuiet)
    {
        try
        {
            var ed25519 = new NSecEd25519();
            if (!auditor.Read(ed25519).Succeeded(out var request, out var failure))
                return Refuse(failure.Detail, isQuiet);
            if (files.Length == 0)
                return request.Receipts.Length > 0 && request.Policy is null
                    ? VerifyReceipts(request, isQuiet)
                    : Refuse(
                        request.Policy is null
                            ? "There is nothing to verify: name files, or a receipt."
                            : "A policy judges the checkpoint of an export or a bundle: name one.",
                        isQuiet
                    );
            if (files.Count(file => file == ExportFiles.StandardInput) > 1)
                return Refuse("Standard input can be read once.", isQuiet);
            using var verifier = new ExportVerifier(request, ed25519);
            new ExportFiles(files, isQuiet).Feed(verifier);
            var report = verifier.Finish();
            if (!isQuiet)
                VerdictPage.Write(report, request, files);
            return ExitCode.For(report.Verdict);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or Ed25519UnavailableException or ArgumentException)
        {
            // A path that is none is an argument exception.
            return Refuse(e.Message, isQuiet);
        }
    }

    // Without a log there is only the signature, and a key that nobody vouches for would prove nothing.
    private static int VerifyReceipts(VerificationRequest request, bool isQuiet)
    {
        var findings = ExportVerifier.VerifySignatures(request);
        if (!isQuiet)
            VerdictPage.WriteReceipts(findings);
        if (findings.Any(finding => finding.Verdict == Verdict.Tampered))
            return ExitCode.Unexpected;
        return findings.All(finding => finding.Verdict == Verdict.Valid) ? ExitCode.Success : ExitCode.Unusable;
    }

    private static int Refuse(string why, bool isQuiet)
    {
        if (!isQuiet)
            Console.Error.WriteLine(why);
        return ExitCode.Unusable;
    }
}
