using ConsentRegistry.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the client of a consent registry to an application's services.</summary>
public static class ConsentRegistryServiceCollectionExtensions
{
    /// <summary>The name of the <see cref="HttpClient"/>.</summary>
    private const string Name = "ConsentRegistry.Client";

    /// <summary>
    /// How long a connection is used: after that the registry's name is looked up anew, and another node may answer.
    /// </summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Adds <see cref="ConsentRegistryClient"/> and <see cref="IConsentChecker"/>, one each for the whole process.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Requests are repeated as <see cref="RetryHandler"/> says, each attempt with a token of its own. Retries that a
    /// host adds to every client (<c>ConfigureHttpClientDefaults</c>) do not reach this one: they would also repeat what
    /// must not be repeated. Redirects are not followed, and are no answer. The logs of <c>IHttpClientFactory</c> are
    /// off, since addresses have ids of creators.
    /// </para>
    /// <para>
    /// Called again, it adds to the options and nothing else. Options that need services:
    /// <c>services.AddOptions&lt;ConsentRegistryOptions&gt;().Configure&lt;ITokens&gt;(…)</c>.
    /// </para>
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options, which are checked when the host starts.</param>
    /// <returns>What configures the <see cref="HttpClient"/>, for example its proxy or certificates.</returns>
    public static IHttpClientBuilder AddConsentRegistry(
        this IServiceCollection services,
        Action<ConsentRegistryOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ConsentRegistryOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ConsentRegistryOptions>, ConsentRegistryOptionsValidator>()
        );
        var http = services.AddHttpClient(Name);
        if (services.Any(service => service.ServiceType == typeof(ConsentRegistryClient)))
            return http;
        services.AddSingleton(provider => new ConsentRegistryClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(Name)
        ));
        services.TryAddSingleton<IConsentChecker>(provider =>
            provider.GetRequiredService<ConsentRegistryClient>().Checks
        );
        return http.ConfigureHttpClient(
                (provider, client) =>
                {
                    var options = OptionsOf(provider);
                    client.BaseAddress = options.Address;
                    client.Timeout = options.Timeout;
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    PooledConnectionLifetime = ConnectionLifetime,
                }
            )
            // The connections have a lifetime of their own, and the client lives as long as the process.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .ConfigureAdditionalHttpMessageHandlers((handlers, _) => RemoveOtherRetries(handlers))
            .AddHttpMessageHandler(provider => new RetryHandler(OptionsOf(provider).Timeout))
            .AddHttpMessageHandler(provider => new AccessTokenHandler(OptionsOf(provider).AccessToken!));
    }

    /// <summary>
    /// Puts a <see cref="DecisionCache"/> in front of the registry that <see cref="AddConsentRegistry"/> adds:
    /// <see cref="IConsentChecker"/> is answered by it.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets what may be kept. Unless it says so, that is denies alone.</param>
    public static IServiceCollection AddConsentDecisionCache(
        this IServiceCollection services,
        Action<DecisionCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<DecisionCacheOptions>().Configure(options => configure?.Invoke(options));
        services.TryAddSingleton(provider => new DecisionCache(
            provider.GetRequiredService<ConsentRegistryClient>(),
            provider.GetRequiredService<IOptions<DecisionCacheOptions>>().Value
        ));
        return services.Replace(
            ServiceDescriptor.Singleton<IConsentChecker>(provider => provider.GetRequiredService<DecisionCache>())
        );
    }

    // What a host's defaults added is here already, in whatever order it was said.
    private static void RemoveOtherRetries(IList<DelegatingHandler> handlers)
    {
        for (var i = handlers.Count - 1; i >= 0; i--)
        {
            if (handlers[i] is ResilienceHandler)
                handlers.RemoveAt(i);
        }
    }

    private static ConsentRegistryOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<ConsentRegistryOptions>>().Value;
}
