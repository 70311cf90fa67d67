using ConsentRegistry.Client;
using ConsentRegistry.Client.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of the consent registry.</summary>
public static class ConsentRegistryHealthChecksBuilderExtensions
{
    /// <summary>
    /// Asks the registry's <c>/health/ready</c>, once each time. Needs the client that <c>AddConsentRegistry</c> adds.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">
    /// What a registry that cannot answer means for the application. <see cref="HealthStatus.Degraded"/> keeps what
    /// needs no consent in service; if null, it is <see cref="HealthStatus.Unhealthy"/>.
    /// </param>
    /// <param name="tags">The tags of the check.</param>
    /// <param name="timeout">
    /// How long it may take; the client's <see cref="ConsentRegistryOptions.Timeout"/> if null.
    /// </param>
    public static IHealthChecksBuilder AddConsentRegistryHealthCheck(
        this IHealthChecksBuilder builder,
        string name = "consent-registry",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(
            new(
                name,
                provider => new ConsentRegistryHealthCheck(provider.GetRequiredService<ConsentRegistryClient>()),
                failureStatus,
                tags,
                timeout
            )
        );
    }
}
