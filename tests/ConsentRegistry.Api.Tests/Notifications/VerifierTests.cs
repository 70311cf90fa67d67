using System.Text;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>
/// Whoever verifies by the specification takes every message, and none that was altered: by its words, and by a
/// verifier that is not ours.
/// </summary>
public sealed class VerifierTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private readonly string creator = RegistryApplication.NewId();

    [Fact]
    public async Task By_the_words_of_the_specification_each_message_is_genuine_and_each_altered_one_is_not()
    {
        var (first, second, all) = await SendAsync();
        Assert.All(all, one => Assert.True(one.IsSignedBy(first)));
        Assert.True(all[3].IsSignedBy(second));
        Assert.All(Altered(all), one => Assert.False(one.IsSignedBy(first)));
        Assert.False(all[0].IsSignedBy(second));
        // Whoever refuses what is old refuses what somebody plays back.
        Assert.All(all, one => Assert.InRange(one.At.ToUnixTimeSeconds() - long.Parse(one.Timestamp), -1, 60));
    }

    [Fact]
    public async Task The_package_of_the_specifications_authors_accepts_each_message_and_refuses_each_altered_one()
    {
        // Where Node is there it has to run: what it would have said is no matter of the weather.
        if (!Verifier.CanBeHad)
            Assert.Skip(
                "NOT VERIFIED by standardwebhooks (npm): it needs Node and npm, which are not here. The test beside "
                    + "this one verifies by the words of the specification."
            );
        var (verifier, missing) = await Verifier.FindAsync();
        Assert.True(verifier is not null, missing);
        var (first, second, all) = await SendAsync();

        // With the secret that it had when it was sent; after the rotation with either.
        Assert.All(
            await verifier.VerifyAsync([.. all.Select(one => (first, one)), (second, all[3])]),
            said => Assert.Equal("accepted", said)
        );
        Assert.All(
            await verifier.VerifyAsync([.. Altered(all).Select(one => (first, one)), (second, all[0])]),
            said => Assert.StartsWith("WebhookVerificationError", said, StringComparison.Ordinal)
        );
    }

    /// <summary>Four messages: a change, a stop, a ping, and a ping after the secret was replaced.</summary>
    private async Task<(string First, string Second, IReadOnlyList<Received> All)> SendAsync()
    {
        await using var receiver = await Receiver.StartAsync();
        var (id, first) = await App.OfCreatorAsync(creator, receiver.Url);
        await App.ChangeAsync(creator);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/lockdown", new { reason = "Ümläute – und „Zeichen“." })
        ).Is(200);
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        await Eventually.HoldsAsync("all have come", () => Task.FromResult(receiver.All.Count == 3));
        var second = (string)
            (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200)["secret"]!;
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        return (first, second, receiver.All);
    }

    private static IEnumerable<Received> Altered(IEnumerable<Received> all) =>
        all.SelectMany(one =>
            new[]
            {
                one with
                {
                    Body = Encoding.UTF8.GetBytes(
                        Encoding.UTF8.GetString(one.Body).Replace("\"type\"", "\"Type\"", StringComparison.Ordinal)
                    ),
                },
                one with
                {
                    Body = [.. one.Body, (byte)'\n'],
                },
                one with
                {
                    Id = $"{Guid.NewGuid()}",
                },
                one with
                {
                    Timestamp = $"{long.Parse(one.Timestamp) + 1}",
                },
                // As it was, and an hour old: a message that somebody plays back.
                one with
                {
                    Timestamp = $"{long.Parse(one.Timestamp) - 3600}",
                },
                one with
                {
                    Signature = one.Signature.Replace("v1,", "v1,A", StringComparison.Ordinal),
                },
                one with
                {
                    Signature = one.Signature.Replace("v1,", "v2,", StringComparison.Ordinal),
                },
            }
        );
}
