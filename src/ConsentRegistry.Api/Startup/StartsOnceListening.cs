using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// Starts a background service when the server listens, and not before: a host whose address is taken ends without
/// having joined the nodes, taken over the log or sent anything. The server is registered last, so that it also stops
/// taking requests before these services end.
/// </summary>
internal sealed class StartsOnceListening(BackgroundService inner, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    /// <summary>Has every background service wait for the server. To be called when all are registered.</summary>
    public static void Apply(IServiceCollection services)
    {
        for (var at = 0; at < services.Count; at++)
        {
            if (
                services[at] is not { ServiceType: var service, IsKeyedService: false } registered
                || service != typeof(IHostedService)
            )
                continue;
            if (
                TypeOf(registered) is not { } type
                || !type.IsSubclassOf(typeof(BackgroundService))
                || type == typeof(StartsOnceListening)
            )
                continue;
            if (registered.ImplementationFactory is { } make)
                services[at] = Describe(provider => make(provider));
            else if (registered.ImplementationType is not null)
                services[at] = Describe(provider => provider.GetRequiredService(type));
            else
                continue;
            // Found by its type as well: the list of hosted services holds what starts it.
            if (registered.ImplementationType is not null)
                services.TryAddSingleton(type);
        }

        static ServiceDescriptor Describe(Func<IServiceProvider, object> find) =>
            ServiceDescriptor.Singleton<IHostedService>(provider => new StartsOnceListening(
                (BackgroundService)find(provider),
                provider.GetRequiredService<IHostApplicationLifetime>()
            ));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await inner.StopAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        try
        {
            await listening.Task.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server never listened.
            return;
        }
        await inner.StartAsync(stoppingToken);
        // What it fails by is the host's to see.
        await (inner.ExecuteTask ?? Task.CompletedTask);
    }

    // The factory's own type says what it makes, as for the container.
    private static Type? TypeOf(ServiceDescriptor registered) =>
        registered.ImplementationType ?? registered.ImplementationFactory?.GetType().GenericTypeArguments[1];
}
