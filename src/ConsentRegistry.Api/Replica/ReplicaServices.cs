using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Replica.Facts;

namespace ConsentRegistry.Api.Replica;

/// <summary>What answering from memory consists of in a host.</summary>
internal static class ReplicaServices
{
    public static void AddReplica(this IServiceCollection services, ReplicaOptions options)
    {
        SlotLayout.RequireRoom();
        services.AddSingleton(options);
        services.AddSingleton<ConsentReplica>();
        services.AddSingleton<Bootstrap>();
        services.AddSingleton<Applier>();
        services.AddHostedService(provider => provider.GetRequiredService<Applier>());
        services.AddSingleton<ReplicaVerifier>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaVerifier>());
        services.AddSingleton<WakeUpChannel>();
        services.AddHostedService(provider => provider.GetRequiredService<WakeUpChannel>());
        services.AddSingleton<Fence>();
        services.AddHostedService(provider => provider.GetRequiredService<Fence>());
    }
}
