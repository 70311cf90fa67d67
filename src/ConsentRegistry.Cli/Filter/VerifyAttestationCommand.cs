using System.CommandLine;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// <c>consent verify attestation</c>: shows from files alone that what <c>consent filter</c> wrote is what the registry
/// answered.
/// </summary>
internal static class VerifyAttestationCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "What consent filter wrote." };
        var inputs = new Argument<string[]>("input")
        {
            Description = "The files that were filtered, in the same order, to compare the rows as well.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var keys = new Option<string>("--keys")
        {
            Description = "The registry's public key set, a file that you kept or had from it by another way.",
            Required = true,
        };
        var command = new Command(
            "attestation",
            "Verifies what consent filter wrote, without asking the registry. Exit code 0 if valid, 1 if tampered "
                + "with, 2 if the input does not allow to say."
        )
        {
            folder,
            inputs,
            keys,
        };
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(parsed.GetValue(folder)!, parsed.GetValue(inputs) ?? [], parsed.GetValue(keys)!, cancellation)
        );
        return command;
    }

    private static async Task<int> RunAsync(
        string folder,
        IReadOnlyList<string> inputs,
        string keys,
        CancellationToken cancellation
    )
    {
        try
        {
            var set = KeySet.Parse(await File.ReadAllBytesAsync(keys, cancellation), new NSecEd25519());
            if (!set.Succeeded(out var read, out var failure))
                throw new DatasetException($"{keys} is no key set of the registry: {failure.Detail}");
            var finding = await new RunVerifier(RunFolder.Open(folder), read).VerifyAsync(inputs, cancellation);
            await Console.Out.WriteLineAsync($"{finding.Verdict.ToString().ToUpperInvariant()}. {finding.What}");
            return ExitCode.For(finding.Verdict);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Ed25519UnavailableException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Unusable;
        }
    }
}
