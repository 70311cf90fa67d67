using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.History;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// Writes an export: lines of canonical JSON, the last of which seals those before it. The format is described in
/// docs/reference/log-format.md; a reader without this service and its database verifies it.
/// </summary>
internal sealed class ExportLines : IAsyncDisposable
{
    /// <summary>The format, member <c>v</c> of the first line.</summary>
    public const int Format = 1;

    private readonly HttpContext http;
    private readonly ResponseSender sender;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> waiting = new(2 * ResponseSender.SliceBytes);

    private ExportLines(HttpContext http)
    {
        this.http = http;
        var longestStall = http.RequestServices.GetRequiredService<IOptions<StreamOptions>>().Value.LongestStall;
        sender = new(
            http.Response.BodyWriter,
            longestStall,
            http.Abort,
            http.RequestServices.GetRequiredService<TimeProvider>()
        );
    }

    /// <summary>
    /// Begins an answer with the line that says what it is, and the keys that signed what follows. No connection to the
    /// database may be held while lines are written: they go out as slowly as the caller takes them. A caller who takes
    /// nothing for 30 s is cut off.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="signer">Whose keys they are.</param>
    /// <param name="first">The first line.</param>
    public static async Task<ExportLines> BeginAsync(HttpContext http, LogSigner signer, JsonObject first)
    {
        http.Response.ContentType = JsonLines.MediaType;
        StreamedResponse.Begin(http);
        var lines = new ExportLines(http);
        first["v"] = Format;
        first["origin"] = signer.Origin;
        await lines.WriteAsync(first);
        await lines.WriteAsync(
            new() { ["kind"] = "keys", ["keys"] = JsonNode.Parse(signer.PublicKeys)!["keys"]!.DeepClone() }
        );
        return lines;
    }

    public Task WriteCheckpointAsync(string note) => WriteAsync(new() { ["kind"] = "checkpoint", ["note"] = note });

    public Task WriteEntryAsync(StoredEvent stored, byte[][]? proof = null)
    {
        var line = new JsonObject
        {
            ["kind"] = "entry",
            ["seq"] = stored.Seq,
            ["leaf"] = Encoding.UTF8.GetString(stored.Leaf),
            ["body"] = stored.Body is null ? null : Encoding.UTF8.GetString(stored.Body),
            ["salt"] = stored.Salt is null ? null : Base64Url.EncodeToString(stored.Salt),
        };
        if (proof is not null)
            line["proof"] = Hashes(proof);
        return WriteAsync(line);
    }

    /// <summary>Hashes of the tree, as lines have them: base64url.</summary>
    public static JsonArray Hashes(IEnumerable<byte[]> hashes) =>
        new([.. hashes.Select(each => JsonValue.Create(Base64Url.EncodeToString(each)))]);

    public async Task WriteAsync(JsonObject line)
    {
        byte[] bytes = [.. CanonicalJson.Encode(line), (byte)'\n'];
        hash.AppendData(bytes);
        waiting.Write(bytes);
        if (waiting.WrittenCount >= ResponseSender.SliceBytes)
            await SendAsync();
    }

    /// <summary>Writes the last line. What lacks it was cut short on the way.</summary>
    public async Task EndAsync()
    {
        await WriteAsync(new() { ["kind"] = "end", ["sha256"] = Base64Url.EncodeToString(hash.GetCurrentHash()) });
        await SendAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await sender.DisposeAsync();
        hash.Dispose();
    }

    private async Task SendAsync()
    {
        await sender.SendAsync(waiting.WrittenMemory, http.RequestAborted);
        waiting.ResetWrittenCount();
    }
}
