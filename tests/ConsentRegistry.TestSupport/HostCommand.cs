using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.TestSupport;

/// <summary>How the host is started as a process of its own: as it is delivered, and silent but for errors.</summary>
internal static class HostCommand
{
    /// <param name="connectionString">The database.</param>
    /// <param name="folder">Where the host keeps what is its own.</param>
    /// <param name="keyFile">The keys of the log.</param>
    /// <param name="port">Where it listens, on the loopback interface.</param>
    /// <param name="program">Another host than that of this build: its <c>.dll</c>.</param>
    public static ProcessStartInfo Of(
        string connectionString,
        string folder,
        string keyFile,
        int port,
        string? program = null
    )
    {
        // All nodes of a database share these.
        var shared = Path.GetDirectoryName(keyFile)!;
        var identifiers = KeyIn(shared, "identifiers.key");
        var integrity = IntegrityKeyBeside(keyFile);
        return new("dotnet")
        {
            ArgumentList =
            {
                program ?? Path.Combine(AppContext.BaseDirectory, "ConsentRegistry.Api.dll"),
                "--environment=Development",
                $"--urls=http://127.0.0.1:{port}",
                $"--ConnectionStrings:Registry={connectionString}",
                $"--{RegistryOptions.DataVariable}={folder}",
                $"--Log:KeyFile={keyFile}",
                $"--Identifiers:KeyFile={identifiers}",
                $"--Integrity:KeyFile={integrity}",
                $"--DataProtection:KeyRing={Path.Combine(shared, "key-ring")}",
                "--RateLimits:ChangesPerSecond=1000000",
                "--Serilog:MinimumLevel:Default=Error",
                "--Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime=Error",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
    }

    /// <summary>The key of the nodes, beside the keys of the log.</summary>
    public static string IntegrityKeyBeside(string keyFile) => KeyIn(Path.GetDirectoryName(keyFile)!, "integrity.key");

    private static string KeyIn(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        SecretFile.CreateIfMissing(
            path,
            Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(2 * IdentifierKey.Length))
        );
        return path;
    }
}
