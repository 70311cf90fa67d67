using System.Net;
using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Notifications;

/// <summary>What telling others consists of in a host.</summary>
internal static class NotificationServices
{
    public static void AddNotifications(this IServiceCollection services, NotificationOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(_ => new DnsLookup(Dns.GetHostAddresses));
        services.AddSingleton(provider => new AddressGuard(
            options.AllowLoopback is true,
            provider.GetRequiredService<DnsLookup>()
        ));
        services.AddSingleton(new RetrySchedule(options.RetryScale));
        services.AddSingleton<WebhookSender>();
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService<WebhookDeliveryService>();
        services.AddHostedService<NotificationCleaner>();
        services.AddSingleton<InboxWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<InboxWatch>());
    }
}
