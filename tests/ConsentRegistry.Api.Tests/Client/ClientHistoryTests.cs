using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's ways into the past, and its lists page by page.</summary>
public sealed class ClientHistoryTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly HttpClient http = fixture.App.HttpForAll();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConsentRegistryClient Client => new(http);

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_history_is_listed_filtered_and_exported()
    {
        await Client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Deny) { Reason = "why" },
            cancellation: Cancellation
        );
        await Client.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), cancellation: Cancellation);

        var all = await Client.History.ListAsync(creator, cancellation: Cancellation).ToListAsync(Cancellation);
        var remix = await Client
            .History.ListAsync(
                creator,
                new() { Purpose = "remix", Kind = "defaultChanged" },
                cancellation: Cancellation
            )
            .ToListAsync(Cancellation);
        var none = await Client
            .History.ListAsync(creator, new() { To = all[^1].At }, cancellation: Cancellation)
            .ToListAsync(Cancellation);

        Assert.Equal([2L, 1L], all.Select(change => change.Version));
        Assert.Equal(("remix", "why", creator), (remix.Single().Purpose, remix[0].By!.Reason, remix[0].Stream));
        Assert.Equal("deny", remix[0].After!.Value.GetProperty("setting").GetProperty("effect").GetString());
        Assert.Empty(none);

        // Of a log without a checkpoint there is no export yet.
        await Log.Exports.CoveredAsync(fixture.App);
        await using var export = await Client.History.ExportAsync(creator, Cancellation);
        using var reader = new StreamReader(export);
        Assert.NotEmpty(await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_receipt_is_exported_with_its_proof()
    {
        var check = await Client.Checks.CheckAsync(new Check(creator, "v", "remix") { Receipt = true }, Cancellation);
        await Log.Exports.CoveredAsync(fixture.App);

        await using var export = await Client.History.ExportReceiptAsync(check.Receipt!, Cancellation);
        using var bytes = new MemoryStream();
        await export.CopyToAsync(bytes, Cancellation);

        Assert.Equal(Domain.Log.Verification.Verdict.Valid, Log.Exports.Verify(bytes.ToArray()).Verdict);
    }

    [Fact]
    public async Task Settings_are_read_as_they_were()
    {
        var set = await Client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        await Client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny), cancellation: Cancellation);

        var then = await Client.Settings.GetAsync(creator, set.Setting!.ChangedAt, Cancellation);

        Assert.Equal((Effect.Ask, 1L), (then.Defaults.Single().Effect, then.Version));
    }

    [Fact]
    public async Task A_list_gives_one_page_and_where_the_next_begins()
    {
        foreach (var video in new[] { "a", "b", "c" })
            await Client.Settings.SetOverrideAsync(
                creator,
                new(creator, video),
                "remix",
                new(Effect.Deny),
                cancellation: Cancellation
            );
        var list = Client.Settings.ListOverridesAsync(creator, pageSize: 2, Cancellation);

        var first = await list.GetPageAsync(cancellation: Cancellation);
        var second = await list.GetPageAsync(first.NextCursor, Cancellation);

        Assert.Equal(["a", "b"], first.Items.Select(setting => setting.Video!.VideoId));
        Assert.Equal(["c"], second.Items.Select(setting => setting.Video!.VideoId));
        Assert.NotNull(first.NextCursor);
        Assert.Null(second.NextCursor);
        Assert.Equal(3, await list.CountAsync(Cancellation));
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            list.GetPageAsync("elsewhere", Cancellation)
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
    }
}
