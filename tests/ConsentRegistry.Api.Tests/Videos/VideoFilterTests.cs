using ConsentRegistry.Api.Tests.Client;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Videos;

/// <summary>A creator's list of videos, narrowed to those of one answer, one beginning, or with an override.</summary>
public sealed class VideoFilterTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly HttpClient http = fixture.App.HttpForAll();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConsentRegistryClient Client => new(http);

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Videos_of_one_answer_are_found_across_pages()
    {
        await RegisterAsync(Enumerable.Range(0, 1_100).Select(number => $"v{number:0000}"));
        await OverrideAsync("remix", Effect.Allow, "v0003", "v0500", "v1099");

        var allowed = Client.Videos.ListAsync(
            creator,
            "remix",
            filter: new() { Effect = Effect.Allow },
            pageSize: 2,
            cancellation: Cancellation
        );
        var first = await allowed.GetPageAsync(cancellation: Cancellation);
        var second = await allowed.GetPageAsync(first.NextCursor, Cancellation);

        Assert.Equal(["v0003", "v0500"], Ids(first.Items));
        Assert.Equal(["v1099"], Ids(second.Items));
        Assert.Null(second.NextCursor);
        Assert.Equal(
            1_097,
            await Client
                .Videos.ListAsync(
                    creator,
                    "remix",
                    filter: new() { Effect = Effect.Deny },
                    pageSize: 1_000,
                    cancellation: Cancellation
                )
                .CountAsync(Cancellation)
        );
        Assert.Empty(
            await Client
                .Videos.ListAsync(creator, "remix", filter: new() { Effect = Effect.Ask }, cancellation: Cancellation)
                .ToListAsync(Cancellation)
        );
    }

    [Fact]
    public async Task A_page_ends_after_so_many_videos_were_examined_and_the_list_goes_on()
    {
        await RegisterAsync(Enumerable.Range(0, 10_001).Select(number => $"v{number:00000}"));
        await OverrideAsync("remix", Effect.Ask, "v10000");
        var asked = Client.Videos.ListAsync(
            creator,
            "remix",
            filter: new() { Effect = Effect.Ask },
            cancellation: Cancellation
        );

        var first = await asked.GetPageAsync(cancellation: Cancellation);

        Assert.Empty(first.Items);
        Assert.Equal(["v10000"], Ids((await asked.GetPageAsync(first.NextCursor, Cancellation)).Items));
    }

    [Fact]
    public async Task Videos_are_found_by_how_their_id_begins()
    {
        await RegisterAsync(["ab", "abc", "abc~", "ABC", "abd", "ac", "a~"]);

        Assert.Equal(["ab", "abc", "abc~", "abd"], await FindAsync(new() { IdPrefix = "ab" }));
        Assert.Equal(["abc", "abc~"], await FindAsync(new() { IdPrefix = "abc" }));
        Assert.Equal(["a~"], await FindAsync(new() { IdPrefix = "a~" }));
        Assert.Empty(await FindAsync(new() { IdPrefix = "b" }));
    }

    [Fact]
    public async Task Videos_with_an_override_are_found()
    {
        await RegisterAsync(["one", "three", "two"]);
        await OverrideAsync("mining", Effect.Deny, "two", "unregistered");

        Assert.Equal(["two"], await FindAsync(new() { Overridden = true }));
        Assert.Empty(await FindAsync(new() { Overridden = true, IdPrefix = "o" }));
    }

    [Fact]
    public async Task An_effect_without_a_purpose_is_refused()
    {
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Client
                .Videos.ListAsync(creator, filter: new() { Effect = Effect.Allow }, cancellation: Cancellation)
                .GetPageAsync(cancellation: Cancellation)
        );

        Assert.Equal("purpose", refused.Errors.Single().Key);
    }

    private async Task<List<string>> FindAsync(VideoFilter filter) =>
        [
            .. Ids(
                await Client
                    .Videos.ListAsync(creator, filter: filter, cancellation: Cancellation)
                    .ToListAsync(Cancellation)
            ),
        ];

    private static IEnumerable<string> Ids(IEnumerable<VideoConsent> videos) =>
        videos.Select(video => video.Video!.VideoId);

    private async Task RegisterAsync(IEnumerable<string> videos)
    {
        foreach (var some in videos.Chunk(10_000))
            await Client.Videos.RegisterAsync(
                [.. some.Select(video => new VideoToRegister(creator, video))],
                cancellation: Cancellation
            );
    }

    private Task OverrideAsync(string purpose, Effect effect, params string[] videos) =>
        Client.Settings.ChangeAsync(
            creator,
            [.. videos.Select(video => SettingChange.SetOverride(new(creator, video), purpose, effect))],
            cancellation: Cancellation
        );
}
