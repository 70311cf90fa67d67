using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Startup;

/// <summary>How many changes a second a caller may make who only manages settings; platforms and administrators are not limited, nor are checks.</summary>
internal static class RateLimits
{
    public static void AddRegistryRateLimits(this IServiceCollection services, RegistryOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.OnRejected = (context, _) => new(new Problem(
            429, ProblemCode.RateLimited, $"The caller made more than {options.ChangesPerSecond} changes a second; repeat the request after Retry-After.").WriteAsync(context.HttpContext));
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        {
            var caller = Caller.Of(http);
            if (http.GetEndpoint()?.Metadata.GetMetadata<ChangeMarker>() is null || !caller.OnlyManages)
                return RateLimitPartition.GetNoLimiter("");
            return RateLimitPartition.GetTokenBucketLimiter(caller.Identity, _ => new()
            {
                TokenLimit = options.ChangesPerSecond,
                TokensPerPeriod = options.ChangesPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            });
        });
    });
}
