using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>The tables of OpenIddict: clients, sign-ins and the tokens that came of them.</summary>
internal sealed class SignIns(DbContextOptions<SignIns> options) : DbContext(options)
{
    /// <summary>For how long tokens that are used up are kept, so that using one again is noticed.</summary>
    private static readonly TimeSpan KeepUsed = TimeSpan.FromDays(14);

    /// <summary>Makes the tables where they are missing, writes the clients, and forgets what is long over.</summary>
    public static async Task PrepareAsync(IServiceProvider services, IdentitySettings settings, TimeProvider clock)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SignIns>().Database.EnsureCreatedAsync();
        var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        foreach (var client in Clients.All(settings))
        {
            if (await clients.FindByClientIdAsync(client.ClientId!) is { } known)
                await clients.UpdateAsync(known, client);
            else
                await clients.CreateAsync(client);
        }
        var threshold = clock.GetUtcNow() - KeepUsed;
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(threshold);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(threshold);
    }
}
