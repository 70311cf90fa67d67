using System.Text;
using ConsentRegistry.Benchmarks.Notifications;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>A verifier that is not ours takes every message, and none that was altered.</summary>
public sealed class VerifierTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private readonly string creator = RegistryApplication.NewId();

    [Fact]
    public async Task The_package_of_the_specifications_authors_accepts_each_message_and_refuses_each_altered_one()
    {
        var (verifier, missing) = await Verifier.FindAsync();
        if (verifier is null)
            Assert.Skip(missing!);
        await using var receiver = await Receiver.StartAsync();
        var (id, first) = await App.OfCreatorAsync(creator, receiver.Url);
        await App.ChangeAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", new { reason = "Ümläute – und „Zeichen“." })).Is(200);
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        await Eventually.HoldsAsync("all have come", () => Task.FromResult(receiver.All.Count == 3));
        var second = (string)(await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200)["secret"]!;
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        var all = receiver.All;

        // With the secret that it had when it was sent; after the rotation with either.
        Assert.All(await verifier.VerifyAsync([.. all.Select(one => (first, one)), (second, all[3])]), said => Assert.Equal("accepted", said));

        var altered = all.SelectMany(one => new[]
        {
            one with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(one.Body).Replace("\"type\"", "\"Type\"", StringComparison.Ordinal)) },
            one with { Body = [.. one.Body, (byte)'\n'] },
            one with { Id = $"{Guid.NewGuid()}" },
            one with { Timestamp = $"{long.Parse(one.Timestamp) + 1}" },
            // As it was, and an hour old: a message that somebody plays back.
            one with { Timestamp = $"{long.Parse(one.Timestamp) - 3600}" },
            one with { Signature = one.Signature.Replace("v1,", "v1,A", StringComparison.Ordinal) },
            one with { Signature = one.Signature.Replace("v1,", "v2,", StringComparison.Ordinal) },
        });
        Assert.All(await verifier.VerifyAsync([.. altered.Select(one => (first, one)), (second, all[0])]), said => Assert.StartsWith("WebhookVerificationError", said, StringComparison.Ordinal));
    }
}
