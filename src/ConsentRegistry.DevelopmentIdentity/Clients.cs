using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// The programs that get tokens. Their secrets are no secrets: they stand here, and open nothing but this machine.
/// </summary>
internal static class Clients
{
    /// <summary>The console, where people sign in.</summary>
    public const string Console = "consent-console";

    /// <summary>The secret of the console.</summary>
    public const string ConsoleSecret = "consent-console-development";

    /// <summary>Where a console takes codes: the default of ASP.NET Core.</summary>
    public const string SignInPath = "/signin-oidc";

    /// <summary>Where a console is told that somebody has signed out: the default of ASP.NET Core.</summary>
    public const string SignOutPath = "/signout-callback-oidc";

    /// <summary>The secret of a requester's backend, whose id is that of the requester.</summary>
    public static string BackendSecret(string requester) => $"{requester}-development";

    /// <summary>The account of a backend: that of the requester of the same name.</summary>
    public static Person? AccountOf(string? client) =>
        client is null ? null : People.All.FirstOrDefault(person => person.Requester == client);

    public static IEnumerable<OpenIddictApplicationDescriptor> All(IdentitySettings settings)
    {
        yield return ConsoleAt(settings.Consoles);
        foreach (var person in People.All.Where(person => person.Requester is not null))
            yield return BackendOf(person);
    }

    private static OpenIddictApplicationDescriptor ConsoleAt(IReadOnlyList<Uri> addresses)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = Console,
            ClientSecret = ConsoleSecret,
            ClientType = ClientTypes.Confidential,
            // A native application might be redirected to any port.
            ApplicationType = ApplicationTypes.Web,
            ConsentType = ConsentTypes.Implicit,
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.Token,
                Permissions.Endpoints.EndSession,
                Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code,
                Permissions.Scopes.Profile,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        foreach (var scope in People.Scopes)
            client.Permissions.Add(Permissions.Prefixes.Scope + scope);
        foreach (var address in addresses.Select(address => address.AbsoluteUri.TrimEnd('/')))
        {
            client.RedirectUris.Add(new(address + SignInPath));
            client.PostLogoutRedirectUris.Add(new(address + SignOutPath));
        }
        return client;
    }

    private static OpenIddictApplicationDescriptor BackendOf(Person person)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = person.Requester,
            ClientSecret = BackendSecret(person.Requester!),
            ClientType = ClientTypes.Confidential,
            Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials },
        };
        foreach (var scope in person.Scopes)
            client.Permissions.Add(Permissions.Prefixes.Scope + scope);
        return client;
    }
}
