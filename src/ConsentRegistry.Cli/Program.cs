using System.CommandLine;
using ConsentRegistry.Cli;

var root = new RootCommand("Works with a consent registry from the command line.") { DemoCommand.Create() };
return await root.Parse(args).InvokeAsync();
