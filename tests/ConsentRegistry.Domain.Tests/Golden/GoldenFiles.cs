using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>What released registries wrote. A folder <c>v1</c> holds format version 1.</summary>
internal static class GoldenFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>Names of all exports of the log and of all bundles, with their folders.</summary>
    public static IReadOnlyList<string> Exports { get; } =
    [
        .. Directory
            .EnumerateFiles(Folder, "*.ndjson", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static string ReadText(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>The leaf and the body of each entry of an export; the body is null where it was erased.</summary>
    public static IEnumerable<(Leaf Leaf, byte[]? Body)> EntriesOf(string export)
    {
        foreach (var line in ReadText(export).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var members = JsonDocument.Parse(line);
            if (members.RootElement.GetProperty("kind").GetString() != "entry")
                continue;
            var leafText = members.RootElement.GetProperty("leaf").GetString()!;
            var bodyText = members.RootElement.GetProperty("body").GetString();
            Assert.True(Leaf.TryParse(Encoding.UTF8.GetBytes(leafText), out var leaf));
            yield return (leaf, bodyText is null ? null : Encoding.UTF8.GetBytes(bodyText));
        }
    }

    /// <summary>The body of each event of an export that has one.</summary>
    public static IEnumerable<(Leaf Leaf, EventBody Body)> BodiesOf(string export)
    {
        foreach (var (leaf, bytes) in EntriesOf(export))
        {
            if (bytes is null)
                continue;
            Assert.True(EventBody.TryParse(leaf.Type, bytes, out var body));
            yield return (leaf, body);
        }
    }
}
