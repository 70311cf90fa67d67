using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsentRegistry.Client.AspNetCore;

/// <summary>Asks the registry whether it can answer.</summary>
internal sealed class ConsentRegistryHealthCheck(ConsentRegistryClient registry) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await registry.IsReadyAsync(cancellationToken)
                ? HealthCheckResult.Healthy("The consent registry is ready.")
                : new(context.Registration.FailureStatus, "The consent registry says that it cannot answer now.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new(context.Registration.FailureStatus, "The consent registry does not answer.", e);
        }
    }
}
