using ConsentRegistry.DevelopmentIdentity.Tests;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;

// One for all classes that change nothing of it: starting one takes longer than most tests.
[assembly: AssemblyFixture(typeof(Provider))]

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>The provider in this process, over real HTTP on a free port, with a folder of its own.</summary>
public sealed class Provider : IAsyncLifetime
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("consent-identity-");
    private WebApplication? app;

    /// <summary>Its address.</summary>
    public string Address { get; } = $"http://localhost:{LoopbackPort.Free()}";

    /// <summary>The data folder.</summary>
    public string Data => data.FullName;

    /// <summary>Where the provider keeps what is its own.</summary>
    public string Folder => Path.Combine(Data, "identity");

    /// <summary>What it is made of.</summary>
    internal IServiceProvider Services => app!.Services;

    /// <summary>Settings beside those of every test.</summary>
    internal IReadOnlyList<string> Settings { get; init; } = [];

    public async ValueTask InitializeAsync() =>
        app = await IdentityHost.StartAsync([
            "--environment=Development",
            $"--Identity:Address={Address}",
            $"--Identity:Consoles={RelyingParty.Address}",
            $"--CONSENT_DATA={Data}",
            .. Settings,
        ]);

    /// <summary>Stops the provider, and starts it again in the same folder.</summary>
    public async Task RestartAsync()
    {
        await app!.DisposeAsync();
        await InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        data.Delete(recursive: true);
    }
}
