using System.IO.Compression;
using System.Text;
using ConsentRegistry.Api.Http;

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
        http.Response.Headers.CacheControl = "no-cache";
        var form = Representation.IsPackedFor(http.Request) ? made.Packed : made.Plain;
        await form.AsResult(http, "application/json; charset=utf-8", hasForms: true).ExecuteAsync(http);
    }

    private static async Task<Forms> MakeAsync(Func<Task<string>> write)
    {
        var plain = Encoding.UTF8.GetBytes(await write());
        return new(Representation.Plain(plain), Representation.Packed(plain, CompressionLevel.Optimal));
    }

    private sealed record Forms(Representation Plain, Representation Packed);
}
