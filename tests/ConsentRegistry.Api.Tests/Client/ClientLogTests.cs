using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>What the typed client reads of the log and of a node's readiness.</summary>
public sealed class ClientLogTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly HttpClient http = fixture.App.HttpForAll();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConsentRegistryClient Client => new(http);

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_checkpoint_names_a_key_of_the_log()
    {
        var change = await Client.Settings.SetDefaultAsync(
            RegistryApplication.NewId(),
            "remix",
            new(Effect.Deny),
            cancellation: Cancellation
        );
        Checkpoint? checkpoint = null;
        await Eventually.HoldsAsync(
            "a checkpoint of the change",
            async () =>
            {
                checkpoint = await Client.Log.FindCheckpointAsync(Cancellation);
                return checkpoint?.Size > 10;
            }
        );
        var keys = await Client.Log.ListKeysAsync(Cancellation);
        var first = await Client.Changes.ReadAsync(limit: 1, cancellation: Cancellation);
        var beyond = await Client.Changes.ReadAsync(after: checkpoint!.Size - 2, limit: 1, Cancellation);

        Assert.Equal(1, change.Changes);
        var signature = Assert.Single(checkpoint.Signatures);
        Assert.Equal((checkpoint.Origin, null), (signature.Name, signature.SignedAt));
        Assert.Contains(
            keys,
            key =>
                key.VerifierKey?.StartsWith($"{signature.Name}+{signature.KeyHash}+", StringComparison.Ordinal) is true
        );
        Assert.Contains(keys, key => key is { Curve: "P-256", VerifierKey: null });
        Assert.Equal(0, Assert.Single(first).Seq);
        Assert.Equal(checkpoint.Size - 1, Assert.Single(beyond).Seq);
    }

    [Fact]
    public async Task A_node_says_what_it_answers_from()
    {
        var readiness = await Client.GetReadinessAsync(Cancellation);

        Assert.True(readiness.IsReady);
        Assert.Contains(readiness.Parts, part => part is { Name: "database", Ready: true, Needed: true });
    }

    [Fact]
    public async Task A_refusal_says_it_too()
    {
        await using var registry = await StubRegistry.StartAsync(
            StubRegistry.Body(
                """{"status":503,"code":"unavailable","parts":[{"name":"new","ready":false,"needed":true,"ageMs":70}]}""",
                status: 503,
                type: "application/problem+json"
            )
        );
        using var stub = new HttpClient { BaseAddress = registry.Address };

        var readiness = await new ConsentRegistryClient(stub).GetReadinessAsync(Cancellation);

        Assert.False(readiness.IsReady);
        Assert.Equal(new("new", false, true, TimeSpan.FromMilliseconds(70)), Assert.Single(readiness.Parts));
    }

    [Theory]
    [InlineData("<html>Try later</html>", 503, HttpStatusCode.ServiceUnavailable)]
    [InlineData("{}", 503, HttpStatusCode.ServiceUnavailable)]
    [InlineData("{}", 200, HttpStatusCode.OK)]
    [InlineData("nothing", 200, HttpStatusCode.OK)]
    [InlineData("{}", 404, HttpStatusCode.NotFound)]
    public async Task What_is_no_readiness_is_an_exception(string body, int status, HttpStatusCode expected)
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(body, status));
        using var stub = new HttpClient { BaseAddress = registry.Address };

        var refusal = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(stub).GetReadinessAsync(Cancellation)
        );

        Assert.Equal(expected, refusal.Status);
    }

    [Fact]
    public async Task A_witness_says_when_it_signed()
    {
        byte[] cosignature = [1, 2, 3, 4, 0, 0, 0, 0, 0x6A, 0, 0, 0, .. new byte[64]];
        var note = $"log.example/a\n7\ncm9vdA==\n\n\u2014 witness.example {Convert.ToBase64String(cosignature)}\n";
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(note, type: "text/plain"));
        using var stub = new HttpClient { BaseAddress = registry.Address };

        var checkpoint = await new ConsentRegistryClient(stub).Log.FindCheckpointAsync(Cancellation);

        Assert.Equal(
            ("log.example/a", 7, "cm9vdA==", note),
            (checkpoint!.Origin, checkpoint.Size, checkpoint.Root, checkpoint.Note)
        );
        Assert.Equal(
            new("witness.example", "01020304", DateTimeOffset.FromUnixTimeSeconds(0x6A000000)),
            Assert.Single(checkpoint.Signatures)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("log.example/a\n7\ncm9vdA==\n")]
    [InlineData("log.example/a\n-7\ncm9vdA==\n\n")]
    [InlineData("log.example/a\n7\n\n\u2014 log.example/a AQIDBAU=\n")]
    [InlineData("log.example/a\n7\ncm9vdA==\n\n\u2014 log.example/a AQIDBA==\n")]
    [InlineData("log.example/a\n7\ncm9vdA==\n\nlog.example/a AQIDBAU=\n")]
    [InlineData("log.example/a\n7\ncm9vdA==\n\n\u2014 log.example/a !\n")]
    public async Task What_is_no_checkpoint_is_an_exception(string note)
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body(note, type: "text/plain"));
        using var stub = new HttpClient { BaseAddress = registry.Address };

        var refusal = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(stub).Log.FindCheckpointAsync(Cancellation)
        );

        Assert.Equal(ConsentRegistryException.UnreadableCode, refusal.Code);
    }
}
