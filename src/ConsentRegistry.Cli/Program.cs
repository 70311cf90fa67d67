using System.CommandLine;
using ConsentRegistry.Cli;
using ConsentRegistry.Cli.Demo;
using ConsentRegistry.Cli.Filter;

var verify = VerifyCommand.Create();
verify.Subcommands.Add(VerifyAttestationCommand.Create());
var root = new RootCommand("Works with a consent registry from the command line.")
{
    DemoCommand.Create(),
    DriftCommand.Create(),
    FilterCommand.Create(),
    SignalsCommand.Create(),
    verify,
    WitnessCommand.Create(),
};
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();

// A command line that makes no sense says nothing about the registry.
return parsed.Errors.Count > 0 ? ExitCode.Unusable : code;
