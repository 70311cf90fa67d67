using FluentValidation;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Keeps a host from starting with an operation whose body nobody validates. Validators are found by scanning, so that
/// one that was forgotten would be missed by nobody.
/// </summary>
internal sealed class RequireValidators : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            next(app);
            Require(app.ApplicationServices);
        };

    // Operations of other specifications, which read their bodies by themselves, accept no type here.
    private static void Require(IServiceProvider services)
    {
        var registered = services.GetRequiredService<IServiceProviderIsService>();
        foreach (var endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            if (
                endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } body
                && !registered.IsService(typeof(IValidator<>).MakeGenericType(body))
            )
            {
                throw new InvalidOperationException(
                    $"{endpoint.DisplayName} takes {body.Name}, which has no validator; write an "
                        + $"AbstractValidator<{body.Name}>."
                );
            }
        }
    }
}
