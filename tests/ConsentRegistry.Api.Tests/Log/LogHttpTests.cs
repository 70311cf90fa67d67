using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>What is public of the log is served as files of a web server are.</summary>
public sealed class LogHttpTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private const string Origin = "development.invalid/consent-registry";
    private const string Page = "https://page.example";

    public static TheoryData<string> PublicPaths { get; } =
    ["/log/checkpoint", "/log/tile/0/000.p/3", "/log/tile/entries/000.p/3", "/v1/log/keys"];

    [Theory]
    [MemberData(nameof(PublicPaths))]
    public async Task What_a_caller_has_is_not_sent_again_and_HEAD_says_the_same_as_GET(string path)
    {
        await Exports.CoveredAsync(registry.App);
        using var http = Client();
        using var got = await SendAsync(http, HttpMethod.Get, path);
        var tag = got.Headers.ETag!;
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.False(tag.IsWeak);

        using var head = await SendAsync(http, HttpMethod.Head, path);
        using var again = await SendAsync(http, HttpMethod.Get, path, tag: tag.Tag);
        using var other = await SendAsync(http, HttpMethod.Get, path, tag: "\"other\"");

        Assert.Equal((HttpStatusCode.OK, tag), (head.StatusCode, head.Headers.ETag));
        Assert.Equal(got.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal((HttpStatusCode.NotModified, tag), (again.StatusCode, again.Headers.ETag));
        Assert.Equal(got.Headers.CacheControl, again.Headers.CacheControl);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br, gzip;q=0.5", "gzip")]
    [InlineData("gzip;q=0", null)]
    [InlineData("identity", null)]
    [InlineData("br", null)]
    public async Task Leaves_are_packed_for_who_takes_that(string accepted, string? encoding)
    {
        const string path = "/log/tile/entries/000.p/9";
        await Exports.CoveredAsync(registry.App);
        using var http = Client();
        using var plain = await SendAsync(http, HttpMethod.Get, path);
        var expected = await plain.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        using var answer = await SendAsync(http, HttpMethod.Get, path, accepted: accepted);
        var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        // Each form has a tag of its own: it stands for these bytes and no others.
        Assert.Equal(encoding is null, answer.Headers.ETag!.Equals(plain.Headers.ETag));
        if (encoding is null)
        {
            Assert.Equal(expected, body);
            return;
        }
        Assert.True(body.Length < expected.Length);
        using var unpacked = new MemoryStream();
        await using (var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress))
            await gzip.CopyToAsync(unpacked, TestContext.Current.CancellationToken);
        Assert.Equal(expected, unpacked.ToArray());
    }

    [Theory]
    [MemberData(nameof(PublicPaths))]
    [InlineData("/v1/log/consistency?from=1")]
    [InlineData("/log/tile/0/999")]
    public async Task The_pages_of_others_may_read_what_is_public(string path)
    {
        await Exports.CoveredAsync(registry.App);
        using var http = Client();
        using var answer = await SendAsync(http, HttpMethod.Get, path, origin: Page);

        Assert.Equal("*", Allowed(answer));
        Assert.Contains("ETag", answer.Headers.GetValues("Access-Control-Expose-Headers"));

        using var before = new HttpRequestMessage(HttpMethod.Options, path)
        {
            Headers =
            {
                { "Origin", Page },
                { "Access-Control-Request-Method", "GET" },
                { "Access-Control-Request-Headers", "if-none-match" },
            },
        };
        using var may = await http.SendAsync(before, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.NoContent, "*"), (may.StatusCode, Allowed(may)));
    }

    [Theory]
    [InlineData("/v1/log/export")]
    [InlineData("/v1/purposes")]
    [InlineData("/v1/creators/ana/consent")]
    [InlineData("/health/ready")]
    public async Task No_page_of_others_reads_anything_else(string path)
    {
        using var http = Client();
        using var answer = await SendAsync(http, HttpMethod.Get, path, origin: Page);

        Assert.Null(Allowed(answer));
    }

    [Fact]
    public async Task A_log_that_has_no_leaves_has_a_checkpoint_of_the_empty_tree()
    {
        var database = await postgres.CreateDatabaseAsync();
        await RegistryApplication.MigrateAsync(database, new(Origin, IsDevelopment: true));
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        // Nobody sequences while somebody else has this row.
        await using var command = new NpgsqlCommand("SELECT FROM consent.sequencer FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var app = await RegistryApplication.StartAsync(database);

        Assert.True(SignedNote.TryParse(await Exports.CheckpointAsync(app), out var note));

        Assert.True(note.IsSignedOnlyBy((await Exports.KeysAsync(app)).LogKeys(Origin)));
        Assert.Equal(new Checkpoint(Origin, 0, MerkleTree.EmptyRoot).ToString(), note.Text);
    }

    private HttpClient Client() =>
        new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = registry.App.Address,
        };

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        string? tag = null,
        string? accepted = null,
        string? origin = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (tag is not null)
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(tag));
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string? Allowed(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null;
}
