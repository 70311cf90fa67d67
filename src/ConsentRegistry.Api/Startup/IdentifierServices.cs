using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Startup;

/// <summary>Who may speak for identifiers, and the keys of the hashes of erased ones.</summary>
internal static class IdentifierServices
{
    /// <summary>What a node is told at its start that has no key.</summary>
    public const string KeyMissing =
        "Identifiers:KeyFile is not set, and this node is not ready: it needs a file with the key of erased identifiers' hashes, 64 "
        + "hexadecimal digits";

    /// <summary>Where a Development host keeps the key that it makes.</summary>
    public static string KeyFileIn(string dataFolder) => Path.Combine(dataFolder, "identifiers.key");

    public static void AddIdentifiers(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(options.IdentifierRights);
        services.AddSingleton(_ => KeysOf(options));
    }

    // Without a key the node starts and says that it is not ready.
    private static IdentifierKeys KeysOf(RegistryOptions options) =>
        new(
            SecretKeys.Read(
                options.IdentifierKeys,
                options.IsDevelopment ? KeyFileIn(options.DataFolder) : null,
                IdentifierKey.ReadAll
            )
        );
}
