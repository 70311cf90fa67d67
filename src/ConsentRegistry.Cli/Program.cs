using System.CommandLine;
using ConsentRegistry.Cli;
using ConsentRegistry.Cli.Demo;
using ConsentRegistry.Cli.Filter;
using ConsentRegistry.Cli.Import;
using ConsentRegistry.Cli.Mirror;
using ConsentRegistry.Cli.Monitor;

var verify = VerifyCommand.Create();
verify.Subcommands.Add(VerifyAttestationCommand.Create());
var root = new RootCommand("Works with a consent registry from the command line.")
{
    DemoCommand.Create(),
    DriftCommand.Create(),
    FilterCommand.Create(),
    ImportCommand.Create(),
    MirrorCommand.Create(),
    MonitorCommand.Create(),
    SignalsCommand.Create(),
    verify,
    WitnessCommand.Create(),
};
var parsed = root.Parse(args);
try
{
    var code = await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });

    // A command line that makes no sense says nothing about the registry.
    return parsed.Errors.Count > 0 ? ExitCode.Unusable : code;
}
catch (Exception e)
{
    // Nor does a bug: it is not to be taken for a log that was tampered with.
    Console.Error.WriteLine($"UNUSABLE: this program has a bug; report it with what follows. {e}");
    return ExitCode.Unusable;
}
