using ConsentRegistry.Api.Http;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>What a typed client sends its requests by, to a service under test.</summary>
internal static class TypedClients
{
    /// <summary>Sends a token.</summary>
    public static HttpClient HttpWith(this RegistryApplication app, string token) =>
        new(new AccessTokenHandler(_ => ValueTask.FromResult(token), new SocketsHttpHandler()))
        {
            BaseAddress = app.Address,
        };

    /// <summary>Sends a token with which everything may be done, for every creator.</summary>
    public static HttpClient HttpForAll(this RegistryApplication app) =>
        app.HttpWith(app.Sign(TimeProvider.System.GetUtcNow(), Scopes.All.Keys, "admin", "admin", Caller.EveryCreator));
}
