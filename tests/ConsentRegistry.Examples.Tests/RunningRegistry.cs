using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Examples.Tests;

/// <summary>Tests share one registry and never creators. One after the other, since one of them kills it.</summary>
[CollectionDefinition(Name)]
public sealed class RegistryTests : ICollectionFixture<RunningRegistry>
{
    public const string Name = "registry";
}

/// <summary>The registry's own program, with a PostgreSQL of its own.</summary>
public sealed class RunningRegistry : IAsyncLifetime
{
    private readonly List<HttpClient> callers = [];
    private Scratch? scratch;
    private Nodes? nodes;

    /// <summary>Where it listens, also after a restart.</summary>
    public string Url => nodes!.UrlOf(0);

    public async ValueTask InitializeAsync()
    {
        if (!await Scratch.CanBeMadeAsync())
            return;
        scratch = await Scratch.CreateAsync();
        nodes = new(scratch, 1);
        await nodes.StartAsync();
    }

    /// <summary>A token as <c>./dev token</c> prints it for these words.</summary>
    public string Token(params string[] words)
    {
        Assert.SkipWhen(
            scratch is null,
            "POSTGRESQL'S PROGRAMS ARE MISSING: the examples are not tested. On Debian: apt-get install postgresql"
        );
        return scratch.Token(words);
    }

    /// <summary>A client that repeats nothing, so that a test knows what was sent.</summary>
    public ConsentRegistryClient Client(params string[] words)
    {
        var token = Token(words);
        var http = new HttpClient(new AccessTokenHandler(_ => ValueTask.FromResult(token), new SocketsHttpHandler()))
        {
            BaseAddress = new(Url),
        };
        callers.Add(http);
        return new(http);
    }

    /// <summary>Kills it, as a power failure would.</summary>
    public Task KillAsync() => nodes!.KillAsync(0);

    /// <summary>Starts it again, and waits until it is ready.</summary>
    public Task RestartAsync() => nodes!.StartAsync(0);

    public async ValueTask DisposeAsync()
    {
        callers.ForEach(caller => caller.Dispose());
        if (nodes is not null)
            await nodes.DisposeAsync();
        if (scratch is not null)
            await scratch.DisposeAsync();
    }
}
