using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>What the history log consists of in a host.</summary>
internal static class LogServices
{
    /// <summary>Where a Development host keeps the keys that it makes.</summary>
    public static string KeyFileIn(string dataFolder) => Path.Combine(dataFolder, "log-keys.json");

    public static void AddLog(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IEd25519, NSecEd25519>();
        services.AddSingleton(provider =>
        {
            var ed25519 = provider.GetRequiredService<IEd25519>();
            var keys = options.LogKeyFile is { } mounted
                ? LogKeys.Read(mounted, ed25519)
                : LogKeys.ReadOrCreate(KeyFileIn(options.DataFolder), ed25519);
            return new LogSigner(options.LogOrigin, keys);
        });
        services.AddSingleton(_ => new CheckpointFile(Path.Combine(options.DataFolder, "log-checkpoint")));
        services.AddSingleton<LogWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LogWatch>());
        services.AddHostedService<Sequencer>();
    }
}
