using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>The host as it is delivered: a process that is given a command line and an environment.</summary>
internal static class HostProcess
{
    /// <summary>Where the host's program is.</summary>
    public static string Folder => AppContext.BaseDirectory;

    /// <summary>Runs it until it ends.</summary>
    /// <param name="arguments">The arguments, for a shell.</param>
    /// <param name="environment">Variables.</param>
    public static Task<CommandOutput> RunAsync(string arguments, params (string Name, string? Value)[] environment) =>
        Documented.RunAsync($"exec dotnet ConsentRegistry.Api.dll {arguments}", Folder, environment);

    /// <summary>The same in this process, which is quicker; what the log says goes elsewhere.</summary>
    /// <param name="words">The command, or nothing to serve.</param>
    /// <param name="settings">Settings, which a process of its own would have as variables.</param>
    public static async Task<CommandOutput> RunHereAsync(
        string words,
        IEnumerable<(string Name, string? Value)> settings
    )
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var arguments = settings.Select(one =>
            $"--{one.Name.Replace("ASPNETCORE_", "", StringComparison.Ordinal).Replace("__", ":", StringComparison.Ordinal)}={one.Value}"
        );
        var code = await Commands.RunAsync(
            [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. arguments],
            output,
            error
        );
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The variables of a production host.</summary>
    public static IEnumerable<(string Name, string? Value)> Production(
        string connectionString,
        string folder,
        string keyFile,
        string origin
    ) =>
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ConnectionStrings__Registry", connectionString),
            ("Tokens__Authority", "https://issuer.example"),
            ("PublicUrl", "https://registry.test"),
            ("Log__Origin", origin),
            ("Log__KeyFile", keyFile),
            ("Identifiers__KeyFile", KeyIn(folder, "mounted-identifiers.key")),
            ("Integrity__KeyFile", KeyIn(Path.GetDirectoryName(Path.GetFullPath(keyFile))!, "mounted-integrity.key")),
            ("DataProtection__KeyRing", Directory.CreateDirectory(Path.Combine(folder, "mounted-key-ring")).FullName),
            (RegistryOptions.DataVariable, folder),
        ];

    private static string KeyIn(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        SecretFile.CreateIfMissing(path, Encoding.ASCII.GetBytes(SecretKeys.DrawKey()));
        return path;
    }

    /// <summary>The variables of a Development host.</summary>
    public static (string Name, string? Value)[] Development(string connectionString, string folder) =>
        [
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("ConnectionStrings__Registry", connectionString),
            (RegistryOptions.DataVariable, folder),
        ];
}
