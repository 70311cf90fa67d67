using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Api.Startup;

/// <summary>The keys by which nodes know what nodes wrote.</summary>
internal static class IntegrityServices
{
    /// <summary>Where a Development host keeps the key that it makes.</summary>
    public static string KeyFileIn(string dataFolder) => Path.Combine(dataFolder, "integrity.key");

    public static void AddIntegrity(this IServiceCollection services, RegistryOptions options) =>
        services.AddSingleton(_ => KeysOf(options));

    /// <summary>Reads the keys.</summary>
    /// <exception cref="StartupException">There are no keys, or they cannot be read.</exception>
    public static IntegrityKeys KeysOf(RegistryOptions options) =>
        new(
            SecretKeys.Read(
                options.IntegrityKeys,
                options.IsDevelopment ? KeyFileIn(options.DataFolder) : null,
                IntegrityKey.ReadAll
            )
        );
}
