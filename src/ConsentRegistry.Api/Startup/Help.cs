using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Startup;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Help
{
    private static readonly string[] Options = ["--help", "-h", "-?"];

    /// <summary>Whether a command line asks for help.</summary>
    public static bool IsAskedFor(string[] arguments) =>
        arguments is ["help", ..] || arguments.Any(word => Options.Contains(word, StringComparer.Ordinal));

    /// <summary>The commands, and the keys of all settings.</summary>
    public static string Text =>
        $"""
            Usage: dotnet ConsentRegistry.Api.dll [command] [--<setting>=<value> ...]

            Without a command the host serves. The commands:

              migrate                     bring the database to this version, as its owner
              migrate --roles             make the roles that the database gives rights to, and nothing else: before a dump is restored on a new server
              reseal <creator>...         build the records of creators again from the history log, as the database's owner, and seal them; exit code 3 if the log does not have all of them whole
              audit                       compare every table with the history log, as the database's owner, and print each row that differs; exit code 3 if any does
              audit --json                print the same as one object of JSON
              declare-copy                give a restored copy of a database to this host's history log
              new-keys                    print new keys for the history log
              new-keys --rotate <file>    print new keys before those of the file, which go on signing
              new-keys --retire <file>    print the keys of the file, of which only the newest go on signing
              openapi                     print the OpenAPI document
              openapi <folder>            print it, and write its examples as .http files to the folder
              database <name>             make a database in the private PostgreSQL of a service that runs, and print how to connect; in Development only
              token admin | platform <id> | creator <id> | agency <id> <creator>... | auditor
                                          print an access token, in Development only
              --help                      print this

            Settings are environment variables (Tokens__Audience=...) or arguments (--Tokens:Audience=...):

            {string.Join(
                '\n',
                RegistrySettings.Keys.Select(key => $"  {key.Replace(":", "__", StringComparison.Ordinal)}")
            )}

            ASPNETCORE_ENVIRONMENT is Production unless it is set. --urls says where to listen; {RegistryOptions.DefaultUrl} without it.
            docs/reference/configuration.md explains every setting.
            """;
}
