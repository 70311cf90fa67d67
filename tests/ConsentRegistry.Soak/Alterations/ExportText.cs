using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>The lines of an export or a bundle, to be altered. The last line is made to fit them again.</summary>
internal sealed class ExportText
{
    private ExportText(List<string> lines) => Lines = lines;

    /// <summary>The lines but the last.</summary>
    public List<string> Lines { get; }

    public static ExportText Of(byte[] export) =>
        new([.. Encoding.UTF8.GetString(export).TrimEnd('\n').Split('\n').SkipLast(1)]);

    /// <summary>An export with other lines.</summary>
    public static ExportText Of(IEnumerable<string> lines) => new([.. lines]);

    /// <summary>The places of the lines of a kind.</summary>
    public IReadOnlyList<int> PlacesOf(string kind) =>
        [.. Enumerable.Range(0, Lines.Count).Where(at => KindOf(Lines[at]) == kind)];

    /// <summary>A line, read.</summary>
    public JsonObject this[int at] => JsonNode.Parse(Lines[at])!.AsObject();

    /// <summary>Puts a line in place of another.</summary>
    public ExportText With(int at, JsonNode line)
    {
        Lines[at] = TextOf(line);
        return this;
    }

    /// <summary>The bytes, with a last line that fits.</summary>
    public byte[] Sealed()
    {
        var lines = Bytes(Lines);
        var end = new JsonObject { ["kind"] = "end", ["sha256"] = Base64Url.EncodeToString(SHA256.HashData(lines)) };
        return [.. lines, .. Bytes([TextOf(end)])];
    }

    /// <summary>The canonical text of a line.</summary>
    public static string TextOf(JsonNode line) => Encoding.UTF8.GetString(CanonicalJson.Encode(line));

    /// <summary>What kind of line it is.</summary>
    public static string KindOf(string line) => (string)JsonNode.Parse(line)!["kind"]!;

    private static byte[] Bytes(IEnumerable<string> lines) =>
        Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
}
