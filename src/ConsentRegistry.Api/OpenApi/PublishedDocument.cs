using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// The document as bytes. It is the same for everybody as long as the process lives, so it is made once, for the first
/// who asks.
/// </summary>
/// <param name="write">Writes its text.</param>
internal sealed class PublishedDocument(Func<Task<string>> write)
{
    /// <summary>Its name, as its path has it.</summary>
    public const string Name = "v1";

    /// <summary>Where it is served.</summary>
    public const string Path = $"/swagger/{Name}/swagger.json";

    // By a task of its own. Otherwise each of the first callers would hold a thread until it is made, and on a small
    // machine none would be left for the polls that keep memory fresh.
    private readonly Lazy<Task<Forms>> forms = new(() => Task.Run(() => MakeAsync(write)));

    /// <summary>Answers a request for it; 304 to whoever has it.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var made = await forms.Value;
        var (bytes, encoding) = TakesGzip(http.Request) ? (made.Gzip, "gzip") : (made.Plain, null);
        var headers = http.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        // Each form is a representation of its own, with a tag of its own.
        var tag = new EntityTagHeaderValue($"\"{made.Hash}{(encoding is null ? "" : $"-{encoding}")}\"");
        await TypedResults.Bytes(bytes, "application/json; charset=utf-8", entityTag: tag).ExecuteAsync(http);
    }

    private static bool TakesGzip(HttpRequest request)
    {
        var named =
            request
                .GetTypedHeaders()
                .AcceptEncoding.FirstOrDefault(one => one.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            ?? request.GetTypedHeaders().AcceptEncoding.FirstOrDefault(one => one.Value == "*");
        return named is not null && named.Quality is not 0;
    }

    private static async Task<Forms> MakeAsync(Func<Task<string>> write)
    {
        var plain = Encoding.UTF8.GetBytes(await write());
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(plain);
        return new(plain, packed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(..16)));
    }

    private sealed record Forms(byte[] Plain, byte[] Gzip, string Hash);
}
