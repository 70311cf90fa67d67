using System.Text.Json.Nodes;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log.Verification;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>A receipt with its proof: one file from which an auditor makes the decision again.</summary>
public sealed class ReceiptExportTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private const string Decided = "Decided again from the log, the decision is the same.";

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => fixture.App;

    // A node that has just begun to look at the log knows no head of it, and its receipts name none.
    public async ValueTask InitializeAsync()
    {
        await Exports.CoveredAsync(App);
        await Eventually.HoldsAsync(
            "the node knows a head of the log",
            () => Task.FromResult(App.Services.GetRequiredService<LogWatch>().State?.Head is not null)
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("allow", true)]
    [InlineData("ask", false)]
    [InlineData("deny", false)]
    public async Task A_decision_is_made_again_from_one_file_whatever_changed_since(string effect, bool allowed)
    {
        await SetAsync(effect);
        var receipt = await CheckAsync(allowed);
        await SetAsync(allowed ? "deny" : "allow");
        await Exports.CoveredAsync(App);

        var report = Exports.Verify(await ExportAsync(receipt), new() { PinnedSet = await Exports.KeysAsync(App) });

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal(Decided, Assert.Single(report.Receipts).What);
        Assert.Equal(2, report.Proven.Streams);
    }

    [Fact]
    public async Task The_file_has_the_streams_of_all_who_were_asked()
    {
        var other = RegistryApplication.NewId();
        (
            await App.Admin()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/v",
                    new { participants = new[] { new { creatorId = other, role = "coCreator" } } }
                )
        ).Is(200);
        await SetAsync("allow");
        (
            await App.Creator(other)
                .PutAsync($"/v1/creators/{other}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        var receipt = await CheckAsync();
        await Exports.CoveredAsync(App);

        var report = Exports.Verify(await ExportAsync(receipt));

        Assert.Equal((Verdict.Valid, 3), (report.Verdict, report.Proven.Streams));
        Assert.Equal(Decided, Assert.Single(report.Receipts).What);
    }

    [Fact]
    public async Task Of_a_creator_nobody_heard_of_it_shows_that_there_is_nothing()
    {
        await Exports.CoveredAsync(App);
        var receipt = await CheckAsync(allowed: false);

        var report = Exports.Verify(await ExportAsync(receipt));

        Assert.Equal((Verdict.Valid, 1), (report.Verdict, report.Proven.Streams));
        Assert.Equal(Decided, Assert.Single(report.Receipts).What);
    }

    [Fact]
    public async Task Of_an_erased_creator_it_is_not_shown_whether_the_decision_was_right()
    {
        await SetAsync("allow");
        var receipt = await CheckAsync();
        (await App.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);
        await Exports.CoveredAsync(App);

        var report = Exports.Verify(await ExportAsync(receipt));

        Assert.Equal(Verdict.NotShown, report.Verdict);
        Assert.Contains("was erased", Assert.Single(report.Receipts).What);
    }

    [Fact]
    public async Task What_no_checkpoint_covers_yet_is_asked_for_again()
    {
        await Exports.CoveredAsync(App);
        string receipt;
        await using (await Exports.HoldSequencerAsync(App))
        {
            await SetAsync("allow");
            receipt = await CheckAsync();

            var refused = (await RequestAsync(receipt)).Is(503);

            Assert.Equal("unavailable", (string)refused["code"]!);
            Assert.Contains("does not cover", (string)refused["detail"]!);
        }
        await Exports.CoveredAsync(App);
        Assert.Equal(Verdict.Valid, Exports.Verify(await ExportAsync(receipt)).Verdict);
    }

    [Fact]
    public async Task What_this_registry_did_not_sign_is_refused()
    {
        await SetAsync("allow");
        var receipt = await CheckAsync();
        var parts = receipt.Split('.');

        foreach (var forged in new[] { "x", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}.{new string('A', 86)}" })
        {
            var refused = (await RequestAsync(forged)).Is(422);
            Assert.Equal("invalid", (string)refused["code"]!);
            Assert.Equal("receipt", refused["errors"]!.AsObject().Single().Key);
        }
        (await RequestAsync(null)).Is(422);
    }

    // A video that is not registered is not known to be the creator's, and nobody may use it.
    private async Task SetAsync(string effect)
    {
        (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/remix",
                    new { effect, appliesTo = effect == "allow" ? "all" : null }
                )
        ).Is(200);
        if ((await App.Admin().GetAsync($"/v1/creators/{creator}/videos/v")).Status == 404)
            (await App.Admin().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
    }

    private async Task<string> CheckAsync(bool allowed = true)
    {
        var answer = (
            await App.Admin()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix",
                        requester = "acme",
                        receipt = true,
                    }
                )
        ).Is(200);
        Assert.Equal(allowed, (bool)answer["allowed"]!);
        return (string)answer["receipt"]!;
    }

    private Task<Answer> RequestAsync(string? receipt) =>
        App.Auditor().PostAsync("/v1/receipts/export", new JsonObject { ["receipt"] = receipt });

    private async Task<byte[]> ExportAsync(string receipt) => (await RequestAsync(receipt)).Is(200).Bytes();
}
