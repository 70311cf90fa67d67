using System.Net;
using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Notifications;

/// <summary>What telling others consists of in a host.</summary>
internal static class NotifyingServices
{
    public static void AddNotifying(this IServiceCollection services, NotifyingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => new NameLookup(Dns.GetHostAddresses));
        services.AddSingleton(provider => new AddressGuard(options.AllowLoopback is true, provider.GetRequiredService<NameLookup>()));
        services.AddSingleton(new RetrySchedule(options.RetryScale));
        services.AddSingleton<WebhookSender>();
        services.AddHostedService<HandOn>();
        services.AddHostedService<Deliverer>();
        services.AddHostedService<NotificationCleaner>();
        services.AddSingleton<InboxWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<InboxWatch>());
    }
}
