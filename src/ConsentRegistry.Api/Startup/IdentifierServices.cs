using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Startup;

/// <summary>Who may speak for identifiers, and the keys of the hashes of erased ones.</summary>
internal static class IdentifierServices
{
    private const string KeyFileSetting = "Identifiers:KeyFile";

    /// <summary>What a node is told at its start that has no key.</summary>
    public const string KeyMissing =
        KeyFileSetting
        + " is not set, and this node is not ready: it needs a file with the key of erased identifiers' hashes, 64 "
        + "hexadecimal digits";

    /// <summary>Where a Development host keeps the key that it makes.</summary>
    public static string KeyFileIn(string dataFolder) => Path.Combine(dataFolder, "identifiers.key");

    public static void AddIdentifiers(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(options.IdentifierRights);
        services.AddSingleton(_ => KeysOf(options));
    }

    /// <summary>A new key, as it is read.</summary>
    public static string DrawKey() => RandomNumberGenerator.GetHexString(2 * IdentifierKey.Length, lowercase: true);

    private static IdentifierKeys KeysOf(RegistryOptions options)
    {
        var path = options.IdentifierKeyFile;
        if (path is null)
        {
            // The node starts and says that it is not ready.
            if (!options.IsDevelopment)
                return new([]);
            path = KeyFileIn(options.DataFolder);
            SecretFile.CreateIfMissing(path, Encoding.ASCII.GetBytes(DrawKey()));
        }
        try
        {
            return IdentifierKey.ReadAll(File.ReadAllText(path)) is { } keys
                ? new(keys)
                : throw new StartupException(
                    $"{KeyFileSetting} '{path}' holds no keys; write 64 hexadecimal digits into it, for example with "
                        + "openssl rand -hex 32, and each former key on a line after it."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{KeyFileSetting} '{path}' cannot be read: {e.Message}");
        }
    }
}
