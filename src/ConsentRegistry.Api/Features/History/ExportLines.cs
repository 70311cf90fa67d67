using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.History;

/// <summary>
/// Writes an export: lines of canonical JSON, the last of which seals those before it. The format is described in docs/history-log.md; a reader
/// without this service and its database verifies it.
/// </summary>
internal sealed class ExportLines : IDisposable
{
    public const string MediaType = "application/x-ndjson";

    /// <summary>The format, member <c>v</c> of the first line.</summary>
    public const int Format = 1;

    private readonly HttpContext http;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private ExportLines(HttpContext http) => this.http = http;

    /// <summary>Begins an answer with the line that says what it is, and the keys that signed what follows.</summary>
    public static async Task<ExportLines> BeginAsync(HttpContext http, LogSigner signer, JsonObject first)
    {
        http.Response.ContentType = MediaType;
        var lines = new ExportLines(http);
        first["v"] = Format;
        first["origin"] = signer.Origin;
        await lines.WriteAsync(first);
        await lines.WriteAsync(new() { ["kind"] = "keys", ["keys"] = JsonNode.Parse(signer.PublicKeys)!["keys"]!.DeepClone() });
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
            line["proof"] = new JsonArray([.. proof.Select(each => JsonValue.Create(Base64Url.EncodeToString(each)))]);
        return WriteAsync(line);
    }

    public async Task WriteAsync(JsonObject line)
    {
        byte[] bytes = [.. CanonicalJson.Encode(line), (byte)'\n'];
        hash.AppendData(bytes);
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>Writes the last line. What lacks it was cut short on the way.</summary>
    public Task EndAsync() => WriteAsync(new() { ["kind"] = "end", ["sha256"] = Base64Url.EncodeToString(hash.GetCurrentHash()) });

    public void Dispose() => hash.Dispose();
}
