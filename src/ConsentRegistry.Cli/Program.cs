using System.CommandLine;
using ConsentRegistry.Cli;
using ConsentRegistry.Cli.Demo;

var root = new RootCommand("Works with a consent registry from the command line.")
{
    DemoCommand.Create(),
    SignalsCommand.Create(),
    VerifyCommand.Create(),
    WitnessCommand.Create(),
};
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();

// A command line that makes no sense says nothing about the registry.
return parsed.Errors.Count > 0 ? ExitCode.Unusable : code;
