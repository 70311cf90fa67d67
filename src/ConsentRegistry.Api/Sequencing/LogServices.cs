using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>What the history log consists of in a host.</summary>
internal static class LogServices
{
    /// <summary>Where a Development host keeps the keys that it makes.</summary>
    public static string KeyFileIn(string dataFolder) => Path.Combine(dataFolder, "log-keys.json");

    /// <summary>Reads the keys of the log.</summary>
    public static LogSigner SignerOf(RegistryOptions options, IEd25519 ed25519)
    {
        var keys = options.LogKeys is { } given
            ? LogKeys.Read(given, ed25519)
            : LogKeys.ReadOrCreate(KeyFileIn(options.DataFolder), ed25519);
        return new(options.LogOrigin, keys);
    }

    public static void AddLog(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IEd25519, NSecEd25519>();
        services.AddSingleton(provider => SignerOf(options, provider.GetRequiredService<IEd25519>()));
        services.AddSingleton(_ => new CheckpointFile(Path.Combine(options.DataFolder, "log-checkpoint")));
        services.AddSingleton<LogWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LogWatch>());
        services.AddHostedService<Sequencer>();
        services.AddSingleton(provider =>
            Witnessing.From(options, provider.GetRequiredService<LogSigner>(), provider.GetRequiredService<IEd25519>())
        );
        services.AddSingleton<PublishedHead>();
        services.AddSingleton<WitnessClient>();
        services.AddHostedService<CosignatureCollector>();
    }
}
